import { expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { ConflictPanel } from './conflict-panel.tsx'

const differences = [
  { name: 'Lifetime', before: '90 d', after: '30 d' },
  { name: 'Overlap', before: '24 h', after: '24 h' },
]

test('shows what would be overwritten before one may keep the own values', async () => {
  const [onReload, onKeep] = [vi.fn(), vi.fn()]
  const screen = await render(
    <ConflictPanel noun="policy" differences={differences} onReload={onReload} onKeep={onKeep} />,
  )
  await expect.element(screen.getByRole('button', { name: 'Keep mine' })).not.toBeInTheDocument()
  await screen.getByRole('button', { name: 'See difference' }).click()
  const table = screen.getByRole('table', { name: 'Difference' })
  await expect.element(table.getByRole('row', { name: 'Lifetime (differs) 90 d 30 d' })).toBeVisible()
  await expect.element(table.getByRole('row', { name: 'Overlap 24 h 24 h' })).toBeVisible()
  await screen.getByRole('button', { name: 'Keep mine' }).click()
  expect(onKeep).toHaveBeenCalledOnce()
  await screen.getByRole('button', { name: 'Reload' }).click()
  expect(onReload).toHaveBeenCalledOnce()
})

test('waits for the values in force', async () => {
  const onReload = vi.fn()
  const screen = await render(
    <ConflictPanel noun="policy" differences={undefined} onReload={onReload} onKeep={vi.fn()} />,
  )
  const reload = screen.getByRole('button', { name: 'Reload' })
  await expect.element(reload).toHaveAttribute('aria-busy', 'true')
})
