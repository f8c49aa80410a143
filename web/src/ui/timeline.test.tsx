import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { absoluteTime } from './absolute-time.ts'
import { Timeline } from './timeline.tsx'
import type { TimelineItem } from './timeline-layout.ts'

const day = 86_400_000
const now = Date.now()
const items: TimelineItem[] = [
  { id: 'a', label: 'AAAA', kind: 'retiring', from: now - 50 * day, until: now + day, validUntil: now + 40 * day },
  { id: 'b', label: 'BBBB', kind: 'active', from: now - day, until: now + 89 * day, validUntil: now + 89 * day },
]

function example() {
  return (
    <Timeline
      label="Certificates over time"
      items={items}
      plannedAt={now + 45 * day}
      sentence={(item) => `Certificate ${item.label}, ${item.kind}`}
      href={(item) => `#row-${item.id}`}
    />
  )
}

test('names every bar with a sentence and lets arrow keys move in time', async () => {
  await page.viewport(1000, 600)
  const screen = await render(example())
  const first = screen.getByRole('link', { name: 'Certificate AAAA, retiring' })
  await expect.element(first).toBeVisible()
  await userEvent.tab()
  await expect.element(first).toHaveFocus()
  await userEvent.keyboard('{ArrowRight}')
  await expect.element(screen.getByRole('link', { name: 'Certificate BBBB, active' })).toHaveFocus()
  await userEvent.keyboard('{ArrowLeft}')
  await expect.element(first).toHaveFocus()
})

test('labels the overlap with its length', async () => {
  await page.viewport(1000, 600)
  const screen = await render(example())
  await expect.element(screen.getByText('2 d overlap')).toBeInTheDocument()
})

test('becomes a list of lines where there is no room: which, in what state, and when', async () => {
  await page.viewport(390, 800)
  const screen = await render(example())
  const list = screen.getByRole('list', { name: 'Certificates over time' })
  const line = list.getByRole('link', { name: /^BBBB active/ })
  await expect.element(line).toHaveAttribute('href', '#row-b')
  await expect.element(line.getByText(`${absoluteTime(now - day, 'minute')} to`, { exact: false })).toBeVisible()
})
