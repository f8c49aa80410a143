import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** Where a walk along ends goes on, and how far: `after` is the last end that was had. Instants are epoch milliseconds. */
export interface EndsQuery {
  readonly after?: { readonly at: number; readonly id: string } | undefined
  readonly limit: number
}

/** Something with an end, as its domain knows it. */
export interface Ending {
  readonly id: string
  readonly name: string
  readonly notBefore: number
  readonly notAfter: number
}

/** The condition of a walk ordered by these two columns. */
export function beyond(columns: readonly [at: string, id: string], { after }: EndsQuery): RawBuilder<SqlBool> {
  const [at, id] = columns.map((column) => sql.ref(column))
  return after ? sql<SqlBool>`(${at}, ${id}) > (${after.at}, ${after.id})` : sql<SqlBool>`1 = 1`
}
