import { useState } from 'react'
import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { PickList } from './pick-list.tsx'

const all = ['web-01', 'web-02', 'db-01'].map((id) => ({ id, name: id, label: id }))

function Example() {
  const [search, setSearch] = useState('')
  const [picked, setPicked] = useState<readonly string[]>([])
  return (
    <PickList
      label="Instances"
      search={search}
      onSearch={setSearch}
      options={all.filter(({ name }) => name.includes(search))}
      picked={picked}
      onPicked={setPicked}
      empty="No instance is found."
    />
  )
}

test('keeps what was picked while something else is searched for, and says how many are', async () => {
  const screen = await render(<Example />)
  const group = screen.getByRole('group', { name: 'Instances' })
  await expect.element(group).toHaveAccessibleDescription('0 picked')
  await group.getByRole('checkbox', { name: 'web-01' }).click()
  await screen.getByLabelText('Search instances').fill('db')
  await expect.element(group.getByRole('checkbox', { name: 'web-01' })).not.toBeInTheDocument()
  await group.getByRole('checkbox', { name: 'db-01' }).click()
  await expect.element(screen.getByText('2 picked')).toBeVisible()
  await screen.getByLabelText('Search instances').fill('')
  await expect.element(group.getByRole('checkbox', { name: 'web-01' })).toBeChecked()
})

test('is used by keyboard alone', async () => {
  const screen = await render(<Example />)
  screen.getByLabelText('Search instances').element().focus()
  await userEvent.keyboard('{Tab}{Tab} ')
  await expect.element(screen.getByRole('checkbox', { name: 'web-02' })).toBeChecked()
})

test('says that nothing is found', async () => {
  const screen = await render(<Example />)
  await screen.getByLabelText('Search instances').fill('nothing')
  await expect.element(screen.getByText('No instance is found.')).toBeVisible()
})
