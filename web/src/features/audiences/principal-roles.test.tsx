import { afterEach, expect, test, vi } from 'vitest'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { PrincipalRoles } from './principal-roles.tsx'
import { exampleAssignment, exampleAudience, exampleHeld } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const { principalId } = exampleAssignment.principal
const held = `GET /identities/${principalId}/roles`
const assign = `POST /audiences/${exampleAudience.id}/assignments`

async function show(more: Parameters<typeof fakeServer>[0], lockedReason?: string) {
  const sent = fakeServer({
    'GET /audiences': () => Response.json({ items: [exampleAudience], nextCursor: null, count: null }),
    ...more,
  })
  const content = () => (
    <>
      <PrincipalRoles principalId={principalId} lockedReason={lockedReason} />
      <Toaster />
    </>
  )
  return { ...(await showPage('/', content, '/')), sent }
}

test('gives a principal a role of an audience that is picked', async () => {
  let items: unknown[] = []
  const { screen, sent } = await show({
    [held]: () => Response.json({ items }),
    [assign]: () => {
      items = [exampleHeld]
      return Response.json(exampleAssignment, { status: 201 })
    },
  })
  await expect.element(screen.getByText('No app role is assigned')).toBeVisible()
  await screen.getByRole('button', { name: 'Assign an app role' }).click()
  const dialog = screen.getByRole('dialog')
  await expect.element(dialog.getByLabelText('Audience')).toHaveTextContent('Orders · api://orders')
  await dialog.getByRole('button', { name: 'Assign' }).click()
  await expect.element(screen.getByRole('table', { name: 'App roles' }).getByText('Orders.Read')).toBeVisible()
  expect(sent.find(({ method }) => method === 'POST')?.body).toMatchObject({ principalId, role: 'Orders.Read' })
})

test('says that no audience has roles, and why a role was not given', async () => {
  const empty = await show({
    [held]: () => Response.json({ items: [] }),
    'GET /audiences': () => Response.json({ items: [], nextCursor: null, count: null }),
  })
  await empty.screen.getByRole('button', { name: 'Assign an app role' }).click()
  await expect.element(empty.screen.getByText('No audience has roles yet')).toBeVisible()
  await empty.screen.unmount()
  const { screen } = await show({
    [held]: () => Response.json({ items: [] }),
    [assign]: () => problem('conflict', 409, 'The principal is deleted.'),
  })
  await screen.getByRole('button', { name: 'Assign an app role' }).click()
  await screen.getByRole('button', { name: 'Assign' }).click()
  await expect.element(screen.getByText('The principal is deleted.')).toBeVisible()
})

test('gives nothing to what is deleted', async () => {
  const { screen } = await show({ [held]: () => Response.json({ items: [] }) }, 'It is deleted; restore it first.')
  await expect
    .element(screen.getByRole('button', { name: 'Assign an app role' }))
    .toHaveAccessibleDescription('It is deleted; restore it first.')
})
