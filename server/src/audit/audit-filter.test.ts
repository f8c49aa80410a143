import { auditFields } from '@signet/shared/query/audit-fields'
import { parseQuery } from '@signet/shared/query/query'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contextOf, openStack, type Stack } from '../../test/stack.ts'
import { bucketsOver } from '../platform/time-buckets.ts'

let stack: Stack
const start = Date.UTC(2030, 10, 20, 12)
const hour = 3_600_000
const guidOf = (last: number) => `01890000-0000-4000-8000-00000000000${last}`

/** One event an hour; each says its number in `after`. */
beforeAll(async () => {
  stack = await openStack()
  stack.clock.advance(start - stack.clock.now())
  const events: Parameters<Stack['audit']['record']>[1][] = [
    { action: 'identity.turned_on', target: { kind: 'instance', id: guidOf(1), label: 'web-01' } },
    {
      action: 'identity.turned_off',
      target: { kind: 'instance', id: guidOf(2), label: 'Web-02' },
      reason: '50% off_sale',
    },
    { action: 'rotation.failed', outcome: 'failed', target: { kind: 'identity', id: guidOf(1), label: 'web-01' } },
    { action: 'session.refused', outcome: 'refused', reason: 'code_refused' },
    { action: 'token.tested', target: { kind: 'instance', id: guidOf(3), label: 'db\\01' } },
  ]
  const contexts = [
    contextOf(),
    contextOf('operator', 'Grace'),
    contextOf('system', 'schedule'),
    contextOf('anonymous', 'nobody'),
    contextOf('console', 'console'),
  ]
  for (const [index, event] of events.entries()) {
    stack.clock.advance(hour)
    await stack.audit.record(contexts[index] ?? contextOf(), { ...event, after: { number: index + 1 } })
  }
  stack.clock.advance(hour)
})
afterAll(() => stack.close())

async function found(filter: string, range: { from?: number; to?: number } = { from: start }): Promise<unknown[]> {
  const { terms, faults } = parseQuery(filter, auditFields)
  expect(faults).toEqual([])
  const { items } = await stack.audit.page({ terms, ...range }, { limit: 50 })
  const numbers = items.map((event) => event.after?.['number'])
  const { matching } = await stack.audit.count({ terms, ...range })
  expect(matching).toBe(numbers.length)
  return numbers.reverse()
}

describe('a filter of the audit log', () => {
  it.each([
    ['', [1, 2, 3, 4, 5]],
    ['action:identity.turned_on', [1]],
    ['action:identity.*', [1, 2]],
    ['-action:identity.*', [3, 4, 5]],
    ['action:identity.turned_on,token.tested', [1, 5]],
    ['result:failed,refused', [3, 4]],
    ['result:ok action:identity.*', [1, 2]],
    ['actor:grace', [2]],
    ['-actor:grace', [1, 3, 4, 5]],
    ['actor-kind:system,console', [3, 5]],
    ['target:web-01', [1, 3]],
    ['target:WEB-02', [2]],
    [`target:${guidOf(1)}`, [1, 3]],
    [`target:${guidOf(1).toUpperCase()}`, [1, 3]],
    [`target:${guidOf(1).slice(0, 35)}*`, [1, 2, 3, 5]],
    [`-target:${guidOf(1)}`, [2, 4, 5]],
    ['target:web-*', [1, 2, 3]],
    ['-target:web-*', [4, 5]],
    ['target-kind:identity', [3]],
    ['reason:code_refused', [4]],
    ['ip:192.0.2.7', [1, 2, 3, 4, 5]],
    ['ip:192.0.2.*', [1, 2, 3, 4, 5]],
    ['time:<90m', [5]],
    ['time:>4h', [1]],
    ['time:2030-11-20', [1, 2, 3, 4, 5]],
    ['time:<2030-11-20T14:00Z', [1]],
    ['web', [1, 2, 3]],
    ['-web', [4, 5]],
    ['"turned off"', [2]],
    ['50%', [2]],
    ['50_', []],
    ['off_sale', [2]],
    ['offxsale', []],
    ['"db\\\\01"', [5]],
    ['web grace', [2]],
  ])('%j finds events %j', async (filter, expected) => {
    expect(await found(filter)).toEqual(expected)
  })

  it('keeps within a range of time, its end not included', async () => {
    expect(await found('', { from: start + hour, to: start + 3 * hour })).toEqual([1, 2])
    expect(await found('', { from: start + hour + 1, to: start + 3 * hour + 1 })).toEqual([2, 3])
    expect(await found('', { from: start + 7 * hour })).toEqual([])
  })

  it('is no road into the statement (SEC-154)', async () => {
    const before = await stack.audit.count({ terms: [] })
    for (const text of [
      `'`,
      `"' OR 1=1 --"`,
      `target:"'; DROP TABLE audit_events; --"`,
      'reason:"%"',
      'actor:"\\\\"',
    ]) {
      expect(await found(text)).toEqual([])
    }
    expect(await stack.audit.count({ terms: [] })).toEqual(before)
  })
})

describe('the histogram', () => {
  it('counts what the filter matches, by outcome, in bars that begin on the hour', async () => {
    const range = { from: start, to: start + 6 * hour }
    const { bucketMs, buckets } = await stack.audit.histogram({ terms: [], ...range })
    expect(bucketMs).toBe(5 * 60_000)
    expect(buckets).toHaveLength(72)
    const full = buckets.filter(({ ok, refused, failed }) => ok + refused + failed > 0)
    expect(full).toEqual([
      { at: start + hour, ok: 1, refused: 0, failed: 0 },
      { at: start + 2 * hour, ok: 1, refused: 0, failed: 0 },
      { at: start + 3 * hour, ok: 0, refused: 0, failed: 1 },
      { at: start + 4 * hour, ok: 0, refused: 1, failed: 0 },
      { at: start + 5 * hour, ok: 1, refused: 0, failed: 0 },
    ])
    const { terms } = parseQuery('result:failed', auditFields)
    const failed = await stack.audit.histogram({ terms, ...range })
    expect(failed.buckets.reduce((sum, { ok, refused, failed: bad }) => sum + ok + refused + bad, 0)).toBe(1)
  })

  it('without a range covers every event there is', async () => {
    const { buckets } = await stack.audit.histogram({ terms: [] })
    const { matching } = await stack.audit.count({ terms: [] })
    expect(buckets.reduce((sum, { ok, refused, failed }) => sum + ok + refused + failed, 0)).toBe(matching)
  })

  it('has at most 120 bars, whatever the range', () => {
    for (const ms of [0, 1, 999, 60_000, hour, 25 * hour, 400 * 24 * hour, 10_000 * 24 * hour]) {
      for (const from of [0, start, start + 1_234]) {
        const { from: first, to: last, bucketMs } = bucketsOver({ from, to: from + ms })
        expect((last - first) / bucketMs).toBeLessThanOrEqual(120)
        expect(first).toBeLessThanOrEqual(from)
        expect(last).toBeGreaterThanOrEqual(from + ms)
        expect(first % bucketMs).toBe(0)
      }
    }
  })
})

describe('one event', () => {
  it('is found by its ID', async () => {
    const { items } = await stack.audit.page({ terms: [] }, { limit: 1 })
    expect(await stack.audit.require(items[0]?.id ?? '')).toEqual(items[0])
    await expect(stack.audit.require('00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})
