import type { UserIdentitySummary } from '@signet/shared/api/user-identities'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { IdentitiesPage } from './identities-page.tsx'
import { exampleIdentity } from './testing/examples.ts'

beforeEach(() => page.viewport(1280, 800))
afterEach(() => vi.restoreAllMocks())

const listOf = (...items: UserIdentitySummary[]) =>
  Response.json({ items, nextCursor: null, count: { all: items.length, shown: items.length, isCapped: false } })

interface Shown {
  at?: string
  role?: Role
  items?: UserIdentitySummary[]
  more?: Parameters<typeof fakeServer>[0]
}

async function show({ at = '/identities', role = 'admin', items = [exampleIdentity], more = {} }: Shown = {}) {
  const sent = fakeServer({
    'GET /user-identities': () => listOf(...items),
    'GET /user-identities/facets': () => Response.json({ state: {}, group: {}, broad: {} }),
    'GET /views': () => Response.json({ items: [] }),
    'GET /resource-groups': () =>
      Response.json({ items: ['default', 'rg-shop'].map((name) => ({ name, identities: 3 })) }),
    [`GET /user-identities/${exampleIdentity.principalId}`]: () => Response.json(exampleIdentity),
    ...more,
  })
  const content = () => (
    <>
      <IdentitiesPage bulk={() => null} />
      <Toaster />
    </>
  )
  return { ...(await showPage('/identities', content, at, role)), sent }
}

describe('the list of user-assigned identities', () => {
  test('shows each with its IDs and state, and opens one by key', async () => {
    const { screen, history } = await show()
    const row = screen.getByRole('row').filter({ hasText: 'payments' })
    await expect.element(row.getByText('rg-shop')).toBeVisible()
    await expect.element(row.getByText('On', { exact: true })).toBeVisible()
    await expect.element(screen.getByText('1 identity', { exact: true })).toBeVisible()
    row.element().focus()
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => history.location.pathname).toBe(`/identities/${exampleIdentity.principalId}`)
  })

  test('spells out tricks in a name (SEC-25)', async () => {
    const { screen } = await show({ items: [{ ...exampleIdentity, name: 'pay\u202ements<b>' }] })
    await expect.element(screen.getByRole('link', { name: 'pay⟨U+202E⟩ments<b>' })).toBeVisible()
  })

  test('keeps sorting and the row that is peeked at in the address', async () => {
    const { screen, history, sent } = await show()
    await expect.element(screen.getByRole('row').filter({ hasText: 'payments' })).toBeVisible()
    await screen.getByRole('button', { name: /^Resource group/ }).click()
    await expect.poll(() => new URLSearchParams(history.location.search).get('sort')).toBe('group')
    await expect.poll(() => sent.some(({ path }) => path.includes('sort=group'))).toBe(true)
  })

  test('shows one beside the list, with what hangs on it', async () => {
    const { screen } = await show({ at: `/identities?peek=${exampleIdentity.principalId}` })
    const panel = screen.getByRole('complementary', { name: 'payments' })
    await expect.element(panel.getByText('2 federated credentials')).toBeVisible()
  })

  test('says what the first one would be for, where there is none', async () => {
    const { screen } = await show({ items: [] })
    await expect.element(screen.getByText('There is no user-assigned identity yet')).toBeVisible()
    await screen.getByRole('button', { name: 'Create the first identity' }).click()
    await expect.element(screen.getByRole('dialog', { name: 'Create user-assigned identity' })).toBeVisible()
  })

  test('offers the ways out of a filter that nothing matches', async () => {
    const { screen, history } = await show({ at: '/identities?q=state:paused', items: [] })
    await expect.element(screen.getByText('No identity matches')).toBeVisible()
    await screen.getByText('Clear filters').click()
    await expect.poll(() => history.location.search).toBe('')
  })

  test('asks nothing with a filter that cannot be read', async () => {
    const { screen, sent } = await show({ at: '/identities?q=stat:paused' })
    await expect.element(screen.getByText('The filter cannot be read')).toBeVisible()
    expect(sent.filter(({ path }) => path.startsWith('/user-identities?'))).toEqual([])
  })

  test('tells what of the address it did not understand', async () => {
    const { screen } = await show({ at: '/identities?sort=colour' })
    await expect.element(screen.getByText(/Nothing can be sorted by “colour”/)).toBeVisible()
  })

  test('says why it could not be loaded, and asks again on demand', async () => {
    let answer = () => problem('internal', 400, 'The disk is on fire.')
    const { screen } = await show({ more: { 'GET /user-identities': () => answer() } })
    await expect.element(screen.getByText('The disk is on fire.')).toBeVisible()
    answer = () => listOf(exampleIdentity)
    await screen.getByRole('button', { name: 'Try again' }).click()
    await expect.element(screen.getByRole('row').filter({ hasText: 'payments' })).toBeVisible()
  })

  test('shows what a viewer may not, with the reason', async () => {
    const { screen } = await show({ role: 'viewer' })
    const button = screen.getByRole('button', { name: 'Create identity' })
    await expect.element(button).toHaveAttribute('aria-disabled', 'true')
    await expect.element(button).toHaveAccessibleDescription(/identities\.write/)
  })

  test('stands as cards on a phone', async () => {
    await page.viewport(360, 740)
    const { screen } = await show()
    await expect.element(screen.getByRole('row').filter({ hasText: 'payments' })).toBeVisible()
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360)
  })
})

