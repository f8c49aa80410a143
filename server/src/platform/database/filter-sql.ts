import type { TimeRange } from '@signet/shared/query/time-values'
import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely'

/** Conditions that filters of lists are made of. Values are bound, never part of the text (SEC-154). */
export type Condition = RawBuilder<SqlBool>

/** A column by its name; never a name that came from outside. */
export function column(name: string): Expression<unknown> {
  return sql.ref(name)
}

/** Equal without regard to case; a value that ends in `*` matches what begins with it. */
export function wordIs(column: Expression<unknown>, value: string): Condition {
  if (!value.endsWith('*')) return sql<SqlBool>`${column} = ${value} COLLATE NOCASE`
  return sql<SqlBool>`${column} LIKE ${`${likeText(value.slice(0, -1))}%`} ESCAPE '\\'`
}

/**
 * Whether one of two columns equals the value without regard to case; each has an index that begins with the tenant, which
 * an OR of both would not use.
 */
export function eitherIs(
  from: { table: string; tenantId: string },
  columns: readonly [Expression<unknown>, Expression<unknown>],
  value: string,
): Condition {
  const [one, other] = columns.map(
    (of) => sql`SELECT id FROM ${sql.table(from.table)} WHERE tenant_id = ${from.tenantId} AND ${wordIs(of, value)}`,
  )
  return sql<SqlBool>`id IN (${one} UNION ALL ${other})`
}

/** Unequal to a word of ours, which is part of the text, as in the condition of a partial index. */
export function otherThan(of: Expression<unknown>, word: string): Condition {
  return sql<SqlBool>`${of} <> ${sql.lit(word)}`
}

export function contains(column: Expression<unknown>, text: string): Condition {
  return sql<SqlBool>`${column} LIKE ${`%${likeText(text)}%`} ESCAPE '\\'`
}

export function within(column: Expression<unknown>, { from, until }: TimeRange): Condition {
  const bounds: Condition[] = []
  if (from !== undefined) bounds.push(sql<SqlBool>`${column} >= ${from}`)
  if (until !== undefined) bounds.push(sql<SqlBool>`${column} < ${until}`)
  return allOf(bounds)
}

export function oneOf(column: Expression<unknown>, values: readonly string[]): Condition {
  return values.length === 0 ? sql<SqlBool>`0` : sql<SqlBool>`${column} IN (${sql.join(values)})`
}

/** Some object of a JSON array has the word under a key; the key is never from outside. */
export function someElement(array: Expression<unknown>, key: string, word: string): Condition {
  const own = sql`json_extract(element.value, ${`$.${key}`})`
  return sql<SqlBool>`EXISTS (SELECT 1 FROM json_each(${array}) AS element WHERE ${wordIs(own, word)})`
}

/** One of any number of values, which are bound as one. */
export function oneOfMany(column: Expression<unknown>, values: readonly string[]): Condition {
  return sql<SqlBool>`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`
}

export function allOf(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? sql<SqlBool>`1` : sql<SqlBool>`(${sql.join(conditions, sql` AND `)})`
}

export function anyOf(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? sql<SqlBool>`0` : sql<SqlBool>`(${sql.join(conditions, sql` OR `)})`
}

/** Whether the column holds anything. */
export function present(of: Expression<unknown>, wanted: boolean): Condition {
  return wanted ? sql<SqlBool>`${of} IS NOT NULL` : sql<SqlBool>`${of} IS NULL`
}

/** Above or below a whole number, or one of several. */
export function numberIs(
  of: Expression<unknown>,
  operator: 'is' | 'above' | 'below',
  values: readonly number[],
): Condition {
  if (operator === 'above') return sql<SqlBool>`${of} > ${values[0]}`
  if (operator === 'below') return sql<SqlBool>`${of} < ${values[0]}`
  return sql<SqlBool>`${of} IN (${sql.join(values)})`
}

/** Also true where the condition is neither true nor false, because a column is empty. */
export function not(condition: Condition): Condition {
  return sql<SqlBool>`NOT coalesce(${condition}, 0)`
}

function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, (mark) => `\\${mark}`)
}
