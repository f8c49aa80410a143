import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { SimpleTable } from './simple-table.tsx'
import { columnsOf } from './table-columns.ts'

interface Event {
  id: string
  action: string
}

const columns = columnsOf<Event>([
  { id: 'action', header: 'Action', cell: (row) => row.action },
  { id: 'id', header: 'Number', cell: (row) => row.id },
])
const rows: Event[] = [
  { id: '1', action: 'Signed in' },
  { id: '2', action: 'Signed out' },
]

function example() {
  return (
    <SimpleTable
      label="Events"
      columns={columns}
      rows={rows}
      rowId={(row) => row.id}
      detail={{ nameOf: (row) => row.action, render: (row) => <p>All about {row.id}</p> }}
    />
  )
}

test('opens and closes the details of one row by keyboard', async () => {
  const screen = await render(example())
  const toggle = screen.getByRole('button', { name: 'Details of Signed in' })
  await expect.element(toggle).toHaveAttribute('aria-expanded', 'false')
  await userEvent.tab()
  await userEvent.keyboard('{Enter}')
  await expect.element(toggle).toHaveAttribute('aria-expanded', 'true')
  await expect.element(screen.getByText('All about 1')).toBeVisible()
  await expect.element(screen.getByText('All about 2')).not.toBeInTheDocument()
  await userEvent.keyboard('{Enter}')
  await expect.element(screen.getByText('All about 1')).not.toBeInTheDocument()
})

test('stays a table to assistive technology when it is drawn as cards', async () => {
  await page.viewport(390, 800)
  const screen = await render(example())
  await expect.element(screen.getByRole('table', { name: 'Events' })).toBeVisible()
  await expect.element(screen.getByRole('columnheader', { name: 'Action' })).toBeInTheDocument()
  await expect.element(screen.getByRole('row', { name: /Signed out/ })).toBeVisible()
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  const cell = screen.getByRole('cell', { name: /2$/ }).element()
  expect(getComputedStyle(cell, '::before').content).toBe('"Number"')
})
