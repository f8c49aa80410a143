import { auditFields } from '@signet/shared/query/audit-fields'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contextOf, openStack, rowsOf, type Stack, tamper } from '../../test/stack.ts'
import { requireTerms } from '../platform/query-text.ts'

let stack: Stack
let events: Awaited<ReturnType<typeof rowsOf<'audit_events'>>>
const many = 9_000
const start = Date.UTC(2030, 10, 20, 12)

/** More events than are found one by one: `web-` and `operator` are in over 7,000 of them, the other words below in fewer. */
beforeAll(async () => {
  stack = await openStack()
  await tamper(
    stack,
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${many - 1})
      INSERT INTO audit_events SELECT printf('%08x-%04x-7000-8000-000000000000', (${start} + i * 1000) / 65536, (${start} + i * 1000) % 65536),
        '${stack.tenantId}', ${start} + i * 1000, 'operator', printf('a%03d', i % 3), iif(i % 9, 'operator-', 'Operator-') || i % 3, NULL,
        iif(i % 4, 'identity.turned_on', 'identity.turned_off'), 'instance', printf('t-%02d', i % 50), 'web-' || i % 50,
        iif(i % 70, 'ok', 'failed'), iif(i % 100, NULL, 'incident-' || i), printf('c-%04d', i), NULL, NULL FROM n`,
  )
  events = (await rowsOf(stack, 'audit_events')).reverse()
})
afterAll(() => stack.close())

type Row = (typeof events)[number]

const has = (row: Row, word: string) =>
  [row.target_label, row.actor_label, row.reason].some((text) => text?.toLowerCase().includes(word)) ||
  [row.target_id, row.actor_id, row.correlation_id].some((id) => id?.startsWith(word))

async function found(filter: string, range: { from?: number; to?: number }): Promise<string[]> {
  const terms = requireTerms(filter, auditFields)
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await stack.audit.page({ terms, ...range }, { limit: 200, cursor })
    ids.push(...page.items.map((event) => event.id))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return ids
}

describe('a bare word of the audit log', () => {
  it.each<[string, (row: Row) => boolean]>([
    ['web-', (row) => has(row, 'web-')],
    ['OPERATOR', (row) => has(row, 'operator')],
    ['web-7', (row) => has(row, 'web-7')],
    ['operator-1', (row) => has(row, 'operator-1')],
    ['incident-', (row) => has(row, 'incident-')],
    ['nowhere', () => false],
    ['c-001', (row) => has(row, 'c-001')],
    ['"-0017"', () => false],
    ['a002', (row) => row.actor_id === 'a002'],
    ['"turned off"', (row) => row.action === 'identity.turned_off'],
    ['web-7 operator-1', (row) => has(row, 'web-7') && has(row, 'operator-1')],
    ['web- result:failed', (row) => has(row, 'web-') && row.outcome === 'failed'],
    ['-web-7 operator-1', (row) => !has(row, 'web-7') && has(row, 'operator-1')],
    ['-web- -incident-', (row) => !has(row, 'web-') && !has(row, 'incident-')],
    ['-result:ok web-', (row) => row.outcome !== 'ok' && has(row, 'web-')],
    ['-actor-kind:operator', (row) => row.actor_kind !== 'operator'],
  ])(
    'finds the same by %s, whether few events have it or many, newest first, and counts them',
    async (filter, holds) => {
      for (const range of [{}, { from: start + 1_000_000, to: start + 4_000_000 }]) {
        const { from = 0, to = Number.POSITIVE_INFINITY } = range
        const expected = events.filter((row) => row.at >= from && row.at < to && holds(row)).map((row) => row.id)
        expect(await found(filter, range)).toEqual(expected)
        const terms = requireTerms(filter, auditFields)
        const counted = { matching: Math.min(expected.length, 1_000), isCapped: expected.length > 1_000 }
        expect(await stack.audit.count({ terms, ...range })).toEqual(counted)
      }
    },
  )

  it('is found in what was recorded a moment ago, and what everybody writes is kept once', async () => {
    const record = (label: string) =>
      stack.audit.record(contextOf(), { action: 'instance.registered', target: { kind: 'instance', id: 'x', label } })
    await record('Brand-New')
    await record('brand-new')
    expect(await found('and-ne', {})).toHaveLength(2)
    const texts = await stack.database.read
      .selectFrom('audit_texts')
      .selectAll()
      .where('field', '=', 'target')
      .execute()
    expect(texts.filter(({ text }) => text.toLowerCase() === 'brand-new')).toHaveLength(1)
  })
})
