import type { ReactNode } from 'react'

/** One column of a table. Width, sorting and hiding are for `DataTable`; a `SimpleTable` takes the room it has. */
export interface Column<T> {
  readonly id: string
  readonly header: string
  readonly cell: (row: T) => ReactNode
  /** Pixels it needs; what room is left is shared out in this proportion. */
  readonly width?: number
  /** Name of the sorting that its header offers. */
  readonly sort?: string
  /** Hidden until somebody asks for it. */
  readonly isExtra?: boolean
}

/** Columns of a table, made once, outside of components. */
export function columnsOf<T>(columns: readonly Column<T>[]): readonly Column<T>[] {
  return columns
}

/** A shown column, and the width in pixels that somebody gave it. */
interface ShownColumn {
  readonly id: string
  readonly width?: number | undefined
}

/** The shown columns, in order. The first column of a table always leads. */
export type ColumnLayout = readonly ShownColumn[]

export const narrowest = 64
export const widest = 800
const usual = 140

/** What of a column a layout depends on. */
type Named = Pick<Column<never>, 'id' | 'isExtra'>

export function defaultLayout(columns: readonly Named[]): ColumnLayout {
  return columns.filter((column) => column.isExtra !== true).map(({ id }) => ({ id }))
}

/** Reads `name,agent:220` from an address. What it does not know is left out and named. */
export function readLayout(
  text: string | undefined,
  columns: readonly Named[],
): { layout: ColumnLayout; unknown: readonly string[] } {
  if (text === undefined || text === '') return { layout: defaultLayout(columns), unknown: [] }
  const layout: ShownColumn[] = []
  const unknown: string[] = []
  for (const part of text.split(',')) {
    const [id = '', width] = part.split(':')
    const isNew = !layout.some((each) => each.id === id)
    if (!columns.some((column) => column.id === id)) unknown.push(id)
    else if (isNew) layout.push({ id, width: readWidth(width) })
  }
  return { layout: withLead(layout, columns), unknown }
}

/** The text of a layout for an address; undefined for the default one. */
export function writeLayout(layout: ColumnLayout, columns: readonly Named[]): string | undefined {
  const text = layout.map(({ id, width }) => (width === undefined ? id : `${id}:${width}`)).join(',')
  const usualText = defaultLayout(columns).map(({ id }) => id)
  return text === usualText.join(',') ? undefined : text
}

/** Shows or hides a column; shown again, it goes to the end. */
export function withToggled(layout: ColumnLayout, id: string): ColumnLayout {
  return layout.some((each) => each.id === id) ? layout.filter((each) => each.id !== id) : [...layout, { id }]
}

/** Moves a column one place; the first place is taken. */
export function withMoved(layout: ColumnLayout, id: string, step: 1 | -1): ColumnLayout {
  const from = layout.findIndex((each) => each.id === id)
  const moved = layout[from]
  const to = from + step
  if (moved === undefined || from === 0 || to < 1 || to >= layout.length) return layout
  return layout.filter((each) => each !== moved).toSpliced(to, 0, moved)
}

export function withWidth(layout: ColumnLayout, id: string, width: number): ColumnLayout {
  return layout.map((each) => (each.id === id ? { id, width: clampWidth(width) } : each))
}

/** The shown columns with what they need. */
export function laidOut<T>(layout: ColumnLayout, columns: readonly Column<T>[]): readonly Column<T>[] {
  return layout.flatMap(({ id }) => columns.find((column) => column.id === id) ?? [])
}

/** CSS grid tracks of a layout, and the pixels below which the table scrolls sideways. */
export function tracksOf<T>(
  layout: ColumnLayout,
  columns: readonly Column<T>[],
  edges: { before: number; after: number },
): { template: string; leastWidth: number } {
  const tracks = laidOut(layout, columns).map((column) => {
    const given = layout.find((each) => each.id === column.id)?.width
    const width = given ?? column.width ?? usual
    return { width, track: given === undefined ? `minmax(${width}px, ${width}fr)` : `${width}px` }
  })
  const all = tracks.map(({ track }) => track)
  if (edges.before > 0) all.unshift(`${edges.before}px`)
  if (edges.after > 0) all.push(`${edges.after}px`)
  const leastWidth = tracks.reduce((sum, { width }) => sum + width, edges.before + edges.after)
  return { template: all.join(' '), leastWidth }
}

export function widthOf<T>(layout: ColumnLayout, column: Pick<Column<T>, 'id' | 'width'>): number {
  return layout.find((each) => each.id === column.id)?.width ?? column.width ?? usual
}

function withLead(layout: readonly ShownColumn[], columns: readonly Named[]): ColumnLayout {
  const lead = columns[0]
  if (lead === undefined || layout[0]?.id === lead.id) return layout
  const given = layout.find((each) => each.id === lead.id) ?? { id: lead.id }
  return [given, ...layout.filter((each) => each.id !== lead.id)]
}

function readWidth(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,4}$/.test(text) ? clampWidth(Number(text)) : undefined
}

function clampWidth(width: number): number {
  return Math.min(widest, Math.max(narrowest, Math.round(width)))
}
