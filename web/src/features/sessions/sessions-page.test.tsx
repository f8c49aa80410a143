import { OwnSession } from '@signet/shared/api/operators'
import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { SessionsPage } from './sessions-page.tsx'

afterEach(() => vi.restoreAllMocks())

const now = Date.now()
const here = OwnSession.parse({
  ...{ id: 'here', current: true, startedAt: now - 60_000, lastSeenAt: now, endsAt: now + 1_800_000 },
  ...{ ip: '192.0.2.1', userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0' },
})
const phone: OwnSession = { ...here, id: 'phone', current: false, ip: null, userAgent: 'Phone <b>\u202e' }
const elsewhere: OwnSession = { ...here, id: 'elsewhere', current: false, ip: '198.51.100.7', userAgent: 'curl/8.16.0' }

async function show(refusal?: () => Response) {
  await page.viewport(1280, 800)
  let items = [here, phone, elsewhere]
  const end = (kept: (session: OwnSession) => boolean) => () => {
    if (refusal !== undefined) return refusal()
    items = items.filter(kept)
    return new Response(null, { status: 204 })
  }
  const sent = fakeServer({
    'GET /sessions': () => Response.json({ items }),
    'DELETE /sessions/phone': end(({ id }) => id !== 'phone'),
    'DELETE /sessions': end(({ current }) => current),
  })
  const content = () => (
    <>
      <SessionsPage />
      <Toaster />
    </>
  )
  const { screen } = await showPage('/sessions', content, '/sessions', 'viewer')
  const rows = screen.getByRole('table', { name: 'Your sign-ins' }).getByRole('row')
  await expect.element(rows.nth(3)).toBeVisible()
  return { screen, rows, sent }
}

test('shows where one is signed in, and marks this browser, which has no button (SEC-18)', async () => {
  const { screen, rows } = await show()
  for (const words of ['Firefox on Linux', '192.0.2.1', 'This one']) {
    await expect.element(rows.nth(1).getByText(words)).toBeVisible()
  }
  for (const words of ['curl', '198.51.100.7']) await expect.element(rows.nth(3).getByText(words)).toBeVisible()
  expect(screen.getByRole('button', { name: /^Sign out (?!everywhere)/ }).elements()).toHaveLength(2)
})

test('shows what a browser claims to be as it is: inert, tricks spelt out (SEC-24, SEC-25)', async () => {
  const { screen } = await show()
  await expect.element(screen.getByRole('table').getByText('Phone <b>⟨U+202E⟩')).toBeVisible()
})

test('signs out one other browser (SEC-18)', async () => {
  const { screen, rows } = await show()
  await screen.getByRole('button', { name: /^Sign out Phone/ }).click()
  await expect.poll(() => rows.elements().length).toBe(3)
  await expect.element(rows.nth(2).getByText('curl')).toBeVisible()
})

test('signs out everywhere else after a question, and then there is nothing more to end (SEC-18)', async () => {
  const { screen, rows, sent } = await show()
  await screen.getByRole('button', { name: 'Sign out everywhere else' }).click()
  await expect.element(screen.getByText('2 other browsers are signed out at once.', { exact: false })).toBeVisible()
  expect(sent.filter(({ method }) => method === 'DELETE')).toEqual([])
  await screen.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click()
  await expect.poll(() => rows.elements().length).toBe(2)
  await expect
    .element(screen.getByRole('button', { name: 'Sign out everywhere else' }))
    .toHaveAttribute('aria-disabled', 'true')
})

test('says why a browser was not signed out', async () => {
  const { screen } = await show(() => problem('internal', 500, 'The disk is on fire.'))
  await screen.getByRole('button', { name: /^Sign out Phone/ }).click()
  await expect.element(screen.getByText('The disk is on fire.').first()).toBeInTheDocument()
})
