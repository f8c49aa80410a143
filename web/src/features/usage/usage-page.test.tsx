import type { UsageSummary } from '@signet/shared/api/usage'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { exampleUnused, exampleUsage, instanceId } from './testing/examples.ts'
import { UsagePage } from './usage-page.tsx'

beforeEach(() => page.viewport(1440, 800))
afterEach(() => vi.restoreAllMocks())

interface Shown {
  at?: string
  items?: UsageSummary[]
  more?: Parameters<typeof fakeServer>[0]
}

async function show({ at = '/usage', items = [exampleUsage, exampleUnused], more = {} }: Shown = {}) {
  const sent = fakeServer({
    'GET /usage': () => Response.json({ items, nextCursor: null, count: null }),
    'GET /usage/facets': () => Response.json({ kind: { system: 1, app: 1 }, state: { enabled: 2 } }),
    'GET /views': () => Response.json({ items: [] }),
    ...more,
  })
  return { ...(await showPage('/usage', () => <UsagePage />, at)), sent }
}

describe('the list of uses', () => {
  test('says when and for what each was used, with its course in words, and leads to it', async () => {
    const { screen, history } = await show()
    const used = screen.getByRole('row').filter({ hasText: 'web-01' })
    await expect.element(used.getByText('vault.azure.net')).toBeVisible()
    await expect
      .element(used.getByRole('img', { name: '3 tokens on 1 of the last 90 days, 3 on the busiest' }))
      .toBeVisible()
    const unused = screen.getByRole('row').filter({ hasText: 'billing' })
    await expect.element(unused.getByText('Never used')).toBeVisible()
    await expect.element(unused.getByText('No token', { exact: true })).toBeVisible()
    used.element().focus()
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => history.location.pathname).toBe(`/instances/${instanceId}/usage`)
  })

  test('has its questions as addresses', async () => {
    const { screen, history } = await show()
    await screen
      .getByRole('navigation', { name: 'Views of the use' })
      .getByRole('link', { name: 'Unused 90 days' })
      .click()
    await expect.poll(() => new URLSearchParams(history.location.search).get('q')).toContain('unused:>90d')
  })

  test('leads from a row to where it is paused or turned off', async () => {
    const { screen, history } = await show()
    await screen.getByRole('button', { name: /billing/ }).click()
    await screen.getByRole('menuitem', { name: 'Pause or delete…' }).click()
    await expect.poll(() => history.location.pathname).toBe(`/applications/${exampleUnused.principalId}`)
  })

  test('says that nothing matches, that there is nobody, and why it could not be loaded', async () => {
    const none = await show({ at: '/usage?q=unused:>9y', items: [] })
    await expect.element(none.screen.getByText(/^No identity matches/)).toBeVisible()
    await none.screen.unmount()
    const empty = await show({ items: [] })
    await expect.element(empty.screen.getByText('There is no identity yet')).toBeVisible()
    await empty.screen.unmount()
    const { screen } = await show({ more: { 'GET /usage': () => problem('forbidden', 403) } })
    await expect.element(screen.getByText('Your role does not allow this')).toBeVisible()
  })
})