describe('creating an identity', () => {
  test('checks the name, then leads to the page of what was made', async () => {
    const { screen, sent, history } = await show({
      more: { 'POST /user-identities': () => Response.json(exampleIdentity, { status: 201 }) },
    })
    await screen.getByRole('button', { name: 'Create identity' }).click()
    const dialog = screen.getByRole('dialog')
    await dialog.getByLabelText('Name').fill('p')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await expect.element(dialog.getByLabelText('Name')).toHaveAccessibleDescription(/3 to 128/)
    expect(sent.filter(({ method }) => method === 'POST')).toEqual([])
    await dialog.getByLabelText('Name').fill('payments')
    await dialog.getByLabelText('Resource group').fill('rg-shop')
    await dialog.getByLabelText('Reason (optional)').fill('the shop')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await expect.poll(() => history.location.pathname).toBe(`/identities/${exampleIdentity.principalId}`)
    const body = { name: 'payments', resourceGroup: 'rg-shop', reason: 'the shop' }
    expect(sent.find(({ method }) => method === 'POST')?.body).toEqual(body)
  })

  test('makes the resource group that is named for the first time, before it', async () => {
    const { screen, sent, history } = await show({
      more: {
        'POST /resource-groups': () => Response.json({ name: 'rg-new', identities: 0 }, { status: 201 }),
        'POST /user-identities': () => Response.json(exampleIdentity, { status: 201 }),
      },
    })
    await screen.getByRole('button', { name: 'Create identity' }).click()
    const dialog = screen.getByRole('dialog')
    await dialog.getByLabelText('Name').fill('payments')
    await dialog.getByLabelText('Resource group').fill('rg-new')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await expect.poll(() => history.location.pathname).toBe(`/identities/${exampleIdentity.principalId}`)
    const written = sent.filter(({ method }) => method === 'POST').map(({ path }) => path)
    expect(written).toEqual(['/resource-groups', '/user-identities'])
  })

  test('keeps what was entered when the server refuses', async () => {
    const { screen } = await show({
      more: { 'POST /user-identities': () => problem('conflict', 409, 'There is one of this name.') },
    })
    await screen.getByRole('button', { name: 'Create identity' }).click()
    const dialog = screen.getByRole('dialog')
    await dialog.getByLabelText('Name').fill('payments')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await expect.element(dialog.getByText('There is one of this name.')).toBeVisible()
    await expect.element(dialog.getByLabelText('Name')).toHaveValue('payments')
  })
})
