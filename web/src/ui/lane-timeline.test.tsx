import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { type Lane, LaneTimeline } from './lane-timeline.tsx'
import type { TimelineItem } from './timeline-layout.ts'

const day = 86_400_000
const now = Date.now()
const bar = (id: string, from: number, until: number): TimelineItem => ({
  ...{ id, label: id, kind: 'active', from: now + from * day, until: now + until * day, validUntil: now + until * day },
})
const lanes: Lane[] = [
  {
    id: 'web',
    words: 'web-01',
    name: 'web-01',
    note: 'rotates in 20 d',
    items: [bar('w1', -60, -9), bar('w2', -10, 30)],
    plannedAt: now + 20 * day,
    isOverdue: false,
    bands: [{ from: now + 5 * day, until: now + 9 * day, words: 'blackout of Default' }],
  },
  {
    id: 'none',
    words: 'new-01',
    name: 'new-01',
    note: 'no certificate yet',
    items: [],
    plannedAt: null,
    isOverdue: false,
    bands: [],
  },
  {
    id: 'db',
    words: 'db-01',
    name: 'db-01',
    note: 'overdue',
    items: [bar('d1', -40, 5)],
    plannedAt: now - day,
    isOverdue: true,
    bands: [],
  },
]

function example() {
  return (
    <LaneTimeline
      label="Certificates of every identity"
      lanes={lanes}
      axis={{ from: now - 45 * day, until: now + 45 * day }}
      load={[{ from: now, until: now + day, value: 7, planned: true, words: '7 on that day' }]}
      sentence={(_, item) => `certificate ${item.id}`}
      href={(lane, item) => `#${lane.id}-${item.id}`}
    />
  )
}

test('arrows go from bar to bar and from lane to lane, past lanes without any', async () => {
  await page.viewport(1000, 600)
  const screen = await render(example())
  const first = screen.getByRole('link', { name: 'web-01: certificate w1' })
  await expect.element(first).toBeVisible()
  await userEvent.tab()
  await expect.element(first).toHaveFocus()
  await userEvent.keyboard('{ArrowRight}')
  await expect.element(screen.getByRole('link', { name: 'web-01: certificate w2' })).toHaveFocus()
  await userEvent.keyboard('{ArrowDown}')
  await expect.element(screen.getByRole('link', { name: 'db-01: certificate d1' })).toHaveFocus()
  await userEvent.keyboard('{ArrowUp}{ArrowUp}')
  await expect.element(first).toHaveFocus()
})

test('says in words what the strip of load shows', async () => {
  await page.viewport(1000, 600)
  const screen = await render(example())
  await expect.element(screen.getByRole('img', { name: 'Rotations a day; the most is 7 on that day' })).toBeVisible()
})

test('becomes a list of lines where there is no room', async () => {
  await page.viewport(390, 800)
  const screen = await render(example())
  const list = screen.getByRole('list', { name: 'Certificates of every identity' })
  await expect.element(list.getByRole('link', { name: /^db-01: d1 active/ })).toHaveAttribute('href', '#db-d1')
  await expect.element(list.getByText('no certificate yet')).toBeVisible()
})
