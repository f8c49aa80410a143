import { dayMs } from '@signet/shared/vocabulary/time'
import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { RotationCalendarPage } from './calendar-page.tsx'
import { HeldCard } from './planned-card.tsx'

const today = Date.UTC(2030, 10, 25)
const planned = {
  slotId: '01890000-0000-4000-8000-000000000001',
  principalId: '01890000-0000-4000-8000-000000000002',
  principalName: 'web-01',
  instance: { id: '01890000-0000-4000-8000-000000000003', name: 'web-01' },
  at: today + 2 * dayMs + 3_600_000,
  dueAt: today + dayMs,
  policy: 'payments',
}
const days = Array.from({ length: 30 }, (_, index) => ({
  day: today + index * dayMs,
  done: 0,
  planned: index === 2 ? 7 : 0,
  postponed: 0,
}))
const bands = [{ kind: 'freeze', policy: null, from: today, until: today + dayMs }]

afterEach(() => vi.restoreAllMocks())

async function show(calendar: object, items: object[]) {
  await page.viewport(1280, 900)
  const sent = fakeServer({
    'GET /rotations/calendar': () => Response.json(calendar),
    'GET /rotations/planned': () => Response.json({ items, nextCursor: null }),
    'GET /rotation-policies': () => Response.json({ items: [] }),
  })
  return { sent, ...(await showPage('/rotations/calendar', RotationCalendarPage, '/rotations/calendar')) }
}

test('the calendar has a bar for each day, and picking one asks who is due on it', async () => {
  const { screen, sent, history } = await show({ days, bands, waiting: 0 }, [planned])
  await screen.getByRole('button', { name: '7 planned, 0 done on 2030-11-27 (UTC)' }).click()
  expect(history.location.search).toBe('?day=2030-11-27')
  await expect.element(screen.getByRole('heading', { name: 'Rotates on 2030-11-27 (UTC)' })).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /web-01.*payments/ })).toBeVisible()
  const asked = `from=${today + 2 * dayMs}&to=${today + 3 * dayMs}`
  await expect.poll(() => sent.some(({ path }) => path.includes(asked))).toBe(true)
  await expect.element(screen.getByRole('row', { name: /Freeze.*All rotations/ })).toBeVisible()
})

test('the name of a bar has the number above it', async () => {
  const { screen } = await show(
    { days: days.map((each) => ({ ...each, planned: 2, done: 3 })), bands: [], waiting: 0 },
    [],
  )
  const bar = screen.getByRole('button', { name: '5 rotations: 2 planned, 3 done on 2030-11-25 (UTC)' })
  await expect.element(bar).toHaveTextContent('5')
})

test('the chart marks days with a blackout or freeze, and says so of each', async () => {
  const { screen } = await show({ days, bands, waiting: 0 }, [])
  const name = '0 planned, 0 done on 2030-11-25 (UTC); freeze of all rotations'
  await expect.element(screen.getByRole('button', { name })).toBeVisible()
  await expect.element(screen.getByText(/Grey: a blackout or freeze/)).toBeVisible()
})

test('the queue has on top what is due and held back', async () => {
  fakeServer({ 'GET /rotations/planned': () => Response.json({ items: [planned], nextCursor: null }) })
  const { screen } = await showPage('/rotations/queue', HeldCard, '/rotations/queue')
  await expect.element(screen.getByRole('heading', { name: /^Paused: due, and held back/ })).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /web-01.*payments/ })).toBeVisible()
})

test('the queue has no place for what is held back while nothing is', async () => {
  const sent = fakeServer({ 'GET /rotations/planned': () => Response.json({ items: [], nextCursor: null }) })
  const { screen } = await showPage('/rotations/queue', HeldCard, '/rotations/queue')
  await expect.poll(() => sent.length).toBe(1)
  await expect.element(screen.getByRole('heading')).not.toBeInTheDocument()
})

test('the calendar says what the limit of a day spreads to the next', async () => {
  const limited = days.map((each, index) => ({ ...each, postponed: index === 2 ? 3 : 0 }))
  const { screen } = await show({ days: limited, bands: [], waiting: 0 }, [planned])
  const spread = '7 planned, 0 done on 2030-11-27 (UTC), 3 spread to the next day'
  await expect.element(screen.getByRole('button', { name: spread })).toBeVisible()
  await expect
    .element(screen.getByText('2030-11-27: 7 planned, 3 of what is due by then will spread to 2030-11-28'))
    .toBeVisible()
})

test('the calendar says what waits for a window, and shows it', async () => {
  const { screen, sent } = await show({ days, bands: [], waiting: 3 }, [planned])
  await expect.element(screen.getByText('3 wait for a window')).toBeVisible()
  await screen.getByRole('button', { name: 'Show them' }).click()
  await expect.element(screen.getByRole('heading', { name: 'Waiting for a window' })).toBeVisible()
  await expect.poll(() => sent.some(({ path }) => path.includes('only=waiting'))).toBe(true)
})

test('a calendar without any rotation says so', async () => {
  const { screen } = await show({ days: days.map((each) => ({ ...each, planned: 0 })), bands: [], waiting: 0 }, [])
  await expect.element(screen.getByText('Nothing rotates then')).toBeVisible()
  await expect.element(screen.getByText(/^0 certificates roll until/)).toBeVisible()
})
