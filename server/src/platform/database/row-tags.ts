import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Database as Sqlite } from 'better-sqlite3'
import type { Selectable } from 'kysely'
import type { SealedPlace } from '../crypto/sealing.ts'
import type { Schema } from './schema.ts'
import { type TagCoverage, type TaggedTable, taggedTables } from './tagged-tables.ts'

/** A row that is not as Signet wrote it. */
export class RowChanged extends Error {
  constructor(table: string, rowId: string) {
    super(`the row ${rowId} of ${table} is not as it was written: it was changed with something else than Signet`)
    this.name = 'RowChanged'
  }
}

/** Why, for the record of a refusal. */
const reason = 'the row is not as it was written'
const column = 'tag'
/** Rows of one statement of the check of all. */
const portion = 500
const taggedEntries = Object.entries(taggedTables) as [TaggedTable, TagCoverage][]

export interface ChangedRow {
  readonly table: TaggedTable
  readonly rowId: string
}

/**
 * Keyed tags of the rows that decide who may do what (SEC-64, ADR-0036): an HMAC of table, columns and version, in a column
 * of the row itself. On a connection that has the key, temporary triggers write it within the statement that writes the row,
 * whoever's statement that is, and only over a row that was intact; nobody else can. Stores check each row they load.
 */
export class RowTags {
  /** Made once: from bytes it would cost four times what a tag does. */
  #key: KeyObject | undefined
  #onRefusal: (place: SealedPlace, reason: string) => void = () => undefined
  /** Told once each: a row that is refused is asked for again and again. */
  readonly #refused = new Set<string>()

  /** From now on rows are tagged on this connection, and checked. */
  begin(key: Buffer, db: Sqlite): void {
    this.#key = createSecretKey(key)
    this.keepOn(db)
  }

  /** Lets another connection write rows too. @throws Error without a key */
  keepOn(db: Sqlite): void {
    db.function('signet_tag', { varargs: true }, (table: unknown, ...values: unknown[]) =>
      this.#tag(String(table), values),
    )
    db.function('signet_retag', { varargs: true }, (table: unknown, id: unknown, tag: unknown, ...both: unknown[]) => {
      const before = both.slice(0, both.length / 2)
      if (!this.#isTag(tag, String(table), before)) throw this.#refuse(String(table), id)
      return this.#tag(String(table), both.slice(both.length / 2))
    })
    for (const [table, coverage] of taggedEntries) db.exec(triggersOf(table, coverage))
  }

  /** Called for every row that is refused, before the caller is told. */
  onRefusal(observer: (place: SealedPlace, reason: string) => void): void {
    this.#onRefusal = observer
  }

  /**
   * The row, when it is as it was written. It has to be a whole one, of a statement that selects all columns.
   *
   * @throws RowChanged
   */
  checked<Table extends TaggedTable, Row extends Selectable<Schema[Table]>>(table: Table, row: Row): Row {
    if (!this.#isIntact(table, row)) throw this.#refuse(table, Reflect.get(row, taggedTables[table].key))
    return row
  }

  /** As `checked`, of those there are. @throws RowChanged */
  allChecked<Table extends TaggedTable, Row extends Selectable<Schema[Table]>>(
    table: Table,
    rows: readonly Row[],
  ): Row[] {
    return rows.map((row) => this.checked(table, row))
  }

  /** Looks at every row there is, and lets others take their turn in between (SEC-142). @returns those that were changed */
  async findChanged(db: Sqlite): Promise<ChangedRow[]> {
    const changed: ChangedRow[] = []
    for (const [table, { key }] of taggedEntries) {
      const rowsAfter = db.prepare<[number, number], { place_of_row: number }>(
        `SELECT rowid AS place_of_row, * FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ?`,
      )
      for (let after: number | undefined = 0; after !== undefined; ) {
        const rows = rowsAfter.all(after, portion)
        for (const row of rows) {
          if (this.#isIntact(table, row)) continue
          const rowId = String(Reflect.get(row, key))
          this.#refuse(table, rowId)
          changed.push({ table, rowId })
        }
        after = rows.at(-1)?.place_of_row
        await setImmediate()
      }
    }
    return changed
  }

  #isIntact(table: TaggedTable, row: object): boolean {
    const values = taggedTables[table].covered.map((name) => Reflect.get(row, name))
    return this.#isTag(Reflect.get(row, column), table, values)
  }

  #isTag(tag: unknown, table: string, values: readonly unknown[]): boolean {
    const wanted = this.#tag(table, values)
    return tag instanceof Uint8Array && tag.length === wanted.length && timingSafeEqual(tag, wanted)
  }

  #tag(table: string, values: readonly unknown[]): Buffer {
    if (!this.#key) throw new Error('rows are written or read before there is a key for their tags')
    return createHmac('sha256', this.#key).update(canonical(table, values)).digest()
  }

  #refuse(table: string, rowId: unknown): RowChanged {
    const id = String(rowId)
    if (!this.#refused.has(`${table} ${id}`)) {
      this.#refused.add(`${table} ${id}`)
      this.#onRefusal({ table, column, rowId: id, version: 0 }, reason)
    }
    return new RowChanged(table, id)
  }
}

/** What an operator is told of rows that were changed. */
export function wordsOfChanged(changed: readonly ChangedRow[]): string {
  const [first] = changed
  const named = first ? `the row ${first.rowId} of ${first.table}` : 'no row'
  const verb = changed.length > 1 ? ` and ${changed.length - 1} more were` : ' was'
  return `${named}${verb} changed with something else than Signet`
}

/** No two rows have the same: each value says what it is and how long. */
function canonical(table: string, values: readonly unknown[]): string {
  let text = `signet-row-1 ${table}`
  for (const value of values) {
    if (value === null) text += ' n'
    else if (typeof value === 'number') text += ` i${value}`
    else if (typeof value === 'string') text += ` s${value.length}:${value}`
    // A thread answers bytes that are no Buffer.
    else if (value instanceof Uint8Array)
      text += ` b${Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64url')}`
    else throw new Error(`a row of ${table} was asked for without all of its columns`)
  }
  return text
}

/** Of one connection: no other one has the key, and what it writes keeps the tag of what was there before. */
function triggersOf(table: string, { key, covered }: TagCoverage): string {
  const old = covered.map((name) => `old.${name}`).join(', ')
  const fresh = covered.map((name) => `new.${name}`).join(', ')
  return `
    CREATE TEMP TRIGGER ${table}_tagged AFTER INSERT ON main.${table} BEGIN
      UPDATE ${table} SET tag = signet_tag('${table}', ${fresh}) WHERE rowid = new.rowid;
    END;
    CREATE TEMP TRIGGER ${table}_tagged_again AFTER UPDATE OF ${covered.join(', ')} ON main.${table} BEGIN
      UPDATE ${table} SET tag = signet_retag('${table}', old.${key}, old.tag, ${old}, ${fresh}) WHERE rowid = new.rowid;
    END;`
}
