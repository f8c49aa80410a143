import { useState } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { Button } from './button.tsx'
import { ConfirmDialog } from './dialog.tsx'

function Example({ onConfirm }: { onConfirm: () => void }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>Open</Button>
      <ConfirmDialog
        open={open}
        title="Turn off the identity?"
        confirmLabel="Turn off"
        busy={false}
        onConfirm={onConfirm}
        onClose={() => setOpen(false)}
      >
        <p>The principal is deleted.</p>
      </ConfirmDialog>
    </>
  )
}

describe('ConfirmDialog', () => {
  test('moves focus to Cancel when the dialog opens, so that Enter never confirms', async () => {
    const onConfirm = vi.fn()
    const screen = await render(<Example onConfirm={onConfirm} />)
    await screen.getByRole('button', { name: 'Open' }).click()
    await expect.element(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByRole('alertdialog')).not.toBeInTheDocument()
    expect(onConfirm).not.toHaveBeenCalled()
  })

  test('is named by its question and described by what will happen', async () => {
    const screen = await render(<Example onConfirm={() => undefined} />)
    await screen.getByRole('button', { name: 'Open' }).click()
    const dialog = screen.getByRole('alertdialog', { name: 'Turn off the identity?' })
    await expect.element(dialog).toHaveAccessibleDescription('The principal is deleted.')
  })

  test('confirms by its button only', async () => {
    const onConfirm = vi.fn()
    const screen = await render(<Example onConfirm={onConfirm} />)
    await screen.getByRole('button', { name: 'Open' }).click()
    await screen.getByRole('button', { name: 'Turn off' }).click()
    expect(onConfirm).toHaveBeenCalledOnce()
  })

  test('gives the focus back when Escape closes it', async () => {
    const screen = await render(<Example onConfirm={() => undefined} />)
    await screen.getByRole('button', { name: 'Open' }).click()
    await expect.element(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus()
    await userEvent.keyboard('{Escape}')
    await expect.element(screen.getByRole('button', { name: 'Open' })).toHaveFocus()
  })
})
