import { auditFields } from '@signet/shared/query/audit-fields'
import { parseQuery } from '@signet/shared/query/query'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { exampleRadius } from '../../api/testing/example-radius.ts'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { InstancesPage } from './instances-page.tsx'

beforeEach(() => page.viewport(1280, 800))
afterEach(() => vi.restoreAllMocks())

const { principalId } = exampleRadius
const listed = { items: [exampleInstance], nextCursor: null, count: { all: 1, shown: 1, isCapped: false } }

async function show(at = '/instances', role: Role = 'admin') {
  fakeServer({
    'GET /instances': () => Response.json(listed),
    'GET /instances/facets': () => Response.json({}),
    'GET /views': () => Response.json({ items: [] }),
    [`GET /identities/${principalId}/blast-radius`]: () => Response.json(exampleRadius),
  })
  const content = () => (
    <>
      <InstancesPage bulk={() => null} />
      <Toaster />
    </>
  )
  const shown = await showPage('/instances', content, at, role)
  const row = shown.screen.getByRole('row').filter({ hasText: 'web-01' })
  await expect.element(row).toBeVisible()
  return { ...shown, row }
}

describe('a row of the list', () => {
  test('leads to what the audit log has of this instance and its principal, from any time', async () => {
    const { screen, history } = await show()
    await screen.getByRole('button', { name: 'Actions of web-01' }).click()
    await screen.getByRole('menuitem', { name: 'View audit' }).click()
    await expect.poll(() => history.location.pathname).toBe('/audit')
    const search = new URLSearchParams(history.location.search)
    expect(search.get('range')).toBe('all')
    const { terms } = parseQuery(search.get('filter') ?? '', auditFields)
    expect(terms).toMatchObject([{ field: 'target', values: [exampleInstance.id, principalId] }])
  })

  test('says why its key does not switch the identity for one who may not', async () => {
    const { screen, row } = await show('/instances', 'viewer')
    row.element().focus()
    await userEvent.keyboard('e')
    await expect.element(screen.getByText('The identity of web-01 was not switched')).toBeVisible()
    const said = screen.getByRole('region', { name: 'Notifications' })
    await expect.element(said.getByText(/identities\.write/)).toBeVisible()
  })

  test('says why its key does not switch the identity where the switch is not shown', async () => {
    const { screen, row } = await show('/instances?cols=name')
    row.element().focus()
    await userEvent.keyboard('e')
    await expect.element(screen.getByText('The column “Managed identity” with its switch is not shown.')).toBeVisible()
  })
})

describe('turning on under a filter that the row then leaves', () => {
  const off = {
    ...exampleInstance,
    identityState: 'off',
    identity: null,
    health: { ...exampleInstance.health, state: 'off' },
  }

  test('can be taken back all the same, and says so when that fails', async () => {
    let isOff = true
    const sent = fakeServer({
      'GET /instances': () =>
        Response.json(
          isOff ? { ...listed, items: [off] } : { ...listed, items: [], count: { all: 1, shown: 0, isCapped: false } },
        ),
      'GET /instances/facets': () => Response.json({}),
      'GET /views': () => Response.json({ items: [] }),
      [`PUT /instances/${exampleInstance.id}/identity`]: ({ body }) => {
        if (!isOff) return problem('conflict', 409, 'The disk is on fire.')
        isOff = false
        expect(body).toEqual({ enabled: true })
        return Response.json(exampleInstance)
      },
    })
    const content = () => (
      <>
        <InstancesPage bulk={() => null} />
        <Toaster />
      </>
    )
    const { screen } = await showPage('/instances', content, '/instances?q=state:off')
    await screen.getByRole('switch').click()
    await expect.element(screen.getByRole('switch')).not.toBeInTheDocument()
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect.element(screen.getByText('The disk is on fire.').first()).toBeInTheDocument()
    expect(sent.filter(({ method }) => method === 'PUT').map(({ body }) => body)).toEqual([
      { enabled: true },
      { enabled: false, reason: 'undo' },
    ])
  })
})

test('what was selected under another filter is not selected, also once that filter is back', async () => {
  const { screen, history, row } = await show()
  const bar = screen.getByRole('region', { name: 'Selection' })
  await row.getByRole('checkbox').click()
  await expect.element(bar).toBeVisible()
  history.push('/instances?q=kind:host')
  await expect.element(screen.getByText('1 of 1')).toBeVisible()
  await expect.element(bar).not.toBeInTheDocument()
  history.back()
  await expect.element(screen.getByText('1 instance')).toBeVisible()
  await expect.element(bar).not.toBeInTheDocument()
})
