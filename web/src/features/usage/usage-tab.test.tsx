import type { UsageDetail } from '@signet/shared/api/usage'
import { dayMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { exampleDetail, exampleUsage, instanceId } from './testing/examples.ts'
import { UsageTab } from './usage-tab.tsx'

beforeEach(() => page.viewport(1280, 900))
afterEach(() => vi.restoreAllMocks())

const { principalId } = exampleUsage

async function show(
  detail: UsageDetail | Response = exampleDetail,
  of: 'principal' | 'instance' = 'principal',
  at = '/tab',
) {
  const answer = () => (detail instanceof Response ? detail : Response.json(detail))
  const sent = fakeServer({
    [`GET /usage/principals/${principalId}`]: answer,
    [`GET /usage/instances/${instanceId}`]: answer,
  })
  const id = of === 'principal' ? principalId : instanceId
  const own = of === 'instance' ? { ownPrincipalId: principalId } : {}
  return { ...(await showPage('/tab', () => <UsageTab of={{ kind: of, id, ...own }} />, at)), sent }
}

describe('the tab of usage', () => {
  test('has the days as bars with sentences, and the same as a table', async () => {
    const { screen } = await show()
    await expect.element(screen.getByText('6 tokens, 2 refused')).toBeVisible()
    const bar = screen.getByRole('button', { name: '1970-03-31: 6 issued, 2 refused' })
    await bar.click()
    await expect.element(screen.getByRole('status').filter({ hasText: '6 issued, 2 refused' })).toBeVisible()
    await screen.getByText('The same as a table').click()
    const table = screen.getByRole('table', { name: 'Tokens over time' })
    await expect.element(table.getByRole('cell', { name: '1970-03-31' })).toBeVisible()
  })

  test('has audiences downwards and instances across, shared hosts and strangers in words', async () => {
    const { screen } = await show()
    const table = screen.getByRole('table', { name: 'Use by audience' })
    for (const name of ['web-01', 'Shared host of web-02, web-03', 'Outside any instance']) {
      await expect.element(table.getByRole('columnheader', { name })).toBeVisible()
    }
    const strangers = table.getByRole('row').filter({ hasText: 'Refused before anything was proved' })
    await expect.poll(() => strangers.element().textContent).toContain('0 tokens, 1 refused')
  })

  test('says from where it was used, and that not every address is kept apart', async () => {
    const { screen } = await show()
    const hosts = screen.getByRole('table', { name: 'Hosts' })
    for (const name of ['Agent of web-01', '192.0.2.1', 'Further addresses, not kept apart']) {
      await expect.element(hosts.getByRole('cell', { name })).toBeVisible()
    }
    await expect.element(screen.getByText('4 more are not shown.')).toBeVisible()
  })

  test('keeps the range in the address, and tells 13 months by the week', async () => {
    const days = Array.from({ length: 400 }, (_, index) => ({ at: index * dayMs, tokens: 1, refused: 0 }))
    const { screen, history, sent } = await show({ ...exampleDetail, days })
    await screen.getByRole('combobox', { name: 'Range' }).selectOptions('Last 13 months')
    await expect.poll(() => new URLSearchParams(history.location.search).get('days')).toContain('400')
    await expect.element(screen.getByRole('group', { name: 'Tokens by week' })).toBeVisible()
    await expect.element(screen.getByRole('button', { name: '1970-01-01: 1 issued, 0 refused' })).toBeVisible()
    expect(screen.getByRole('button', { name: / to .*: 7 issued/ }).all()).toHaveLength(57)
    expect(sent.length).toBeGreaterThan(0)
  })

  test('of an instance has identities across, and the hosts of its own one', async () => {
    const { screen } = await show(exampleDetail, 'instance')
    await expect.element(screen.getByRole('heading', { name: 'Audiences, by identity' })).toBeVisible()
    await expect.element(screen.getByRole('heading', { name: 'Hosts of its own identity' })).toBeVisible()
  })

  test('says that there was no token, and why it could not be loaded', async () => {
    const empty = await show({ ...exampleDetail, cells: [], hosts: [], moreHosts: 0 })
    await expect.element(empty.screen.getByText('No token in this range')).toBeVisible()
    await expect.element(empty.screen.getByText('No token yet, or none within 13 months.')).toBeVisible()
    await empty.screen.unmount()
    const { screen } = await show(problem('not_found', 404))
    await expect.element(screen.getByRole('button', { name: 'Try again' })).toBeVisible()
  })
})
