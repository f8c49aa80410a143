import { Expiry } from '@signet/shared/api/overview'
import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { ExpiriesPage } from './expiries-page.tsx'

afterEach(() => vi.restoreAllMocks())

const now = Date.now()
const secret = Expiry.parse({
  ...{ kind: 'client_secret', id: 'one', name: 'billing: main', notAfter: now + 86_400_000, lifeLeft: 0.019 },
  ...{ renewsAt: null, stage: 2, overdue: true, path: '/applications/one/secrets' },
})
const rolling = Expiry.parse({
  ...{ kind: 'identity', id: 'two', name: 'web-01', notAfter: now + 90 * 86_400_000, lifeLeft: 0.9 },
  ...{ renewsAt: now + 40 * 86_400_000, stage: null, overdue: false, path: null },
})
const late: Expiry = { ...rolling, id: 'three', name: 'web-02', stage: 25, overdue: true, lifeLeft: 0.2 }

test('shows what ends with what is left of it, and whether it is replaced by itself (SEC-53)', async () => {
  await page.viewport(1280, 800)
  const sent = fakeServer({
    'GET /expiries': () => Response.json({ items: [secret, late, rolling], nextCursor: null }),
  })
  const { screen, history } = await showPage('/expiries', () => <ExpiriesPage />, '/expiries', 'viewer')
  const rows = screen.getByRole('table', { name: 'Expiries' }).getByRole('row')
  for (const words of ['billing: main', 'Client secret', '1 %', 'Not by itself']) {
    await expect.element(rows.nth(1).getByText(words)).toBeVisible()
  }
  await expect.element(rows.nth(2).getByText('Overdue')).toBeVisible()
  await expect.element(rows.nth(3).getByText(/^By itself/)).toBeVisible()
  await screen.getByLabelText('Kind').selectOptions('client_secret')
  await expect.poll(() => sent.at(-1)?.path).toContain('kind=client_secret')
  await rows.nth(1).getByRole('link', { name: 'billing: main' }).click()
  expect(history.location.pathname).toBe('/applications/one/secrets')
})
