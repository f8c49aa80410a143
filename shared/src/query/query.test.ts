import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auditFields } from './audit-fields.ts'
import type { FieldSpec } from './fields.ts'
import { instanceFields } from './instance-fields.ts'
import { longestQuery, parseQuery } from './query.ts'
import { formatQuery } from './query-text.ts'
import type { Term } from './terms.ts'
import { timeRanges } from './time-values.ts'

const field = (
  name: string,
  values: string[],
  rest: { operator?: 'is' | 'above' | 'below'; negated?: boolean } = {},
): Term => ({ kind: 'field', field: name, operator: 'is', negated: false, values, ...rest })
const word = (text: string, negated = false): Term => ({ kind: 'text', text, negated })
const terms = (text: string, fields: readonly FieldSpec[] = instanceFields) => {
  const { terms: found, faults } = parseQuery(text, fields)
  expect(faults).toEqual([])
  return found
}

describe('a filter', () => {
  it.each<[string, Term[]]>([
    ['', []],
    ['   ', []],
    ['web', [word('web')]],
    ['web 07', [word('web'), word('07')]],
    ['"web 07"', [word('web 07')]],
    ['-web', [word('web', true)]],
    ['-', [word('-')]],
    ['web-01', [word('web-01')]],
    ['state:on', [field('state', ['on'])]],
    ['STATE:On', [field('state', ['on'])]],
    ['state:on,degraded', [field('state', ['on', 'degraded'])]],
    ['-state:off', [field('state', ['off'], { negated: true })]],
    ['tag:env=prod', [field('tag', ['env=prod'])]],
    ['tag:"owner=team a"', [field('tag', ['owner=team a'])]],
    ['name:web-*', [field('name', ['web-*'])]],
    ['name:"a,b",c', [field('name', ['a,b', 'c'])]],
    ['name:"say \\"hi\\""', [field('name', ['say "hi"'])]],
    ['expires:<7d', [field('expires', ['7d'], { operator: 'below' })]],
    ['expires<7d', [field('expires', ['7d'], { operator: 'below' })]],
    ['created:>2026-11-01', [field('created', ['2026-11-01'], { operator: 'above' })]],
    ['created:2026-11-01', [field('created', ['2026-11-01'])]],
    ['kind:vm state:on "x y"', [field('kind', ['vm']), field('state', ['on']), word('x y')]],
  ])('reads %j', (text, expected) => {
    expect(terms(text)).toEqual(expected)
  })

  it('takes words that begin an action where the field allows it', () => {
    expect(terms('action:identity.*', auditFields)).toEqual([field('action', ['identity.*'])])
  })

  it.each([
    ['stat:on', /no field "stat"/, 'state:on'],
    ['state:onn', /never "onn"/, 'state:on'],
    ['state:', /needs a value/, undefined],
    ['state:on,', /needs a value/, undefined],
    ['state:>on', /cannot be compared/, undefined],
    ['expires:7d', /takes a date/, undefined],
    ['expires:<soon', /takes a date/, undefined],
    ['created:2026-13-40', /takes a date/, undefined],
    ['created:>1d,2d', /one value/, undefined],
    ['tag:=prod', /key=value/, undefined],
    ['"open', /not closed/, undefined],
    ['a\u0000b', /control characters/, undefined],
  ])('says what is wrong with %j and where', (text, message, suggestion) => {
    const { faults } = parseQuery(text, instanceFields)
    expect(faults).toEqual([
      {
        from: 0,
        to: text.length,
        message: expect.stringMatching(message),
        ...(suggestion !== undefined && { suggestion }),
      },
    ])
  })

  it('keeps what it understands beside what it does not', () => {
    const { terms: found, faults } = parseQuery('state:on stat:off web', instanceFields)
    expect(found).toEqual([field('state', ['on']), word('web')])
    expect(faults).toEqual([expect.objectContaining({ from: 9, to: 17, suggestion: 'state:off' })])
  })

  it('names its parts as they were written, for a box that shows them one by one', () => {
    const { parts } = parseQuery('  state:ON stat:off "x y" ', instanceFields)
    expect(parts).toEqual([
      { from: 2, to: 10, text: 'state:ON', term: field('state', ['on']) },
      { from: 11, to: 19, text: 'stat:off', fault: expect.objectContaining({ suggestion: 'state:off' }) },
      { from: 20, to: 25, text: '"x y"', term: word('x y') },
    ])
  })

  it('refuses more characters or terms than a person types', () => {
    expect(parseQuery('a'.repeat(longestQuery + 1), instanceFields).faults).toHaveLength(1)
    expect(parseQuery('a '.repeat(31), instanceFields).faults).toHaveLength(1)
    expect(parseQuery('a '.repeat(30), instanceFields).faults).toEqual([])
  })

  it('has one spelling, which reads as the same terms again', () => {
    const value = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...'ab1 ,"\\:-<>=*.') })
    const anyTerm: fc.Arbitrary<Term> = fc.oneof(
      fc.record({ kind: fc.constant('text' as const), text: value, negated: fc.boolean() }),
      fc.record({
        ...{ kind: fc.constant('field' as const), field: fc.constant('name'), operator: fc.constant('is' as const) },
        ...{ values: fc.array(value, { minLength: 1, maxLength: 3 }), negated: fc.boolean() },
      }),
    )
    fc.assert(
      fc.property(fc.array(anyTerm, { maxLength: 6 }), (given) => {
        expect(terms(formatQuery(given))).toEqual(given)
      }),
      { numRuns: 2_000 },
    )
  })

  it('never throws, whatever is typed', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void parseQuery(text, instanceFields)))
  })
})

describe('a time in a filter', () => {
  const now = Date.UTC(2026, 10, 25, 12)
  const day = 86_400_000
  it.each([
    ['created:<7d', { from: now - 7 * day }],
    ['created:>7d', { until: now - 7 * day }],
    ['expires:<7d', { until: now + 7 * day }],
    ['expires:>24h', { from: now + day }],
    ['created:2026-11-20', { from: Date.UTC(2026, 10, 20), until: Date.UTC(2026, 10, 21) }],
    ['created:>2026-11-20', { from: Date.UTC(2026, 10, 21) }],
    ['created:<2026-11-20', { until: Date.UTC(2026, 10, 20) }],
    ['created:<2026-11-20T08:30Z', { until: Date.UTC(2026, 10, 20, 8, 30) }],
  ])('%s is a range', (text, range) => {
    const [term] = terms(text)
    const spec = instanceFields.find((each) => term?.kind === 'field' && each.name === term.field)
    if (term?.kind !== 'field' || spec?.kind !== 'time') throw new Error('not a time')
    expect(timeRanges(term, spec.direction, now)).toEqual([range])
  })
})
