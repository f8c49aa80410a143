import { expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import type { ProblemView } from './problem.ts'
import { Toaster } from './toaster.tsx'
import { ViewsMenu } from './views-menu.tsx'

const refused: ProblemView = { title: 'No', detail: 'You have 200 views.' }

async function show(answer: ProblemView | undefined) {
  const acts = {
    onOpen: vi.fn(),
    onSave: vi.fn(async (_view: { name: string; shared: boolean }) => answer),
    onDelete: vi.fn(async (_id: string) => answer),
  }
  const mine = { id: 'a', name: 'Mine', shared: false, own: true, address: 'mine' }
  const ours = { id: 'b', name: 'Ours', shared: true, own: false, address: 'ours' }
  const screen = await render(
    <>
      <ViewsMenu
        builtIn={[{ name: 'Failing', address: 'failing' }]}
        kept={[mine, ours]}
        currentId="b"
        keeps="All of it is kept."
        {...acts}
      />
      <Toaster />
    </>,
  )
  await screen.getByRole('button', { name: 'Views' }).click()
  return { screen, acts }
}

test('opens what everybody has and what was kept, and marks the one that is shown', async () => {
  const { screen, acts } = await show(undefined)
  await screen.getByRole('button', { name: 'Failing' }).click()
  await expect.element(screen.getByRole('dialog', { name: 'Views' })).not.toBeInTheDocument()
  await screen.getByRole('button', { name: 'Views' }).click()
  await expect.element(screen.getByRole('button', { name: 'Ours shared' })).toHaveAttribute('aria-current', 'true')
  await screen.getByRole('button', { name: 'Mine', exact: true }).click()
  expect(acts.onOpen.mock.calls).toEqual([['failing'], ['mine']])
})

test('deletes own views alone, and says why it could not', async () => {
  const { screen, acts } = await show(refused)
  await screen.getByRole('button', { name: 'Delete the view Mine' }).click()
  expect(acts.onDelete).toHaveBeenCalledWith('a')
  await expect.element(screen.getByText('You have 200 views.').first()).toBeVisible()
  expect(screen.getByRole('button', { name: /^Delete the view/ }).elements()).toHaveLength(1)
})

test('asks for the next view with an empty form, whatever became of the last', async () => {
  const { screen, acts } = await show(refused)
  const save = screen.getByRole('button', { name: 'Save this view…' })
  await save.click()
  await expect.element(screen.getByRole('dialog', { name: 'Views' })).not.toBeInTheDocument()
  await expect.element(screen.getByLabelText('Name')).toHaveFocus()
  await screen.getByLabelText('Name').fill('Night')
  await screen.getByLabelText('Share it with everybody').click()
  await screen.getByRole('button', { name: 'Save', exact: true }).click()
  await expect.element(screen.getByText('You have 200 views.')).toBeVisible()
  expect(acts.onSave).toHaveBeenCalledWith({ name: 'Night', shared: true })
  await screen.getByRole('button', { name: 'Cancel' }).click()
  await screen.getByRole('button', { name: 'Views' }).click()
  await save.click()
  await expect.element(screen.getByLabelText('Name')).toHaveValue('')
  await expect.element(screen.getByLabelText('Share it with everybody')).not.toBeChecked()
  expect(screen.getByText('You have 200 views.').elements()).toEqual([])
})

test('closes once the view is kept', async () => {
  const { screen } = await show(undefined)
  await screen.getByRole('button', { name: 'Save this view…' }).click()
  await screen.getByLabelText('Name').fill('Night')
  await screen.getByRole('button', { name: 'Save', exact: true }).click()
  await expect.element(screen.getByRole('dialog', { name: 'Save this view' })).not.toBeInTheDocument()
})
