import { expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { stepExtent, stepTime, Waterfall } from './waterfall.tsx'

test('tells the verdict of each step in words, not only by colour', async () => {
  const step = { startMs: 0, durationMs: 3, remark: null, detail: '' }
  const screen = await render(
    <Waterfall
      label="Steps"
      totalMs={10}
      steps={[
        { ...step, id: '1', title: 'Agent reached', status: 'ok' },
        { ...step, id: '2', title: 'Authority', status: 'failed', remark: 'HTTP 401', detail: 'AADSTS700027' },
        { ...step, id: '3', title: 'Token signed', status: 'skipped' },
      ]}
    />,
  )
  const steps = screen.getByRole('list', { name: 'Steps' }).getByRole('listitem')
  await expect.element(steps.nth(2)).toBeVisible()
  expect(steps.elements().map((element) => element.textContent)).toEqual([
    'Agent reached succeeded3 ms',
    'Authority failedHTTP 4013 msAADSTS700027',
    'Token signed skippedskipped',
  ])
})

test('keeps every bar on the axis and wide enough to be seen', () => {
  expect(stepExtent({ startMs: 5, durationMs: 20 }, 50)).toEqual({ left: 10, width: 40 })
  expect(stepExtent({ startMs: 50, durationMs: 0.01 }, 50)).toEqual({ left: 99, width: 1 })
  expect(stepExtent({ startMs: 0, durationMs: 0 }, 0)).toEqual({ left: 0, width: 1 })
})

test.each([
  [0, '<0.1 ms'],
  [0.05, '0.1 ms'],
  [3.24, '3.2 ms'],
  [41.3, '41 ms'],
  [1_204, '1.2 s'],
])('says %d ms as %s', (ms, words) => {
  expect(stepTime(ms)).toBe(words)
})

test('shows a step that runs as such, and opens a step to what stands behind it', async () => {
  const step = { startMs: 0, durationMs: 3, remark: null, detail: '' }
  const screen = await render(
    <Waterfall
      label="Steps"
      totalMs={10}
      busy
      steps={[
        { ...step, id: '1', title: 'Agent', status: 'ok', panel: <p>What was sent</p> },
        { ...step, id: '2', title: 'Authority', status: 'running', nested: true },
      ]}
    />,
  )
  const list = screen.getByRole('list', { name: 'Steps' })
  await expect.element(list).toHaveAttribute('aria-busy', 'true')
  await expect.element(list.getByRole('listitem').nth(1)).toHaveTextContent('Authority runningunder way')
  await expect.element(screen.getByText('What was sent')).not.toBeVisible()
  await screen.getByText('Details of Agent').click()
  await expect.element(screen.getByText('What was sent')).toBeVisible()
})
