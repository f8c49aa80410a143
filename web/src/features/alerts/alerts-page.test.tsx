import type { Alert } from '@signet/shared/api/alerts'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { AlertsBadge } from './alerts-badge.tsx'
import { AlertsPage } from './alerts-page.tsx'
import { exampleAlert } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

async function show(options: { role?: Role; acknowledge?: (body: unknown) => Response; items?: Alert[] } = {}) {
  await page.viewport(1280, 800)
  let items = options.items ?? [exampleAlert]
  const answered = (body: unknown) => {
    items = []
    return Response.json({
      ...exampleAlert,
      state: 'acknowledged',
      acknowledged: { at: 5, by: 'Ada', note: String(body) },
    })
  }
  const sent = fakeServer({
    'GET /alerts': ({ path }) => Response.json({ items: path.includes('state=open') ? items : [], nextCursor: null }),
    'GET /alerts/count': () =>
      Response.json({ open: items.length, acknowledged: 0, worst: items[0]?.severity ?? null }),
    [`POST /alerts/${exampleAlert.id}/acknowledge`]: ({ body }) => (options.acknowledge ?? answered)(body),
  })
  const content = () => (
    <>
      <AlertsBadge />
      <AlertsPage />
    </>
  )
  const { screen, history } = await showPage('/alerts', content, '/alerts', options.role)
  return { screen, sent, history }
}

test('shows what is open, how often it happened, and the one page to go to; its words are inert (SEC-24)', async () => {
  const { screen, history } = await show()
  const row = screen.getByRole('table', { name: 'Open alerts' }).getByRole('row').nth(1)
  for (const words of ['web-01', 'Warning', '3 times']) await expect.element(row.getByText(words)).toBeVisible()
  await expect.element(row.getByText(/<b>no<\/b>/)).toBeVisible()
  await expect.element(screen.getByRole('link', { name: '1 alert' })).toBeVisible()
  await row.getByRole('link', { name: 'Open the rotation' }).click()
  expect(history.location.pathname).toBe('/rotations/one')
})

test('acknowledges with a note, and the badge goes with the last open one', async () => {
  const { screen, sent } = await show()
  await screen.getByRole('button', { name: 'Acknowledge web-01' }).click()
  await screen.getByLabelText('Note').fill('on it')
  await screen.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click()
  await expect.element(screen.getByText('Nothing to look after')).toBeVisible()
  expect(sent.find(({ method }) => method === 'POST')?.body).toEqual({ note: 'on it' })
  await expect.element(screen.getByRole('link', { name: '1 alert' })).not.toBeInTheDocument()
})

test('says that somebody else was quicker', async () => {
  const taken = () => problem('conflict', 409, 'Bob has acknowledged the alert already.')
  const { screen } = await show({ acknowledge: taken })
  await screen.getByRole('button', { name: 'Acknowledge web-01' }).click()
  await screen.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click()
  await expect.element(screen.getByText('Bob has acknowledged the alert already.')).toBeVisible()
})

test('lets those who only read look on (SEC-27)', async () => {
  const { screen } = await show({ role: 'viewer' })
  await expect
    .element(screen.getByRole('button', { name: 'Acknowledge web-01' }))
    .toHaveAttribute('aria-disabled', 'true')
})

test('has the others behind their tabs, in the address', async () => {
  const { screen, history } = await show()
  await screen.getByRole('tab', { name: 'Resolved' }).click()
  await expect.element(screen.getByText('Nothing was resolved yet')).toBeVisible()
  expect(history.location.search).toContain('resolved')
})
