import type { InstanceSort, InstanceSummary } from '@signet/shared/api/resources'
import { instanceFields } from '@signet/shared/query/instance-fields'
import { parseQuery } from '@signet/shared/query/query'
import type { FieldTerm, Term } from '@signet/shared/query/terms'
import { timeRanges } from '@signet/shared/query/time-values'
import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  contextOf,
  enrolledInstance,
  given,
  identityEnabling,
  identityOn,
  openStack,
  rowsOf,
  type Stack,
  tamper,
} from '../../test/stack.ts'
import { hourOf } from './instance-list-row.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const register = (name: string, kind: InstanceSummary['kind'] = 'host') =>
  stack.resources.register(contextOf(), { name, kind })
const names = async (filter: string, sort: InstanceSort = 'name') =>
  (await stack.list.page({ filter, sort, limit: 200 })).items.map((one) => one.name)

async function walk(filter: string, sort: InstanceSort, limit: number, meanwhile?: () => Promise<unknown>) {
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await stack.list.page({ filter, sort, limit, cursor })
    seen.push(...page.items.map((one) => one.name))
    cursor = page.nextCursor ?? undefined
    await meanwhile?.()
  } while (cursor !== undefined)
  return seen
}

describe('the numbers of the list', () => {
  it('have the rarest state and kind beside any number of tags', async () => {
    await identityOn(stack)
    const { id } = await register('bare', 'function')
    const tags = Array.from({ length: 600 }, (_, n) => [
      `('${id}', 'a${n}', 'x', '${stack.tenantId}')`,
      `('other', 'a${n}', 'x', '${stack.tenantId}')`,
    ])
    await tamper(stack, `INSERT INTO resource_tags VALUES ${tags.flat().join(',')}`)
    const facets = await stack.list.facets()
    expect(facets.state).toEqual({ degraded: 1, off: 1 })
    expect(facets.kind).toEqual({ host: 1, function: 1 })
    expect(facets.agent).toEqual({ silent: 1, none: 1 })
    expect(facets['agent-version']).toEqual({ '0.1.0': 1 })
    expect(Object.keys(facets.tag)).toHaveLength(500)
  })
})

