import type { Audience } from '@signet/shared/api/audiences'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { AudiencePage } from './audience-page.tsx'
import { exampleAssignment, exampleAudience } from './testing/examples.ts'

beforeEach(() => page.viewport(1280, 900))
afterEach(() => vi.restoreAllMocks())

const path = `/audiences/${exampleAudience.id}`

interface Shown {
  audience?: Audience
  role?: Role
  more?: Parameters<typeof fakeServer>[0]
}

async function show({ audience = exampleAudience, role = 'admin', more = {} }: Shown = {}) {
  const sent = fakeServer({
    [`GET ${path}`]: () => Response.json(audience),
    [`GET ${path}/assignments`]: () => Response.json({ items: [exampleAssignment], nextCursor: null }),
    ...more,
  })
  const content = () => (
    <>
      <AudiencePage />
      <Toaster />
    </>
  )
  const shown = await showPage('/audiences/$audienceId', content, path, role)
  await expect.element(shown.screen.getByRole('heading', { level: 1 })).toBeVisible()
  return { ...shown, sent }
}

describe('the page of an audience', () => {
  test('shows what its tokens are like, its roles, and who has them', async () => {
    const { screen } = await show()
    await expect.element(screen.getByText('2: aud is the application ID')).toBeVisible()
    await expect.element(screen.getByText('Only principals with a role')).toBeVisible()
    await expect.element(screen.getByRole('table', { name: 'Roles' }).getByText('Reads orders')).toBeVisible()
    const assigned = screen.getByRole('table', { name: 'Role assignments' })
    await expect.element(assigned.getByText('User-assigned identity')).toBeVisible()
    const link = assigned.getByRole('link', { name: 'payments' })
    await expect.element(link).toHaveAttribute('href', `/identities/${exampleAssignment.principal.principalId}`)
  })

  test('says why it cannot be removed while its roles are assigned, or when it comes with Signet', async () => {
    const { screen } = await show()
    const remove = screen.getByRole('button', { name: 'Remove' })
    await expect.element(remove).toHaveAccessibleDescription(/Unassign them first/)
    await screen.unmount()
    const other = await show({ audience: { ...exampleAudience, builtIn: true, assignments: 0 } })
    await expect
      .element(other.screen.getByRole('button', { name: 'Remove' }))
      .toHaveAccessibleDescription(/comes with Signet/)
  })

  test('shows an operator who may not change it why', async () => {
    const { screen } = await show({ role: 'operator' })
    for (const name of ['Change', 'Disable', 'Remove', 'Assign a role', 'Unassign Orders.Read from payments']) {
      await expect.element(screen.getByRole('button', { name })).toHaveAccessibleDescription(/audiences\.write/)
    }
  })

  test('is disabled only once its name is typed, under the version that is shown', async () => {
    const { screen, sent } = await show({
      more: { [`POST ${path}/disable`]: () => Response.json({ ...exampleAudience, enabled: false, version: 6 }) },
    })
    await screen.getByRole('button', { name: 'Disable' }).click()
    const dialog = screen.getByRole('alertdialog')
    await expect.element(dialog.getByRole('button', { name: 'Disable' })).toHaveAttribute('aria-disabled', 'true')
    await dialog.getByLabelText('Type Orders to confirm').fill('orders')
    await dialog.getByRole('button', { name: 'Disable' }).click()
    await expect.element(dialog).not.toBeInTheDocument()
    expect(sent.find(({ method }) => method === 'POST')?.headers.get('if-match')).toBe('"5"')
  })

  test('shows the difference when somebody else was faster', async () => {
    let answer = () => problem('precondition_failed', 412)
    let current = exampleAudience
    const { screen, sent } = await show({
      more: { [`GET ${path}`]: () => Response.json(current), [`PUT ${path}`]: () => answer() },
    })
    await screen.getByRole('button', { name: 'Change' }).click()
    const dialog = screen.getByRole('dialog')
    await dialog.getByLabelText('Name').fill('Purchases')
    current = { ...exampleAudience, name: 'Sales', version: 8 }
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByRole('button', { name: 'See difference' }).click()
    await expect.element(dialog.getByRole('row', { name: 'Name (differs) Sales Purchases' })).toBeVisible()
    answer = () => Response.json({ ...exampleAudience, version: 9 })
    await dialog.getByRole('button', { name: 'Keep mine' }).click()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect.element(dialog).not.toBeInTheDocument()
    expect(sent.findLast(({ method }) => method === 'PUT')?.headers.get('if-match')).toBe('"8"')
  })
})

describe('roles of an audience', () => {
  test('are given to a principal found by its name', async () => {
    const listed = { items: [], nextCursor: null, count: null }
    const { screen, sent } = await show({
      more: {
        'GET /user-identities': () => Response.json(listed),
        'GET /applications': () => Response.json(listed),
        'GET /instances': () => Response.json({ ...listed, items: [exampleInstance] }),
        [`POST ${path}/assignments`]: () => Response.json(exampleAssignment, { status: 201 }),
      },
    })
    await screen.getByRole('button', { name: 'Assign a role' }).click()
    const dialog = screen.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Assign' }).click()
    await expect.element(dialog.getByLabelText('Principal')).toHaveAccessibleDescription(/Pick a principal/)
    await dialog.getByLabelText('Principal').fill('web')
    await dialog.getByRole('option', { name: /web-01 · System-assigned identity/ }).click()
    await dialog.getByLabelText('Role').selectOptions('Orders.Write')
    await dialog.getByRole('button', { name: 'Assign' }).click()
    await expect.element(dialog).not.toBeInTheDocument()
    expect(sent.find(({ method }) => method === 'POST')?.body).toEqual({
      principalId: exampleInstance.identity?.principalId,
      role: 'Orders.Write',
      reason: '',
    })
  })

  test('are unassigned after a question, with a reason', async () => {
    const { screen, sent } = await show({
      more: {
        [`DELETE ${path}/assignments/${exampleAssignment.id}`]: () => new Response(null, { status: 204 }),
      },
    })
    await screen.getByRole('button', { name: 'Unassign Orders.Read from payments' }).click()
    const dialog = screen.getByRole('alertdialog')
    await dialog.getByLabelText('Reason (optional)').fill('moved')
    await dialog.getByRole('button', { name: 'Unassign' }).click()
    await expect.element(dialog).not.toBeInTheDocument()
    expect(sent.find(({ method }) => method === 'DELETE')?.body).toEqual({ reason: 'moved' })
  })
})
