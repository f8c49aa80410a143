import { expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { Button } from './button.tsx'
import { Menu } from './menu.tsx'
import { Popover } from './popover.tsx'
import { Switch } from './switch.tsx'

/** What a browser makes of a finger that is put down and lifted: it hovers over nothing. */
function tap(target: Element): void {
  const pointer = { bubbles: true, cancelable: true, pointerType: 'touch', pointerId: 7, isPrimary: true }
  target.dispatchEvent(new PointerEvent('pointerdown', pointer))
  target.dispatchEvent(new PointerEvent('pointerup', pointer))
  target.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true }))
  target.dispatchEvent(new MouseEvent('mouseup', { bubbles: true, cancelable: true }))
  target.dispatchEvent(new PointerEvent('click', { ...pointer, detail: 1 }))
}

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

test.each([
  ['a button', () => <Button disabledReason="No.">Act</Button>, 'button'],
  ['a switch', () => <Switch label="Act" checked={false} onChange={vi.fn()} disabledReason="No." />, 'switch'],
])('%s that cannot be used says why when it is tapped, until something else is', async (_what, Shown, role) => {
  const screen = await render(
    <>
      <Shown />
      <p>Elsewhere</p>
    </>,
  )
  const seen = () =>
    screen
      .getByText('No.')
      .elements()
      .filter((element) => element.checkVisibility()).length
  expect(seen()).toBe(0)
  tap(screen.getByRole(role).element())
  await expect.poll(seen).toBe(1)
  tap(screen.getByText('Elsewhere').element())
  await expect.poll(seen).toBe(0)
})

const off = <Button disabledReason="No.">Act</Button>

test.each([
  ['a menu', () => <Menu trigger={off}>Inside</Menu>],
  [
    'a popover',
    () => (
      <Popover trigger={off} title="Inside">
        Inside
      </Popover>
    ),
  ],
])('%s stays shut behind a button that cannot be used', async (_what, Shown) => {
  const screen = await render(<Shown />)
  const button = screen.getByRole('button', { name: 'Act' })
  tap(button.element())
  await button.click({ force: true })
  for (const key of ['{Enter}', ' ', '{ArrowDown}']) await userEvent.keyboard(key)
  await new Promise((resolve) => requestAnimationFrame(resolve))
  expect(screen.getByText('Inside').elements()).toEqual([])
})
