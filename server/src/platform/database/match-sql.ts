import { type Expression, type SqlBool, sql } from 'kysely'
import { allOf, type Condition } from './filter-sql.ts'

// Conditions beside those of `filter-sql.ts`: matches that an index can serve, and none of them is a `LIKE`.

/** Begins with these characters, in the order of the column's bytes. */
export function startsWith(of: Expression<unknown>, prefix: string): Condition {
  return sql<SqlBool>`(${of} >= ${prefix} AND ${of} < ${`${prefix}\u{10ffff}`})`
}

/** Has these characters somewhere. */
export function has(of: Expression<unknown>, text: string): Condition {
  return sql<SqlBool>`instr(${of}, ${text}) > 0`
}

export function differs(of: Expression<unknown>, value: number): Condition {
  return sql<SqlBool>`${of} <> ${value}`
}

/** There is a row that meets the conditions. The name is never from outside. */
export function someRow(table: string, where: readonly Condition[]): Condition {
  return sql<SqlBool>`EXISTS (SELECT 1 FROM ${sql.table(table)} WHERE ${allOf(where)})`
}

export function same(one: Expression<unknown>, other: Expression<unknown>): Condition {
  return sql<SqlBool>`${one} = ${other}`
}
