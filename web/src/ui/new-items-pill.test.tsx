import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { NewItemsPill, useHeldRows } from './new-items-pill.tsx'
import { rowsInMemory } from './row-window.ts'

interface Row {
  id: number
  word: string
}

function List({ rows, filter = '' }: { rows: readonly Row[]; filter?: string }) {
  const held = useHeldRows(rowsInMemory(rows), (row) => String(row.id), filter)
  return (
    <section aria-label="Events" {...held.holder}>
      <NewItemsPill count={held.newCount} onShow={held.showNew} />
      <ul>
        {Array.from({ length: held.rows.count }, (_, index) => held.rows.rowAt(index)).map((row) => (
          <li key={row?.id}>
            <button type="button">{row?.word}</button>
          </li>
        ))}
      </ul>
    </section>
  )
}

const row = (id: number, word = `event ${id}`): Row => ({ id, word })
const words = (screen: { getByRole: (role: 'listitem') => { elements: () => Element[] } }) =>
  screen
    .getByRole('listitem')
    .elements()
    .map((item) => item.textContent)

test('lets new rows in while nobody looks closely', async () => {
  const screen = await render(<List rows={[row(1)]} />)
  await screen.rerender(<List rows={[row(2), row(1)]} />)
  expect(words(screen)).toEqual(['event 2', 'event 1'])
})

test('holds them back while the focus is inside, counts them, and lets them in when asked', async () => {
  const screen = await render(<List rows={[row(1)]} />)
  await userEvent.tab()
  await expect.element(screen.getByRole('button', { name: 'event 1' })).toHaveFocus()
  await screen.rerender(<List rows={[row(3), row(2), row(1, 'event 1, changed')]} />)
  expect(words(screen)).toEqual(['event 1, changed'])
  await screen.getByRole('button', { name: '2 new' }).click()
  expect(words(screen)).toEqual(['event 3', 'event 2', 'event 1, changed'])
  await expect.element(screen.getByRole('button', { name: /new/ })).not.toBeInTheDocument()
})

test('holds them back while the pointer is inside, and lets them in when it leaves', async () => {
  const screen = await render(<List rows={[row(1)]} />)
  await userEvent.hover(screen.getByRole('button', { name: 'event 1' }))
  await screen.rerender(<List rows={[row(2), row(1)]} />)
  expect(words(screen)).toEqual(['event 1'])
  await userEvent.unhover(screen.getByRole('button', { name: 'event 1' }))
  await expect.element(screen.getByRole('button', { name: 'event 2' })).toBeVisible()
})

test('shows another list whole', async () => {
  const screen = await render(<List rows={[row(1)]} />)
  await userEvent.tab()
  await screen.rerender(<List rows={[row(5), row(1)]} filter="other" />)
  expect(words(screen)).toEqual(['event 5', 'event 1'])
})
