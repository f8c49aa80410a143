import { afterEach, expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { type Command, useRegisterCommands } from './commands.ts'
import { preferences, setPreferences } from './preferences.ts'
import { ShortcutSheet } from './shortcut-sheet.tsx'

const original = preferences()
afterEach(() => setPreferences(original))

const noop = () => undefined
const commands: Command[] = [
  { id: 'go', label: 'Instances', group: 'Go to', keys: 'g i', run: noop },
  { id: 'old', label: 'Close', group: 'List', keys: 'x', run: noop },
  { id: 'new', label: 'Select', group: 'List', keys: 'x', run: noop },
  { id: 'quiet', label: 'Only in the palette', group: 'List', run: noop },
]

function Example() {
  useRegisterCommands(commands)
  return <ShortcutSheet open onClose={noop} />
}

test('lists the keys that act now, each once, under headings', async () => {
  const screen = await render(<Example />)
  const sheet = screen.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect.element(sheet.getByRole('region', { name: 'Go to' }).getByText('Instances')).toBeVisible()
  await expect.element(sheet.getByText('Select')).toBeVisible()
  await expect.element(sheet.getByText('Close', { exact: true })).not.toBeInTheDocument()
  await expect.element(sheet.getByText('Only in the palette')).not.toBeInTheDocument()
})

test('switches single letters off and on', async () => {
  const screen = await render(<Example />)
  await screen.getByRole('checkbox', { name: /Single letters/ }).click()
  expect(preferences().shortcuts).toBe(false)
})
