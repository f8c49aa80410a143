import { instanceFields } from '@signet/shared/query/instance-fields'
import { useState } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { QueryBox } from './query-box.tsx'

const counts = { state: { on: 1_194, off: 61, failing: 3 }, tag: { 'env=prod': 12 } }

function Example({ start = '', onChange }: { start?: string; onChange: (value: string) => void }) {
  const [value, setValue] = useState(start)
  return (
    <>
      <QueryBox
        label="instances"
        fields={instanceFields}
        value={value}
        counts={counts}
        onChange={(next) => {
          setValue(next)
          onChange(next)
        }}
      />
      <button type="button" onClick={() => setValue('kind:vm')}>
        go back
      </button>
      <output>{value}</output>
    </>
  )
}

async function open(start = '') {
  const onChange = vi.fn<(value: string) => void>()
  const screen = await render(<Example start={start} onChange={onChange} />)
  const input = screen.getByRole('combobox', { name: 'Filter instances' })
  const chips = () => [...document.querySelectorAll('[data-chip]')].map((chip) => chip.textContent)
  return { screen, input, chips, onChange }
}

afterEach(() => vi.restoreAllMocks())

test('makes a chip of a term, from the keyboard alone, with values and their counts on offer', async () => {
  const { screen, input, chips, onChange } = await open()
  await input.click()
  await userEvent.keyboard('sta')
  await expect.element(input).toHaveAttribute('aria-expanded', 'true')
  await userEvent.keyboard('{ArrowDown}{Enter}')
  await expect.element(input).toHaveValue('state:')
  await expect.element(screen.getByRole('option', { name: /^on\s*1,194$/ })).toBeVisible()
  await userEvent.keyboard('fai{ArrowDown}')
  const active = screen.getByRole('option', { selected: true, name: /^failing/ })
  await expect.element(active).toBeVisible()
  expect(input.element().getAttribute('aria-activedescendant')).toBe(active.element().id)
  await userEvent.keyboard('{Enter}')
  expect(onChange).toHaveBeenLastCalledWith('state:failing')
  expect(chips()).toEqual(['state:failing'])
  await expect.element(input).toHaveFocus()
})

test('takes effect a moment after typing, and not with half a term', async () => {
  const { input, onChange } = await open()
  await input.click()
  await userEvent.keyboard('web')
  await expect.poll(() => onChange.mock.calls).toEqual([['web']])
  await userEvent.keyboard(' state:')
  await userEvent.keyboard('on')
  await expect.poll(() => onChange.mock.lastCall).toEqual(['web state:on'])
  expect(onChange.mock.calls.some(([value]) => value.endsWith(':'))).toBe(false)
})

test('keeps what cannot be read in red, says why, and mends it with one key', async () => {
  const { screen, input, onChange } = await open('kind:vm stat:on')
  await expect.element(input).toHaveAttribute('aria-invalid', 'true')
  await expect.element(screen.getByText(/There is no field "stat"/)).toBeVisible()
  const described = document.getElementById(input.element().getAttribute('aria-describedby') ?? '')
  expect(described?.textContent).toContain('Did you mean')
  await screen.getByRole('button', { name: 'state:on', exact: true }).click()
  expect(onChange).toHaveBeenLastCalledWith('kind:vm state:on')
  await expect.element(input).not.toHaveAttribute('aria-invalid')
})

test('walks over the chips by arrow keys, edits and removes them', async () => {
  const { screen, input, chips, onChange } = await open('kind:vm state:on tag:env=prod')
  await input.click()
  await userEvent.keyboard('{Escape}{ArrowLeft}{ArrowLeft}')
  await expect.element(screen.getByRole('button', { name: 'Edit state:on' })).toHaveFocus()
  await userEvent.keyboard('{Delete}')
  expect(onChange).toHaveBeenLastCalledWith('kind:vm tag:env=prod')
  await expect.element(input).toHaveFocus()
  await userEvent.keyboard('{Backspace}')
  await expect.element(input).toHaveValue('tag:env=prod')
  expect(chips()).toEqual(['kind:vm'])
  await userEvent.keyboard('{Enter}')
  expect(chips()).toEqual(['kind:vm', 'tag:env=prod'])
})

test('covers nothing with its suggestions once the filter is entered', async () => {
  const { input, chips } = await open()
  await input.click()
  await userEvent.keyboard('kind:vm')
  await expect.element(input).toHaveAttribute('aria-expanded', 'true')
  await userEvent.keyboard('{Enter}')
  expect(chips()).toEqual(['kind:vm'])
  await expect.element(input).toHaveAttribute('aria-expanded', 'false')
  await expect.element(input).toHaveFocus()
})

test('shows the same filter as text and back, without changing it', async () => {
  const { screen, input, chips, onChange } = await open('kind:vm state:on')
  await screen.getByRole('button', { name: 'Edit filters as text' }).click()
  await expect.element(input).toHaveValue('kind:vm state:on')
  expect(chips()).toEqual([])
  await screen.getByRole('button', { name: 'Show filters as chips' }).click()
  expect(chips()).toEqual(['kind:vm', 'state:on'])
  expect(onChange).not.toHaveBeenCalled()
})

test('follows the address when that changes by other means', async () => {
  const { screen, chips } = await open('state:on')
  await screen.getByRole('button', { name: 'go back' }).click()
  await expect.poll(chips).toEqual(['kind:vm'])
})

test('lets an input method finish its word', async () => {
  const { input, chips, onChange } = await open()
  await input.click()
  const field = input.element()
  field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }))
  await userEvent.keyboard('web')
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, isComposing: true }))
  expect(chips()).toEqual([])
  expect(onChange).not.toHaveBeenCalled()
  field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: 'web' }))
  await expect.poll(() => onChange.mock.lastCall).toEqual(['web'])
})

test('spells out what would deceive the eye (SEC-25)', async () => {
  const { chips } = await open('name:invoice\u202egpj')
  expect(chips()).toEqual(['name:invoice⟨U+202E⟩gpj'])
})