describe('a page', () => {
  const sortings: InstanceSort[] = [
    'name',
    '-name',
    'state',
    '-state',
    'kind',
    '-kind',
    'agent',
    'agent-version',
    'expires',
    '-expires',
    'rotation',
    'last-token',
    '-last-token',
    'created',
    '-created',
  ]

  it.each(sortings)('walks every instance once when sorted by %s, whatever its size', async (sort) => {
    for (const name of ['b', 'A', 'c', 'D', 'e', 'f', 'G']) {
      await register(name, name < 'c' ? 'vm' : 'app')
      stack.clock.advance(minuteMs)
    }
    await identityOn(stack)
    const whole = await names('', sort)
    expect([...whole].sort()).toEqual(['A', 'D', 'G', 'b', 'c', 'e', 'f', 'web-01'])
    for (const limit of [1, 2, 3, 7]) expect(await walk('', sort, limit)).toEqual(whole)
  })

  it('neither skips nor repeats what was there while others are added', async () => {
    const before = Array.from({ length: 20 }, (_, index) => `m-${String(index).padStart(2, '0')}`)
    for (const name of before) await register(name)
    let added = 0
    const seen = await walk('', 'name', 3, () => register(added++ % 2 === 0 ? `a-${added}` : `m-${added}x`))
    expect(seen.filter((name) => before.includes(name))).toEqual(before)
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('refuses the cursor of another sorting, of another list, a changed and a made-up one', async () => {
    for (const name of ['a', 'b']) await register(name)
    const own = given((await stack.list.page({ sort: 'name', limit: 1 })).nextCursor)
    const audit = given((await stack.audit.page({ terms: [] }, { limit: 1 })).nextCursor)
    const page = (cursor: string, sort: InstanceSort) => stack.list.page({ sort, limit: 1, cursor })
    await expect(page(own, '-name')).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(page(audit, 'name')).rejects.toMatchObject({ code: 'invalid_request' })
    const [payload, tag] = own.split('.')
    const forged = `${Buffer.from('["z","z"]').toString('base64url')}.${tag}`
    for (const cursor of [forged, `${payload}`, `${payload}.`, 'x', '..', 'e30.e30']) {
      await expect(page(cursor, 'name')).rejects.toMatchObject({ code: 'invalid_request' })
    }
  })

  it('says how many match and how many there are, only on the first page', async () => {
    for (const name of ['web-1', 'web-2', 'db-1']) await register(name)
    expect((await stack.list.page({ sort: 'name', limit: 1 })).count).toEqual({ shown: 3, isCapped: false, all: 3 })
    const first = await stack.list.page({ filter: 'web', sort: 'name', limit: 1 })
    expect(first.count).toEqual({ shown: 2, isCapped: false, all: 3 })
    const next = await stack.list.page({ filter: 'web', sort: 'name', limit: 1, cursor: given(first.nextCursor) })
    expect(next.count).toBeNull()
  })

  it('refuses a filter that it cannot read and names the places', async () => {
    await expect(stack.list.page({ filter: 'kind:vm stat:on', sort: 'name', limit: 1 })).rejects.toMatchObject({
      code: 'invalid_request',
      faults: [{ from: 8, to: 15, suggestion: 'state:on' }],
    })
  })
})

describe('a search', () => {
  it('finds any part of a name, the beginning of an ID, and takes wildcards and quotes literally', async () => {
    for (const name of ['web-01', 'web_01', 'db.web', 'cache']) await register(name)
    const { principalId } = await identityOn(stack, 'with-identity')
    expect(await names('WEB')).toEqual(['db.web', 'web-01', 'web_01'])
    expect(await names('b_0')).toEqual(['web_01'])
    expect(await names('eb')).toEqual(['db.web', 'web-01', 'web_01'])
    expect(await names('-web')).toEqual(['cache', 'with-identity'])
    expect(await names(principalId)).toEqual(['with-identity'])
    expect(await names(principalId.slice(0, 8).toUpperCase())).toEqual(['with-identity'])
    for (const hostile of [
      '%',
      '___',
      '"\\""',
      '"\' OR 1=1 --"',
      '"a* OR b"',
      'NEAR(web)',
      '"web AND"',
      '\\%',
      '"*"',
    ]) {
      expect(await names(hostile)).toEqual([])
    }
  })

  it('does not take trigrams for words', async () => {
    for (const name of ['abcxbcd', 'abcd']) await register(name)
    expect(await names('abcd')).toEqual(['abcd'])
  })

  it('finds tags by key, by value and by the beginning of a value', async () => {
    const { id } = await register('tagged')
    await register('other')
    const insert = (key: string, value: string) =>
      tamper(stack, `INSERT INTO resource_tags VALUES ('${id}', '${key}', '${value}', '${stack.tenantId}')`)
    await insert('env', 'prod')
    await insert('owner', '%_"x')
    expect(await names('tag:env')).toEqual(['tagged'])
    expect(await names('tag:ENV=prod')).toEqual(['tagged'])
    expect(await names('tag:env=pr*')).toEqual(['tagged'])
    expect(await names('tag:env=p')).toEqual([])
    expect(await names('tag:owner=%*')).toEqual(['tagged'])
    expect(await names('-tag:env=prod')).toEqual(['other'])
    expect((await stack.list.facets()).tag).toEqual({ 'env=prod': 1, 'owner=%_"x': 1 })
  })
})

describe('a filter', () => {
  /** The same question, answered in JavaScript. */
  function matches(row: Awaited<ReturnType<typeof listRows>>[number], term: Term): boolean {
    const is =
      term.kind === 'text'
        ? row.name_key.includes(term.text.toLowerCase()) || isIdStart(row, term.text)
        : holds(row, term)
    return term.negated ? !is : is
  }
  const isIdStart = (row: { id: string; principal_id: string | null; client_id: string | null }, text: string) =>
    /^[0-9a-f][0-9a-f-]{3,}$/i.test(text) &&
    [row.id, row.principal_id, row.client_id].some((id) => id?.startsWith(text.toLowerCase()))
  const listRows = () => rowsOf(stack, 'instance_list')
  type Row = Awaited<ReturnType<typeof listRows>>[number]

  function holds(row: Row, term: FieldTerm): boolean {
    const word = (text: string) =>
      term.values.some((value) => {
        const folded = value.toLowerCase()
        return folded.endsWith('*') ? text.startsWith(folded.slice(0, -1)) : text === folded
      })
    const time = (at: number, nothing: number) => {
      const spec = instanceFields.find((each) => each.name === term.field)
      if (spec?.kind !== 'time' || at === nothing) return false
      return timeRanges(term, spec.direction, stack.clock.now()).some(
        ({ from = -1, until = Number.POSITIVE_INFINITY }) =>
          term.field === 'last-token'
            ? at >= hourOf(from) && at < (Number.isFinite(until) ? hourOf(until) : until)
            : at >= from && at < until,
      )
    }
    switch (term.field) {
      case 'name':
        return word(row.name_key)
      case 'agent-version':
        return word(row.agent_version)
      case 'state':
        return term.values.includes(row.state)
      case 'kind':
        return term.values.includes(row.kind)
      case 'agent':
        return term.values.includes(row.agent)
      case 'expires':
        return time(row.expires_key, Number.MAX_SAFE_INTEGER)
      case 'rotation':
        return time(row.rotation_key, Number.MAX_SAFE_INTEGER)
      case 'last-token':
        return time(row.token_key, 0)
      case 'created':
        return time(row.created_at, -1)
      default:
        return false
    }
  }

  const anyTerm = fc.constantFrom(
    ...[
      'web',
      'db',
      '0',
      'name:web-01',
      'name:web*',
      'name:WEB-01,db-02',
      'state:off',
      'state:on,enabling',
      'state:failing',
    ],
    ...[
      'kind:vm',
      'kind:host,app',
      'agent:connected',
      'agent:silent',
      'agent:none',
      'agent-version:0.1.0',
      'agent-version:0*',
    ],
    ...[
      'expires:<30d',
      'expires:>30d',
      'expires:<400d',
      'rotation:<60d',
      'rotation:>1h',
      'last-token:<24h',
      'last-token:>24h',
    ],
    ...[
      'created:<1h',
      'created:>30m',
      'created:<2h',
      'created:2026-01-01',
      'expires:>2020-01-01',
      'created:<2030-01-01',
    ],
  )
  const anyFilter = fc.array(
    fc.tuple(anyTerm, fc.boolean()).map(([text, negated]) => (negated ? `-${text}` : text)),
    { minLength: 1, maxLength: 3 },
  )

  it('means the same in SQL as in JavaScript, each field and operator, negated or not, in any combination', async () => {
    for (const [index, kind] of (['vm', 'app', 'host', 'function'] as const).entries()) {
      await register(`web-0${index}`, kind)
      stack.clock.advance(20 * minuteMs)
      await register(`db-0${index}`, kind)
    }
    await identityOn(stack, 'web-on')
    await identityEnabling(stack, 'db-enabling')
    const used = await identityOn(stack, 'web-used')
    await stack.list.credentialsUsed(new Map([[used.first.id, stack.clock.now() - 2 * dayMs]]))
    await enrolledInstance(stack, 'web-agent')
    await stack.list.settle()
    const rows = await listRows()
    await fc.assert(
      fc.asyncProperty(anyFilter, async (parts) => {
        const filter = parts.join(' ')
        const { terms, faults } = parseQuery(filter, instanceFields)
        expect(faults).toEqual([])
        const expected = rows.filter((row) => terms.every((term) => matches(row, term))).map((row) => row.name_key)
        expect((await names(filter)).sort()).toEqual(expected.sort())
        const { count } = await stack.list.page({ filter, sort: '-created', limit: 1 })
        expect(count?.shown).toBe(expected.length)
      }),
      { numRuns: 150 },
    )
  })
})

describe('an export', () => {
  it('has exactly what is filtered, in the order of the list', async () => {
    for (const name of ['web-1', 'db-1', 'web-2']) await register(name)
    const exported: string[] = []
    for await (const row of stack.list.each({ filter: 'web', sort: '-name' })) exported.push(row.name)
    expect(exported).toEqual(['web-2', 'web-1'])
  })
})
