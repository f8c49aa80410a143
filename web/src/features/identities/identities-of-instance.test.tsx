import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, expect, test, vi } from 'vitest'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { exampleRadius } from '../../api/testing/example-radius.ts'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { IdentitiesOfInstance } from './identities-of-instance.tsx'
import { exampleAttached, exampleIdentity } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const here = `GET /instances/${exampleInstance.id}/user-identities`

async function show(more: Parameters<typeof fakeServer>[0], role: Role = 'admin') {
  const sent = fakeServer(more)
  const content = () => (
    <>
      <IdentitiesOfInstance instance={exampleInstance} />
      <Toaster />
    </>
  )
  return { ...(await showPage('/', content, '/', role)), sent }
}

test('shows the user-assigned identities of an instance, and detaches one', async () => {
  const { screen, sent } = await show({
    [here]: () => Response.json({ items: [exampleAttached] }),
    [`POST /user-identities/${exampleIdentity.principalId}/detach`]: () => Response.json(exampleIdentity),
    [`GET /identities/${exampleIdentity.principalId}/blast-radius`]: () => Response.json(exampleRadius),
  })
  const row = screen.getByRole('table', { name: 'User-assigned identities' }).getByRole('row').nth(1)
  await expect.element(row.getByText('payments')).toBeVisible()
  await expect.element(row.getByText('In force')).toBeVisible()
  await screen.getByRole('button', { name: 'Detach payments' }).click()
  await screen.getByRole('alertdialog').getByRole('button', { name: 'Detach' }).click()
  await expect.poll(() => sent.some(({ path }) => path.endsWith('/detach'))).toBe(true)
})

test('attaches identities that are picked from those that are not attached', async () => {
  let items: unknown[] = []
  const { screen, sent } = await show({
    [here]: () => Response.json({ items }),
    'GET /user-identities': () => Response.json({ items: [exampleIdentity], nextCursor: null, count: null }),
    [`POST /user-identities/${exampleIdentity.principalId}/attach`]: () => {
      items = [exampleAttached]
      return Response.json(exampleIdentity)
    },
  })
  await expect.element(screen.getByText('No user-assigned identity is attached')).toBeVisible()
  await screen.getByRole('button', { name: 'Attach identities' }).click()
  await screen.getByRole('checkbox', { name: 'payments' }).click()
  await screen.getByRole('dialog').getByRole('button', { name: 'Attach' }).click()
  await expect.element(screen.getByRole('table', { name: 'User-assigned identities' })).toBeVisible()
  expect(sent.find(({ method }) => method === 'POST')?.body).toEqual({ instanceIds: [exampleInstance.id], reason: '' })
})

test('says why an identity was not attached, and keeps what was picked', async () => {
  const { screen } = await show({
    [here]: () => Response.json({ items: [] }),
    'GET /user-identities': () => Response.json({ items: [exampleIdentity], nextCursor: null, count: null }),
    [`POST /user-identities/${exampleIdentity.principalId}/attach`]: () => problem('conflict', 409, 'It is deleted.'),
  })
  await screen.getByRole('button', { name: 'Attach identities' }).click()
  await screen.getByRole('checkbox', { name: 'payments' }).click()
  await screen.getByRole('dialog').getByRole('button', { name: 'Attach' }).click()
  await expect.element(screen.getByText('It is deleted.')).toBeVisible()
  await expect.element(screen.getByRole('checkbox', { name: 'payments' })).toBeChecked()
})

test('shows an operator who may not attach why, and what is wrong when it cannot be read', async () => {
  const { screen } = await show({ [here]: () => problem('internal', 400, 'The disk is on fire.') }, 'viewer')
  await expect
    .element(screen.getByRole('button', { name: 'Attach identities' }))
    .toHaveAccessibleDescription(/identities\.write/)
  await expect.element(screen.getByText('The disk is on fire.')).toBeVisible()
})
