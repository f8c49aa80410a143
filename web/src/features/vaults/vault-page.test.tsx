import type { VaultSummary } from '@signet/shared/api/vault'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { exampleHolder, exampleSecret, exampleVault, exampleVersion } from './testing/examples.ts'
import { VaultPage } from './vault-page.tsx'

beforeEach(() => page.viewport(1280, 900))
afterEach(() => vi.restoreAllMocks())

const path = '/vaults/shop-prod'

interface Shown {
  tab?: string
  vault?: VaultSummary
  more?: Parameters<typeof fakeServer>[0]
}

async function show({ tab = '', vault = exampleVault, more = {} }: Shown = {}) {
  const sent = fakeServer({
    [`GET ${path}`]: () => Response.json(vault),
    [`GET ${path}/secrets`]: () => Response.json({ items: [exampleSecret], nextCursor: null }),
    'GET /access/holders': () => Response.json({ items: [exampleHolder], nextCursor: null }),
    'GET /role-assignments': () =>
      Response.json({
        items: [
          exampleHolder,
          { ...exampleHolder, id: otherAssignmentId, scope: `${exampleVault.resourceId}/secrets/db-password` },
        ],
        nextCursor: null,
        count: { shown: 2, isCapped: false, all: 2 },
      }),
    ...more,
  })
  const content = () => (
    <>
      <VaultPage />
      <Toaster />
    </>
  )
  const shown = await showPage('/vaults/$vaultName/{-$tab}', content, `${path}/${tab}`)
  await expect.element(shown.screen.getByRole('heading', { level: 1, name: 'shop-prod' })).toBeVisible()
  return { ...shown, sent }
}

const otherAssignmentId = '01890000-0000-4000-8000-000000000040'

test('lists secrets by the state of their current version and who read them last, without any value', async () => {
  const hour = 3_600_000
  const states = [
    ['now', {}, 'Enabled'],
    ['off', { enabled: false }, 'Disabled'],
    ['later', { notBefore: Date.now() + hour }, 'Not yet valid'],
    ['past', { expires: Date.now() - hour }, 'Expired'],
  ] as const
  const items = states.map(([name, dates]) => ({ ...exampleSecret, name, current: { ...exampleVersion, ...dates } }))
  const { screen } = await show({ more: { [`GET ${path}/secrets`]: () => Response.json({ items, nextCursor: null }) } })
  for (const [name, , word] of states) {
    await expect.element(screen.getByRole('row', { name: new RegExp(`^${name} ${word}`) })).toBeVisible()
  }
  await expect.element(screen.getByRole('row', { name: /^now .* by orders-worker$/ })).toBeVisible()
})

test('says who can read every secret and who has a role at a single one, as the server answers it', async () => {
  const { screen, sent } = await show({ tab: 'access' })
  const readers = screen.getByRole('table', { name: 'Who can read every secret of it' })
  await expect.element(readers.getByRole('row', { name: /orders-worker .*Key Vault Secrets User Here/ })).toBeVisible()
  const single = screen.getByRole('table', { name: 'Roles at single secrets' })
  await expect.element(single.getByRole('row', { name: /orders-worker .* db-password/ })).toBeVisible()
  const asked = new URLSearchParams(sent.find((each) => each.path.startsWith('/access/holders'))?.path.split('?')[1])
  expect(Object.fromEntries(asked)).toEqual({
    ...{ action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action', data: 'true', scope: exampleVault.resourceId },
  })
})

test('shows the difference when somebody else changed it first, and writes nothing over it unseen', async () => {
  let answer = () => problem('precondition_failed', 412)
  let current = exampleVault
  const { screen, sent } = await show({
    more: { [`GET ${path}`]: () => Response.json(current), [`PUT ${path}`]: () => answer() },
  })
  await screen.getByRole('button', { name: 'Change' }).click()
  const dialog = screen.getByRole('dialog')
  await dialog.getByLabelText(/^Days in which/).fill('30')
  current = { ...exampleVault, softDeleteDays: 60, version: 9 }
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByRole('button', { name: 'See difference' }).click()
  await expect.element(dialog.getByRole('row', { name: 'Days (differs) 60 30' })).toBeVisible()
  answer = () => Response.json({ ...current, softDeleteDays: 30, version: 10 })
  await dialog.getByRole('button', { name: 'Keep mine' }).click()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect.element(dialog).not.toBeInTheDocument()
  const last = sent.findLast(({ method }) => method === 'PUT')
  expect([last?.headers.get('if-match'), last?.body]).toMatchObject(['"9"', { softDeleteDays: 30 }])
})

test('takes no days away from a vault that is protected against purging, and no protection (SEC-113)', async () => {
  const { screen, sent } = await show({ vault: { ...exampleVault, purgeProtection: true } })
  await screen.getByRole('button', { name: 'Change' }).click()
  const dialog = screen.getByRole('dialog')
  await expect.element(dialog.getByLabelText('Protection against purging')).toBeDisabled()
  await dialog.getByLabelText(/^Days in which/).fill('30')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect.element(dialog.getByText(/the days can only be raised/)).toBeVisible()
  expect(sent.filter(({ method }) => method === 'PUT')).toEqual([])
})

test('lists what hangs on it before it is deleted, asks for its name, and takes it back', async () => {
  const gone = { ...exampleVault, deletedAt: 1, purgeAt: Date.now() + 86_400_000, version: 5 }
  let current: VaultSummary = exampleVault
  const now = (next: VaultSummary) => {
    current = next
    return Response.json(next)
  }
  const { screen, sent } = await show({
    more: {
      [`GET ${path}`]: () => Response.json(current),
      [`DELETE ${path}`]: () => now(gone),
      [`POST ${path}/recover`]: () => now(exampleVault),
    },
  })
  await screen.getByRole('button', { name: 'Delete' }).click()
  const dialog = screen.getByRole('alertdialog')
  await expect.element(dialog.getByText('2 secrets and 1 deleted')).toBeVisible()
  await expect.element(dialog.getByText('12 times, by 3')).toBeVisible()
  await expect.element(dialog.getByRole('button', { name: 'Delete' })).toHaveAttribute('aria-disabled', 'true')
  await dialog.getByLabelText('Type shop-prod to confirm').fill('shop-prod')
  const before = sent.filter((each) => each.path.startsWith(`${path}/secrets`)).length
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await expect.element(screen.getByText('Secrets of a deleted vault are out of reach')).toBeVisible()
  expect(sent.filter((each) => each.path.startsWith(`${path}/secrets`))).toHaveLength(before)
  await screen.getByRole('button', { name: 'Undo' }).click()
  await expect.element(screen.getByRole('row', { name: /^db-password/ })).toBeVisible()
})

test('has no page for an address that names no vault', async () => {
  const sent = fakeServer({})
  const { screen } = await showPage('/vaults/$vaultName/{-$tab}', VaultPage, '/vaults/not_a_name')
  await expect.element(screen.getByText('The address holds no name of a vault.')).toBeVisible()
  expect(sent).toEqual([])
})
