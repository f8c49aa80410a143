import type { FieldSpec } from '@signet/shared/query/fields'
import { expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { NoMatch } from './no-match.tsx'

const fields: readonly FieldSpec[] = [{ name: 'name', kind: 'word', title: 'Name' }]

test('offers to drop all of the filter, or its last part', async () => {
  const onFilter = vi.fn()
  const screen = await render(<NoMatch noun="thing" fields={fields} filter="name:a name:b" onFilter={onFilter} />)
  await expect.element(screen.getByText('No thing matches')).toBeVisible()
  await screen.getByRole('button', { name: 'Drop last filter' }).click()
  expect(onFilter).toHaveBeenLastCalledWith('name:a')
  await screen.getByRole('button', { name: 'Clear filters' }).click()
  expect(onFilter).toHaveBeenLastCalledWith(undefined)
})

test('says that a filter cannot be read, with its tricks spelt out (SEC-25)', async () => {
  const screen = await render(
    <NoMatch noun="thing" fields={fields} filter={'nam:\u202ea'} onFilter={() => undefined} />,
  )
  await expect.element(screen.getByText('The filter cannot be read')).toBeVisible()
  await expect.element(screen.getByText('nam:⟨U+202E⟩a')).toBeVisible()
  expect(screen.getByRole('button', { name: 'Drop last filter' }).query()).toBeNull()
})
