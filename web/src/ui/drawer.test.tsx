import { useState } from 'react'
import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { Drawer } from './drawer.tsx'

function Example() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Menu
      </button>
      <Drawer open={open} onClose={() => setOpen(false)} title="Menu">
        <a href="#one">One</a>
      </Drawer>
    </>
  )
}

test('is a named dialog that holds the focus and gives it back when Escape closes it', async () => {
  const screen = await render(<Example />)
  await screen.getByRole('button', { name: 'Menu' }).click()
  const drawer = screen.getByRole('dialog', { name: 'Menu' })
  await expect.element(drawer).toBeVisible()
  for (let index = 0; index < 3; index += 1) {
    await userEvent.tab()
    expect(drawer.element().contains(document.activeElement)).toBe(true)
  }
  await userEvent.keyboard('{Escape}')
  await expect.element(drawer).not.toBeInTheDocument()
  await expect.element(screen.getByRole('button', { name: 'Menu' })).toHaveFocus()
})
