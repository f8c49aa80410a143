import type { VaultSummary } from '@signet/shared/api/vault'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { exampleVault } from './testing/examples.ts'
import { VaultsPage } from './vaults-page.tsx'

beforeEach(() => page.viewport(1280, 900))
afterEach(() => vi.restoreAllMocks())

const deleted: VaultSummary = { ...exampleVault, name: 'shop-old', deletedAt: 1, purgeAt: Date.now() + 86_400_000 }

interface Shown {
  at?: string
  role?: Role
  vaults?: readonly VaultSummary[]
  more?: Parameters<typeof fakeServer>[0]
}

async function show({ at = '/vaults', role = 'admin', vaults = [exampleVault], more = {} }: Shown = {}) {
  const sent = fakeServer({
    'GET /vaults': ({ path }) =>
      Response.json({ items: path.includes('state=deleted') ? [deleted] : vaults, nextCursor: null }),
    'GET /resource-groups': () => Response.json({ items: [{ name: 'default', identities: 1 }] }),
    ...more,
  })
  const content = () => (
    <>
      <VaultsPage />
      <Toaster />
    </>
  )
  const shown = await showPage('/vaults', content, at, role)
  await expect.element(shown.screen.getByRole('heading', { level: 1, name: 'Vaults' })).toBeVisible()
  return { ...shown, sent }
}

test('lists vaults with their address, and how often values left them in a day', async () => {
  const { screen } = await show()
  const row = screen.getByRole('row', { name: /shop-prod/ })
  await expect.element(row.getByText('12 times, by 3')).toBeVisible()
  await expect.element(row.getByRole('button', { name: 'Copy vault URI' })).toBeVisible()
})

test('says what a vault is before there is one, and makes it with what was entered, once it is well', async () => {
  const { screen, sent, history } = await show({
    vaults: [],
    more: { 'POST /vaults': () => Response.json(exampleVault, { status: 201 }) },
  })
  await expect.element(screen.getByText('No vault', { exact: true })).toBeVisible()
  await screen.getByRole('button', { name: 'New vault' }).click()
  const dialog = screen.getByRole('dialog')
  await dialog.getByLabelText('Name').fill('a--b')
  await dialog.getByLabelText(/^Days in which/).fill('6')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await expect.element(dialog.getByText(/^Use 3 to 24 letters/)).toBeVisible()
  await expect.element(dialog.getByText(/^Give a whole number of days/)).toBeVisible()
  expect(sent.filter(({ method }) => method === 'POST')).toEqual([])
  await dialog.getByLabelText('Name').fill('shop-prod')
  await dialog.getByLabelText(/^Days in which/).fill('30')
  await dialog.getByLabelText('Protection against purging').click()
  await expect.element(dialog.getByText('This cannot be taken back')).toBeVisible()
  await dialog.getByLabelText('Tags').fill('env=prod\nteam = shop')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await expect.poll(() => history.location.pathname).toBe('/vaults/shop-prod')
  expect(sent.find(({ method, path }) => method === 'POST' && path === '/vaults')?.body).toEqual({
    ...{ name: 'shop-prod', resourceGroup: 'default', softDeleteDays: 30, purgeProtection: true, reason: '' },
    tags: { env: 'prod', team: 'shop' },
  })
})

test('keeps filter and tab in the address, and offers the way out of a filter that nothing matches', async () => {
  const { screen, sent, history } = await show({ vaults: [], at: '/vaults?name=none' })
  await expect.element(screen.getByText('No vault has “none” in its name')).toBeVisible()
  expect(sent.some(({ path }) => path.includes('name=none'))).toBe(true)
  await screen.getByRole('button', { name: 'Clear the filter' }).click()
  await expect.poll(() => history.location.search).toBe('')
  await screen.getByRole('tab', { name: 'Deleted' }).click()
  await expect.poll(() => history.location.search).toBe('?state=deleted')
})

test('recovers a deleted vault, and purges one once its name is typed, under the version that is shown', async () => {
  const { screen, sent } = await show({
    at: '/vaults?state=deleted',
    more: {
      'POST /vaults/shop-old/recover': () => Response.json({ ...deleted, deletedAt: null, purgeAt: null }),
      'POST /vaults/shop-old/purge': () => new Response(null, { status: 204 }),
    },
  })
  await screen.getByRole('button', { name: 'Purge…' }).click()
  const dialog = screen.getByRole('alertdialog')
  await expect.element(dialog.getByRole('button', { name: 'Purge' })).toHaveAttribute('aria-disabled', 'true')
  await dialog.getByLabelText('Type shop-old to confirm').fill('shop-old')
  await dialog.getByRole('button', { name: 'Purge' }).click()
  await expect.element(screen.getByText('shop-old is purged')).toBeVisible()
  expect(sent.find(({ path }) => path.endsWith('/purge'))?.headers.get('if-match')).toBe('"4"')
  await screen.getByRole('button', { name: 'Recover' }).click()
  await screen.getByRole('dialog').getByRole('button', { name: 'Recover' }).click()
  await expect.element(screen.getByText('shop-old is recovered')).toBeVisible()
})

test('does not offer to purge what is protected, and says why; a viewer reads which permission it takes', async () => {
  const isProtected = { ...deleted, purgeProtection: true }
  const { screen } = await show({
    at: '/vaults?state=deleted',
    more: { 'GET /vaults': () => Response.json({ items: [isProtected], nextCursor: null }) },
  })
  await expect
    .element(screen.getByRole('button', { name: 'Purge…' }))
    .toHaveAccessibleDescription(/protected against purging/)
})

test('shows a viewer what they may not, with the permission it takes', async () => {
  const { screen } = await show({ role: 'viewer' })
  await expect.element(screen.getByRole('button', { name: 'New vault' })).toHaveAccessibleDescription(/vaults\.write/)
})

test('says what a role lacks', async () => {
  const { screen } = await show({ more: { 'GET /vaults': () => problem('forbidden', 403) } })
  await expect.element(screen.getByText('Your role does not allow this')).toBeVisible()
})

test('says why the list could not be read, with the way to try again', async () => {
  const { screen } = await show({ more: { 'GET /vaults': () => problem('conflict', 409, 'The disk is on fire.') } })
  await expect.element(screen.getByText('The disk is on fire.')).toBeVisible()
  await expect.element(screen.getByRole('button', { name: 'Try again' })).toBeVisible()
})
