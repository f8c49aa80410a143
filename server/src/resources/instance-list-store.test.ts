import { randomBytes } from 'node:crypto'
import { instanceFields } from '@signet/shared/query/instance-fields'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStack, rowsOf, type Stack, tamper } from '../../test/stack.ts'
import { Cursors } from '../platform/database/paging.ts'
import { requireTerms } from '../platform/query-text.ts'
import { compileInstanceFilter } from './instance-filter.ts'
import { InstanceListStore } from './instance-list-store.ts'

let stack: Stack
let store: InstanceListStore
let rows: Awaited<ReturnType<typeof listRows>>
const many = 6_000
const listRows = () => rowsOf(stack, 'instance_list')

/** More rows than are sorted after they were found: every word, tag and state below is in over 2,000 of them. */
beforeAll(async () => {
  stack = await openStack()
  store = new InstanceListStore(stack.database, new Cursors(randomBytes(32)), stack.tenantId)
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${many - 1})`
  await tamper(
    stack,
    `${numbers} INSERT INTO instance_list
      SELECT NULL, printf('%08x', i * 7919 % ${many}), '${stack.tenantId}',
        iif(i % 2, 'api-', 'web-') || printf('%04d', i / 2 % 2500), 'vm', iif(i % 5 < 3, 'on', 'off'), NULL, NULL, 'none', '1.0',
        i, i, 0, i, ${Number.MAX_SAFE_INTEGER} FROM n`,
  )
  await tamper(
    stack,
    `INSERT INTO resource_tags SELECT id, 'env', iif(seq % 2, 'prod', 'test'), tenant_id FROM instance_list WHERE seq % 8 > 0`,
  )
  rows = await listRows()
})
afterAll(() => stack.close())

const found = (filter: string) => store.find(compileInstanceFilter(requireTerms(filter, instanceFields), 0))

async function walked(filter: string, sort: 'name' | '-name' | 'expires'): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.page(await found(filter), { sort, cursor, limit: 700 })
    ids.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return ids
}

const byName = (one: (typeof rows)[number], other: (typeof rows)[number]) =>
  one.name_key < other.name_key || (one.name_key === other.name_key && one.id < other.id) ? -1 : 1

describe('many rows', () => {
  it.each<[string, (row: (typeof rows)[number]) => boolean]>([
    ['web-', (row) => row.name_key.startsWith('web-')],
    ['web- 1', (row) => row.name_key.startsWith('web-') && row.name_key.includes('1')],
    ['tag:env=prod', (row) => row.seq % 2 === 1],
    ['tag:env', (row) => row.seq % 8 > 0],
    ['tag:env=prod,env=test', (row) => row.seq % 8 > 0],
    ['tag:env=pr*', (row) => row.seq % 2 === 1],
    ['tag:env=test api-', (row) => row.seq % 2 === 0 && row.seq % 8 > 0 && row.name_key.startsWith('api-')],
    ['-tag:env web-', (row) => row.seq % 8 === 0 && row.name_key.startsWith('web-')],
    ['state:on', (row) => row.state === 'on'],
    ['state:on web-', (row) => row.state === 'on' && row.name_key.startsWith('web-')],
    ['kind:vm state:off', (row) => row.state === 'off'],
    ['0000', (row) => row.name_key.includes('0000') || row.id.startsWith('0000')],
  ])('that have %s come once each, in the order of the list, and are counted up to 1,001', async (filter, holds) => {
    const matching = rows.filter(holds).sort(byName)
    const ids = matching.map((row) => row.id)
    expect(await walked(filter, 'name')).toEqual(ids)
    expect(await walked(filter, '-name')).toEqual([...ids].reverse())
    const byExpiry = matching.toSorted((one, other) => one.expires_key - other.expires_key)
    expect(await walked(filter, 'expires')).toEqual(byExpiry.map((row) => row.id))
    expect(await store.count(await found(filter))).toBe(Math.min(ids.length, 1_001))
  })

  it('with a word stand together, so that a page of them reads no others', async () => {
    const { few, ordered } = await found('web-')
    expect([few, ordered?.terms]).toEqual([undefined, ['web']])
    expect((await found('web-0017')).few).toBeDefined()
  })
})
