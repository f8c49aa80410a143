import { expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { notify, notifyUndoable, Toaster } from './toaster.tsx'

test('a message that is older than what draws it is shown once that is there', async () => {
  notify('ok', 'Said before the page was whole', 'In a corner')
  const screen = await render(<Toaster />)
  await expect.element(screen.getByText('Said before the page was whole').first()).toBeVisible()
  await expect.element(screen.getByText('In a corner').first()).toBeVisible()
})

test('what worked can be taken back from its message, which closes', async () => {
  const undo = vi.fn()
  const screen = await render(<Toaster />)
  notifyUndoable('Paused web-01', undo)
  await screen.getByRole('button', { name: 'Undo' }).click()
  expect(undo).toHaveBeenCalledOnce()
  await expect.element(screen.getByText('Paused web-01')).not.toBeInTheDocument()
})
