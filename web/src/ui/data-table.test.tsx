import { useState } from 'react'
import { expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { ColumnsMenu } from './columns-menu.tsx'
import { DataTable } from './data-table.tsx'
import type { TableSort } from './data-table-parts.ts'
import { Dialog } from './dialog.tsx'
import { RelativeTime } from './relative-time.tsx'
import { nothingSelected, type RowSelection } from './row-selection.ts'
import { type RowWindow, rowsInMemory } from './row-window.ts'
import { SelectionBar } from './selection-bar.tsx'
import { ShortcutSheet } from './shortcut-sheet.tsx'
import { type ColumnLayout, columnsOf, defaultLayout } from './table-columns.ts'

interface Machine {
  id: string
  name: string
  version: number
}

const columns = columnsOf<Machine>([
  { id: 'name', header: 'Name', sort: 'name', width: 200, cell: (row) => <a href={`#${row.id}`}>{row.name}</a> },
  {
    id: 'number',
    header: 'Number',
    cell: (row) => (
      <>
        <RelativeTime at={0} />
        <button type="button">copy {row.id}</button>
      </>
    ),
  },
  { id: 'version', header: 'Version', isExtra: true, cell: (row) => row.version },
])

function machines(count: number): Machine[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${index}`, name: `vm-${index}`, version: 1 }))
}

interface ExampleProps {
  rows: RowWindow<Machine>
  onPeek?: (id: string | undefined) => void
  onOpen?: (id: string) => void
  onRowKey?: (key: string, row: Machine) => boolean
}

function Example({ rows, onPeek, onOpen, onRowKey }: ExampleProps) {
  const [layout, setLayout] = useState<ColumnLayout>(defaultLayout(columns))
  const [sort, setSort] = useState<TableSort>({ by: 'name', descending: false })
  const [selection, setSelection] = useState<RowSelection>(nothingSelected)
  const [peekId, setPeekId] = useState<string>()
  return (
    <>
      <ColumnsMenu columns={columns} layout={layout} onLayout={setLayout} />
      <DataTable
        label="Machines"
        columns={columns}
        layout={layout}
        onLayout={setLayout}
        rows={rows}
        rowId={(row) => row.id}
        nameOf={(row) => row.name}
        versionOf={(row) => row.version}
        sort={sort}
        onSort={setSort}
        selection={selection}
        onSelection={setSelection}
        peekId={peekId}
        onPeek={(row) => {
          setPeekId(row?.id)
          onPeek?.(row?.id)
        }}
        onOpen={(row) => onOpen?.(row.id)}
        {...(onRowKey && { onRowKey })}
        empty={<p>Nothing here</p>}
        bar={
          <SelectionBar
            selection={selection}
            matching="10,000"
            canSelectAll
            onSelectAll={() => setSelection({ kind: 'all', filter: '' })}
            onClear={() => setSelection(nothingSelected)}
          />
        }
      />
    </>
  )
}

const focused = () => document.activeElement
const focusedName = () => focused()?.textContent ?? ''
const rowNamed = (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })

async function intoTable(): Promise<void> {
  const first = rowNamed('vm-0').element()
  if (first instanceof HTMLElement) first.focus()
}

test('draws a few dozen of 10,000 rows and tells how many there are', async () => {
  await page.viewport(1280, 800)
  const screen = await render(<Example rows={rowsInMemory(machines(10_000))} />)
  await expect.element(screen.getByRole('table', { name: 'Machines' })).toHaveAttribute('aria-rowcount', '10001')
  await expect.element(rowNamed('vm-0')).toHaveAttribute('aria-rowindex', '2')
  expect(document.querySelectorAll('tbody [role="row"]').length).toBeLessThan(60)
  await intoTable()
  await userEvent.keyboard('{End}')
  await expect.element(rowNamed('vm-9999')).toHaveAttribute('aria-rowindex', '10001')
  await expect.poll(focusedName).toContain('vm-9999')
  await userEvent.keyboard('{Home}')
  await expect.poll(focusedName).toContain('vm-0')
})

test('moves by arrows, letters and pages, one stop in the tab order', async () => {
  await page.viewport(1280, 800)
  await render(<Example rows={rowsInMemory(machines(500))} />)
  await intoTable()
  await userEvent.keyboard('{ArrowDown}j')
  await expect.poll(focusedName).toContain('vm-2')
  await userEvent.keyboard('k')
  await expect.poll(focusedName).toContain('vm-1')
  await userEvent.keyboard('{PageDown}')
  await expect.poll(() => Number(focused()?.getAttribute('data-index'))).toBeGreaterThan(8)
  const stops = [...document.querySelectorAll<HTMLElement>('tbody [role="row"]')].filter((row) => row.tabIndex === 0)
  expect(stops).toEqual([focused()])
  const inner = document.querySelectorAll<HTMLElement>('tbody a, tbody button, tbody input')
  const reachable = [...inner].filter((each) => each.tabIndex === 0)
  expect(reachable.every((each) => focused()?.contains(each))).toBe(true)
  expect(reachable).toHaveLength(3)
})

test('puts the keys that its rows take on the shortcut sheet', async () => {
  await page.viewport(1280, 800)
  const screen = await render(
    <>
      <Example rows={rowsInMemory(machines(3))} />
      <ShortcutSheet open onClose={() => undefined} />
    </>,
  )
  const keys = screen.getByRole('region', { name: 'In a list' })
  for (const words of ['Next row', 'Open the row', 'Select the row']) {
    await expect.element(keys.getByText(words, { exact: true })).toBeVisible()
  }
})

test('takes a click on a time for one on its row', async () => {
  await page.viewport(1280, 800)
  const onPeek = vi.fn()
  const screen = await render(<Example rows={rowsInMemory(machines(3))} onPeek={onPeek} />)
  await screen.getByRole('time').first().click()
  expect(onPeek).toHaveBeenCalledWith('0')
})

test('selects with x, a range with Shift, all loaded with Control, and all that match', async () => {
  await page.viewport(1280, 800)
  const screen = await render(<Example rows={rowsInMemory(machines(100))} />)
  await intoTable()
  await userEvent.keyboard('x')
  await expect.element(rowNamed('vm-0')).toHaveAttribute('aria-selected', 'true')
  await userEvent.keyboard('jjj{Shift>}X{/Shift}')
  await expect.element(screen.getByText('4 selected')).toBeVisible()
  await userEvent.keyboard('{Escape}')
  await expect.element(screen.getByText('4 selected')).not.toBeInTheDocument()
  await userEvent.keyboard('{Control>}a{/Control}')
  await expect.element(screen.getByText('100 selected')).toBeVisible()
  await screen.getByRole('button', { name: 'Select all 10,000 matching' }).click()
  await expect.element(screen.getByText('All 10,000 matching selected')).toBeVisible()
  await screen.getByRole('checkbox', { name: 'Select vm-2', exact: true }).click()
  await expect.element(screen.getByText('99 selected')).toBeVisible()
})

test('selects the rows between two clicks while Shift is held', async () => {
  await page.viewport(1280, 800)
  const screen = await render(<Example rows={rowsInMemory(machines(20))} />)
  await screen.getByRole('checkbox', { name: 'Select vm-1', exact: true }).click()
  await screen.getByRole('checkbox', { name: 'Select vm-5', exact: true }).click({ modifiers: ['Shift'] })
  await expect.element(screen.getByText('5 selected')).toBeVisible()
})

test('peeks with Space and by click, lets the drawer follow the focus, opens with Enter', async () => {
  await page.viewport(1280, 800)
  const onPeek = vi.fn()
  const onOpen = vi.fn()
  await render(<Example rows={rowsInMemory(machines(50))} onPeek={onPeek} onOpen={onOpen} />)
  await intoTable()
  await userEvent.keyboard('j ')
  expect(onPeek).toHaveBeenLastCalledWith('1')
  await userEvent.keyboard('j')
  expect(onPeek).toHaveBeenLastCalledWith('2')
  await userEvent.keyboard('{Escape}')
  expect(onPeek).toHaveBeenLastCalledWith(undefined)
  await userEvent.keyboard('{Enter}')
  expect(onOpen).toHaveBeenLastCalledWith('2')
  await rowNamed('vm-4')
    .getByRole('cell')
    .nth(1)
    .click({ position: { x: 4, y: 4 } })
  expect(onPeek).toHaveBeenLastCalledWith('4')
})

test('hands keys that are not its own to the page, and none that are typed into a control', async () => {
  await page.viewport(1280, 800)
  const onRowKey = vi.fn(() => true)
  await render(<Example rows={rowsInMemory(machines(5))} onRowKey={onRowKey} />)
  await intoTable()
  await userEvent.keyboard('t')
  expect(onRowKey).toHaveBeenCalledExactlyOnceWith('t', expect.objectContaining({ id: '0' }))
  await userEvent.tab()
  await userEvent.keyboard('tj')
  expect(onRowKey).toHaveBeenCalledOnce()
  await userEvent.keyboard('{Escape}')
  expect(focused()?.getAttribute('role')).toBe('row')
})

test('sorts by its headers and says so to assistive technology', async () => {
  await page.viewport(1280, 800)
  const screen = await render(<Example rows={rowsInMemory(machines(5))} />)
  const header = screen.getByRole('columnheader', { name: 'Name' })
  await expect.element(header).toHaveAttribute('aria-sort', 'ascending')
  await header.getByRole('button').click()
  await expect.element(header).toHaveAttribute('aria-sort', 'descending')
  await expect.element(screen.getByRole('columnheader', { name: 'Number' })).not.toHaveAttribute('aria-sort')
})

test('shows, hides, orders and widens columns by keyboard alone', async () => {
  await page.viewport(1280, 800)
  const screen = await render(<Example rows={rowsInMemory(machines(5))} />)
  const headers = () => [...document.querySelectorAll('[role="columnheader"]')].map((each) => each.textContent)
  screen.getByRole('button', { name: 'Columns' }).element().focus()
  await userEvent.keyboard('{Enter}')
  const version = screen.getByRole('checkbox', { name: 'Version' })
  version.element().focus()
  await userEvent.keyboard(' ')
  await expect.poll(headers).toEqual(['', 'Name', 'Number', 'Version'])
  screen.getByRole('button', { name: 'Move Version to the left' }).element().focus()
  await userEvent.keyboard('{Enter}')
  await expect.poll(headers).toEqual(['', 'Name', 'Version', 'Number'])
  const width = () => document.querySelectorAll<HTMLElement>('[role="columnheader"]')[1]?.offsetWidth ?? 0
  screen.getByRole('button', { name: 'Make Name wider' }).element().focus()
  await userEvent.keyboard('{Enter}{Enter}')
  await expect.poll(width).toBe(240)
  await expect.element(screen.getByRole('checkbox', { name: 'Name', exact: true })).toBeDisabled()
})

test('asks for the rows on screen, draws placeholders for those on their way, and never an end that is not one', async () => {
  await page.viewport(1280, 600)
  const show = vi.fn()
  const known = machines(30)
  const rows: RowWindow<Machine> = { ...rowsInMemory(known), hasMore: true, show }
  const screen = await render(<Example rows={rows} />)
  await expect.element(screen.getByRole('table')).toHaveAttribute('aria-rowcount', '-1')
  const scroller = document.querySelector('[data-table-scroller]')
  scroller?.scrollTo({ top: 100_000 })
  await expect.poll(() => document.querySelectorAll('[data-skeleton]').length).toBeGreaterThan(0)
  await expect.poll(() => show.mock.lastCall?.[1]).toBeGreaterThanOrEqual(29)
})

test('flashes a row on screen that changes, once', async () => {
  await page.viewport(1280, 800)
  const rows = machines(3)
  const screen = await render(<Example rows={rowsInMemory(rows)} />)
  await expect.element(rowNamed('vm-1')).not.toHaveAttribute('data-flash')
  await screen.rerender(
    <Example rows={rowsInMemory(rows.map((row) => (row.id === '1' ? { ...row, version: 2 } : row)))} />,
  )
  await expect.element(rowNamed('vm-1')).toHaveAttribute('data-flash')
  await expect.element(rowNamed('vm-2')).not.toHaveAttribute('data-flash')
})

test('becomes cards that stay a table to assistive technology where there is no room', async () => {
  await page.viewport(390, 800)
  const screen = await render(<Example rows={rowsInMemory(machines(10_000))} />)
  await expect.element(screen.getByRole('table', { name: 'Machines' })).toBeVisible()
  await expect.element(screen.getByRole('columnheader', { name: 'Name' })).toBeInTheDocument()
  const sort = screen.getByRole('columnheader', { name: 'Name' }).getByRole('button')
  const { left, top, right, bottom } = sort.element().getBoundingClientRect()
  expect(document.elementFromPoint((left + right) / 2, (top + bottom) / 2)?.closest('button')).toBe(sort.element())
  await sort.click()
  await expect.element(screen.getByRole('columnheader', { name: 'Name' })).toHaveAttribute('aria-sort', 'descending')
  await expect.element(rowNamed('vm-1')).toBeVisible()
  const tops = [...document.querySelectorAll('tbody [role="row"]')].map((row) => row.getBoundingClientRect())
  expect(tops.every((rect, index) => index === 0 || rect.top >= (tops[index - 1]?.bottom ?? 0) - 1)).toBe(true)
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
})

test('shows what the page says where there is nothing', async () => {
  const screen = await render(<Example rows={rowsInMemory<Machine>([])} />)
  await expect.element(screen.getByText('Nothing here')).toBeVisible()
})

test('peeks at no row when something in its dialog, or beside the dialog, is clicked, and leaves its keys alone', async () => {
  await page.viewport(1280, 800)
  const onPeek = vi.fn()
  const onClose = vi.fn()
  const dialog = (
    <Dialog open onClose={onClose} title="Sure?">
      <div data-testid="inside">
        <span>inside</span>
      </div>
    </Dialog>
  )
  const withDialog = columnsOf<Machine>([{ id: 'name', header: 'Name', cell: (row) => row.id === '0' && dialog }])
  const screen = await render(
    <DataTable
      label="Machines"
      columns={withDialog}
      layout={defaultLayout(withDialog)}
      onLayout={() => undefined}
      rows={rowsInMemory(machines(2))}
      rowId={(row) => row.id}
      nameOf={(row) => row.name}
      onPeek={onPeek}
    />,
  )
  const popup = screen.getByRole('dialog')
  await screen.getByText('inside').click()
  popup.element().focus()
  await userEvent.keyboard('{Escape}')
  expect(onClose).toHaveBeenCalledTimes(1)
  expect(document.activeElement).toBe(popup.element())
  await page.elementLocator(document.body).click({ position: { x: 5, y: 5 } })
  expect(onClose).toHaveBeenCalledTimes(2)
  expect(onPeek).not.toHaveBeenCalled()
})
