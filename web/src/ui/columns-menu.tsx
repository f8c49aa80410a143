import { ArrowDown, ArrowUp, Columns3, Minus, Plus } from 'lucide-react'
import { announce } from './announcer.tsx'
import { Button, IconButton } from './button.tsx'
import styles from './columns-menu.module.css'
import { Popover } from './popover.tsx'
import {
  type Column,
  type ColumnLayout,
  defaultLayout,
  widthOf,
  withMoved,
  withToggled,
  withWidth,
} from './table-columns.ts'

interface ColumnsMenuProps<T> {
  columns: readonly Column<T>[]
  layout: ColumnLayout
  onLayout: (layout: ColumnLayout) => void
}

const widthStep = 20

/** Which columns a table shows, in which order and how wide: all of it by buttons, so by keyboard too. */
export function ColumnsMenu<T>({ columns, layout, onLayout }: ColumnsMenuProps<T>) {
  const hidden = columns.filter((column) => !layout.some((each) => each.id === column.id))
  const shown = layout.flatMap(({ id }) => columns.find((column) => column.id === id) ?? [])
  return (
    <Popover title="Columns" trigger={<Button icon={<Columns3 size={14} aria-hidden />}>Columns</Button>}>
      <ul className={styles['list']}>
        {[...shown, ...hidden].map((column, index) => (
          <li key={column.id} className={styles['line']}>
            <label className={styles['name']}>
              <input
                type="checkbox"
                checked={index < shown.length}
                disabled={column === columns[0]}
                onChange={() => onLayout(withToggled(layout, column.id))}
              />
              {column.header}
            </label>
            {index < shown.length && <Adjust column={column} place={index} layout={layout} onLayout={onLayout} />}
          </li>
        ))}
      </ul>
      <Button small onClick={() => onLayout(defaultLayout(columns))}>
        Reset columns
      </Button>
    </Popover>
  )
}

interface AdjustProps<T> {
  column: Column<T>
  place: number
  layout: ColumnLayout
  onLayout: (layout: ColumnLayout) => void
}

function Adjust<T>({ column, place, layout, onLayout }: AdjustProps<T>) {
  const { id, header } = column
  const move = (step: 1 | -1) => {
    const next = withMoved(layout, id, step)
    onLayout(next)
    announce(`${header} is column ${next.findIndex((each) => each.id === id) + 1} of ${next.length}`)
  }
  const resize = (step: number) => {
    const width = widthOf(layout, column) + step
    onLayout(withWidth(layout, id, width))
    announce(`${header} is ${width} pixels wide`)
  }
  return (
    <span className={styles['buttons']}>
      <IconButton label={`Make ${header} narrower`} onClick={() => resize(-widthStep)}>
        <Minus size={14} aria-hidden />
      </IconButton>
      <IconButton label={`Make ${header} wider`} onClick={() => resize(widthStep)}>
        <Plus size={14} aria-hidden />
      </IconButton>
      <IconButton label={`Move ${header} to the left`} aria-disabled={place <= 1 || undefined} onClick={() => move(-1)}>
        <ArrowUp size={14} aria-hidden />
      </IconButton>
      <IconButton
        label={`Move ${header} to the right`}
        aria-disabled={place === 0 || place === layout.length - 1 || undefined}
        onClick={() => move(1)}
      >
        <ArrowDown size={14} aria-hidden />
      </IconButton>
    </span>
  )
}
