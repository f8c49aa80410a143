import { useState } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { Palette, type PaletteGroup } from './palette.tsx'

const go = vi.fn()
const refused = vi.fn()
const groups: PaletteGroup[] = [
  {
    value: 'Go to',
    items: [
      { id: 'i', label: 'Instances', keys: 'g i', run: () => go('instances') },
      { id: 'r', label: 'Rotations', keys: 'g r', run: () => go('rotations') },
    ],
  },
  { value: 'Actions', items: [{ id: 'd', label: 'Delete', refusal: 'Ask an Admin.', run: refused }] },
]

function Example() {
  const [open, setOpen] = useState(false)
  const [text, setText] = useState('')
  const shown = groups
    .map((group) => ({ ...group, items: group.items.filter(({ label }) => label.toLowerCase().includes(text)) }))
    .filter(({ items }) => items.length > 0)
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Search
      </button>
      <Palette
        open={open}
        onClose={() => setOpen(false)}
        text={text}
        onText={setText}
        groups={shown}
        busy={false}
        placeholder="Jump"
      />
    </>
  )
}

async function opened() {
  const screen = await render(<Example />)
  await screen.getByRole('button', { name: 'Search' }).click()
  await expect.element(screen.getByRole('combobox', { name: 'Search or jump to' })).toHaveFocus()
  return screen
}

afterEach(() => vi.clearAllMocks())

test('is a dialog with a field and groups of options', async () => {
  const screen = await opened()
  await expect.element(screen.getByRole('dialog', { name: 'Command palette' })).toBeVisible()
  await expect.element(screen.getByRole('listbox', { name: 'Results' })).toBeVisible()
  await expect.element(screen.getByRole('group', { name: 'Go to' })).toBeVisible()
  expect(screen.getByRole('option').all()).toHaveLength(3)
})

test('goes to the first hit with Enter, to another with the arrow keys', async () => {
  const screen = await opened()
  await userEvent.keyboard('{Enter}')
  expect(go).toHaveBeenLastCalledWith('instances')
  await expect.element(screen.getByRole('dialog')).not.toBeInTheDocument()
  await expect.element(screen.getByRole('button', { name: 'Search' })).toHaveFocus()
  await userEvent.keyboard('{Enter}{ArrowDown}{Enter}')
  await expect.poll(() => go).toHaveBeenLastCalledWith('rotations')
})

test('narrows while one types, and takes the first of what is left', async () => {
  const screen = await opened()
  await userEvent.keyboard('rot')
  await expect.element(screen.getByRole('option', { name: 'Instances' })).not.toBeInTheDocument()
  await userEvent.keyboard('{Enter}')
  expect(go).toHaveBeenLastCalledWith('rotations')
})

test('says so when there is nothing', async () => {
  const screen = await opened()
  await userEvent.keyboard('zzz')
  await expect.element(screen.getByText('Nothing found')).toBeVisible()
})

test('shows what is not allowed with the reason, and does not do it', async () => {
  const screen = await opened()
  const option = screen.getByRole('option', { name: /Delete/ })
  await expect.element(option).toHaveAttribute('aria-disabled', 'true')
  await expect.element(screen.getByText('Ask an Admin.')).toBeVisible()
  await userEvent.keyboard('del{Enter}')
  expect(refused).not.toHaveBeenCalled()
})

test('closes with Escape and gives the focus back', async () => {
  const screen = await opened()
  await userEvent.keyboard('{Escape}')
  await expect.element(screen.getByRole('dialog')).not.toBeInTheDocument()
  await expect.element(screen.getByRole('button', { name: 'Search' })).toHaveFocus()
})
