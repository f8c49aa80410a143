import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely'
import { allOf, type Condition } from './filter-sql.ts'

// Conditions beside those of `filter-sql.ts`: matches that an index can serve, and none of them is a `LIKE`.

/** Begins with these characters, in the order of the column's bytes. */
export function startsWith(of: Expression<unknown>, prefix: string): Condition {
  return sql<SqlBool>`(${of} >= ${prefix} AND ${of} < ${`${prefix}\u{10ffff}`})`
}

/** The same without regard to case, by an index that has none. */
export function startsWithFolded(of: Expression<unknown>, prefix: string): Condition {
  const folded = sql`${of} COLLATE NOCASE`
  return sql<SqlBool>`(${folded} >= ${prefix} AND ${folded} < ${`${prefix}\u{10ffff}`})`
}

/** A statement that answers the IDs of rows. */
export type Source = RawBuilder<unknown>

/** IDs of a tenant's rows that meet a condition. */
export function idsWhere({ table, tenantId }: { table: string; tenantId: string }, where: Condition): Source {
  return sql`SELECT id FROM ${sql.table(table)} WHERE tenant_id = ${tenantId} AND ${where}`
}

/** IDs of a tenant's rows that have one of some texts in a column, whatever their case; the texts come first. */
export function idsNamed(
  { table, tenantId }: { table: string; tenantId: string },
  of: Expression<unknown>,
  texts: { table: string; condition: Condition },
): Source {
  return sql`SELECT id FROM ${sql.table(texts.table)} CROSS JOIN ${sql.table(table)}
    ON tenant_id = ${tenantId} AND ${of} = text COLLATE NOCASE WHERE ${texts.condition}`
}

export function oneOfIds(sources: readonly Source[]): Condition {
  return sql<SqlBool>`id IN (${sql.join(sources, sql` UNION ALL `)})`
}

/** Has these characters somewhere. */
export function has(of: Expression<unknown>, text: string): Condition {
  return sql<SqlBool>`instr(${of}, ${text}) > 0`
}

export function differs(of: Expression<unknown>, value: number): Condition {
  return sql<SqlBool>`${of} <> ${value}`
}

/** Equal to a value of ours, which is part of the text, as in the condition of a partial index. */
export function exactly(of: Expression<unknown>, value: string | number): Condition {
  return sql<SqlBool>`${of} = ${sql.lit(value)}`
}

/** One of the values that a column has in rows that meet the conditions. The names are never from outside. */
export function among(of: Expression<unknown>, from: { table: string; column: string }, where: readonly Condition[]) {
  return sql<SqlBool>`${of} IN (SELECT ${sql.ref(from.column)} FROM ${sql.table(from.table)} WHERE ${allOf(where)})`
}

/** There is a row that meets the conditions. The name is never from outside. */
export function someRow(table: string, where: readonly Condition[]): Condition {
  return sql<SqlBool>`EXISTS (SELECT 1 FROM ${sql.table(table)} WHERE ${allOf(where)})`
}

export function same(one: Expression<unknown>, other: Expression<unknown>): Condition {
  return sql<SqlBool>`${one} = ${other}`
}
