import { expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { Switch } from './switch.tsx'

test('asks to be turned by Space and by click, and shows only what it is told', async () => {
  const onChange = vi.fn()
  const screen = await render(<Switch label="Managed identity of vm-1" checked={false} onChange={onChange} />)
  const control = screen.getByRole('switch', { name: 'Managed identity of vm-1' })
  await control.click()
  await userEvent.keyboard(' ')
  expect(onChange.mock.calls.map(([checked]) => checked)).toEqual([true, true])
  await expect.element(control).not.toBeChecked()
})

test('does nothing while the change is under way', async () => {
  const onChange = vi.fn()
  const screen = await render(<Switch label="Identity" checked busy onChange={onChange} />)
  const control = screen.getByRole('switch', { name: 'Identity' })
  await control.click()
  expect(onChange).not.toHaveBeenCalled()
  await expect.element(control).toHaveAttribute('aria-busy', 'true')
})

test('stays focusable and tells why it cannot be used', async () => {
  const onChange = vi.fn()
  const reason = 'Your role Viewer lacks identities.write. Ask an Admin.'
  const screen = await render(<Switch label="Identity" checked={false} onChange={onChange} disabledReason={reason} />)
  const control = screen.getByRole('switch', { name: 'Identity' })
  await userEvent.tab()
  await expect.element(control).toHaveFocus()
  await userEvent.keyboard(' ')
  expect(onChange).not.toHaveBeenCalled()
  await expect.element(control).toHaveAccessibleDescription(reason)
  await expect.element(control).toHaveAttribute('aria-disabled', 'true')
})
