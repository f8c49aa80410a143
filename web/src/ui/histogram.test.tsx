import { expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { Histogram } from './histogram.tsx'

const bars = [3, 0, 9].map((value, index) => ({
  key: String(index),
  name: `Bar ${index}: ${value}`,
  parts: [
    { tone: 'accent' as const, value },
    { tone: 'bad' as const, value: index === 2 ? 1 : 0 },
  ],
}))

test('is one stop of the Tab key, and arrows, Home, End and Enter do what a pointer would', async () => {
  const onPick = vi.fn()
  const screen = await render(
    <Histogram label="Events over time" bars={bars} ends={['first', 'last']} onPick={onPick} />,
  )
  await expect.element(screen.getByRole('group', { name: 'Events over time' })).toBeVisible()
  await userEvent.tab()
  await expect.element(screen.getByRole('button', { name: 'Bar 0: 3' })).toHaveFocus()
  await userEvent.keyboard('{ArrowLeft}{ArrowRight}{ArrowRight}{ArrowRight}')
  await expect.element(screen.getByRole('button', { name: 'Bar 2: 9' })).toHaveFocus()
  await userEvent.keyboard('{Enter}')
  await userEvent.keyboard('{Home}{Enter}')
  expect(onPick.mock.calls).toEqual([[2], [0]])
  await userEvent.tab()
  expect(screen.container.contains(document.activeElement)).toBe(false)
})

test('draws bars in proportion, and something wherever there is something', async () => {
  const many = [...bars, { key: 'x', name: 'Bar x', parts: [{ tone: 'accent' as const, value: 10_000 }] }]
  const screen = await render(<Histogram label="Events" bars={many} ends={['', '']} onPick={() => {}} />)
  const heights = [...screen.container.querySelectorAll('button')].map((bar) =>
    [...bar.children].reduce((sum, part) => sum + part.getBoundingClientRect().height, 0),
  )
  expect(heights[1]).toBe(0)
  expect(heights[0]).toBeGreaterThanOrEqual(2)
  expect(heights[3]).toBeGreaterThan(40)
})
