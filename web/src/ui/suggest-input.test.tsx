import { useState } from 'react'
import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { Field } from './form.tsx'
import { offersFor, SuggestInput } from './suggest-input.tsx'

const suggestions = [
  { value: 'https://vault.azure.net', label: 'Key Vault' },
  { value: 'https://management.azure.com', label: 'Resource Manager' },
]

function Example() {
  const [value, setValue] = useState('')
  return (
    <>
      <Field label="Audience">
        {(control) => <SuggestInput control={control} value={value} suggestions={suggestions} onChange={setValue} />}
      </Field>
      <button type="button">Get token</button>
    </>
  )
}

test('offers by label and picks by keyboard', async () => {
  const screen = await render(<Example />)
  const field = screen.getByRole('combobox', { name: 'Audience' })
  await field.fill('manager')
  await expect.element(screen.getByRole('option')).toHaveTextContent('Resource Manager https://management.azure.com')
  await userEvent.keyboard('{ArrowDown}')
  await expect.element(screen.getByRole('option', { selected: true })).toBeVisible()
  await userEvent.keyboard('{Enter}')
  await expect.element(field).toHaveValue('https://management.azure.com')
  await expect.element(field).toHaveAttribute('aria-expanded', 'false')
})

test('takes any other text, and Escape closes the list without changing it', async () => {
  const screen = await render(<Example />)
  const field = screen.getByRole('combobox', { name: 'Audience' })
  await field.fill('https://')
  await expect.element(field).toHaveAttribute('aria-expanded', 'true')
  await userEvent.keyboard('{Escape}')
  await expect.element(field).toHaveAttribute('aria-expanded', 'false')
  await field.fill('api://orders')
  await expect.element(field).toHaveAttribute('aria-expanded', 'false')
  await expect.element(field).toHaveValue('api://orders')
})

test('leaves the rest of the page reachable while the list is open', async () => {
  const screen = await render(<Example />)
  await screen.getByRole('combobox', { name: 'Audience' }).click()
  await expect.element(screen.getByRole('option', { name: /Key Vault/ })).toBeVisible()
  await expect.element(screen.getByRole('button', { name: 'Get token' })).toBeVisible()
})

test('offers everything when the field holds a value of the list', () => {
  expect(offersFor('https://vault.azure.net', suggestions)).toHaveLength(2)
  expect(offersFor('nothing like it', suggestions)).toHaveLength(0)
})
