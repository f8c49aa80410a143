import { expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { Button } from './button.tsx'

test('with a reason not to be used, keeps the focus, describes the reason and does nothing', async () => {
  const onClick = vi.fn()
  const screen = await render(
    <Button onClick={onClick} disabledReason="The identity is off.">
      Rotate now
    </Button>,
  )
  const button = screen.getByRole('button', { name: 'Rotate now' })
  await userEvent.tab()
  await expect.element(button).toHaveFocus()
  await userEvent.keyboard('{Enter}')
  expect(onClick).not.toHaveBeenCalled()
  await expect.element(button).toHaveAccessibleDescription('The identity is off.')
})

test('submits its form once and not again while busy', async () => {
  const onSubmit = vi.fn((event: React.FormEvent) => event.preventDefault())
  const form = (busy: boolean) => (
    <form onSubmit={onSubmit}>
      <Button type="submit" busy={busy}>
        Save
      </Button>
    </form>
  )
  const screen = await render(form(false))
  await screen.getByRole('button', { name: 'Save' }).click()
  await screen.rerender(form(true))
  // Not through the locator: it waits for the button to be enabled again.
  const busy = screen.getByRole('button', { name: 'Save' })
  await expect.element(busy).toHaveAttribute('aria-busy', 'true')
  busy.element().dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
  expect(onSubmit).toHaveBeenCalledOnce()
})
