import type { Download } from '@signet/shared/api/contract'
import type { ExportFormat } from '@signet/shared/api/paging'
import { type Cell, csvLine } from './csv.ts'

/** The columns of a list as a file has them: names in snake case, times as ISO 8601 in UTC. */
export type ExportColumns<Row> = readonly (readonly [name: string, cell: (row: Row) => Cell])[]

interface ExportedList<Row> {
  /** What the file is called before the instant and the ending; the server's own words. */
  readonly name: string
  readonly format: ExportFormat
  /** Epoch milliseconds. */
  readonly at: number
  readonly columns: ExportColumns<Row>
  readonly rows: AsyncIterable<Row>
  /** A row as a line of NDJSON; its columns by name where nothing is given. */
  readonly record?: (row: Row) => Record<string, unknown>
  /** The last line of NDJSON, asked for once the rows are over. */
  readonly manifest?: () => Record<string, unknown>
}

/** A list as a file that is made while it is sent; about this much of it is held at a time. */
const chunkCharacters = 65_536

export function exportFile<Row>(list: ExportedList<Row>): Download {
  const instant = new Date(list.at).toISOString().slice(0, 19).replaceAll(':', '-')
  return {
    fileName: `${list.name}-${instant}Z.${list.format}`,
    contentType: list.format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8',
    chunks: inChunks(list.format === 'csv' ? csvOf(list) : linesOf(list)),
  }
}

/** An instant as every export writes it. */
export function exportedTime(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString()
}

async function* csvOf<Row>({ columns, rows }: ExportedList<Row>): AsyncGenerator<string> {
  yield csvLine(columns.map(([name]) => name))
  for await (const row of rows) yield csvLine(columns.map(([, cell]) => cell(row)))
}

async function* linesOf<Row>({ columns, rows, record, manifest }: ExportedList<Row>): AsyncGenerator<string> {
  const byName = (row: Row) => Object.fromEntries(columns.map(([name, cell]) => [name, cell(row)]))
  for await (const row of rows) yield jsonLine((record ?? byName)(row))
  if (manifest) yield jsonLine({ manifest: manifest() })
}

async function* inChunks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = ''
  for await (const line of lines) {
    chunk += line
    if (chunk.length < chunkCharacters) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}

/** What JSON lets stand raw and a terminal or a text view would obey (SEC-135). */
const commanding = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

function jsonLine(value: Record<string, unknown>): string {
  const text = JSON.stringify(value)
  return `${text.replaceAll(commanding, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}
