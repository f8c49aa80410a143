import { expect, test } from 'vitest'
import { claimsInWords } from './claims.ts'

const now = Date.UTC(2026, 10, 24, 12, 0, 0)

test('shows instants of a token as local time with the distance from now', () => {
  const [exp] = claimsInWords({ exp: now / 1_000 + 3_540 }, now)
  expect(exp?.time).toMatch(/^2026-11-2\d \d\d:59:00 \(in 59 min\)$/)
  expect(exp?.value).toBe(String(now / 1_000 + 3_540))
})

test('explains known claims, puts them first and marks unknown ones', () => {
  const claims = claimsInWords({ x_custom: { a: 1 }, oid: '7c9e', aud: 'https://vault.azure.net' }, now)
  expect(claims.map(({ name, meaning }) => [name, meaning !== null])).toEqual([
    ['aud', true],
    ['oid', true],
    ['x_custom', false],
  ])
  expect(claims[2]?.value).toBe('{"a":1}')
})

test('takes no meaning from the prototype of objects', () => {
  expect(claimsInWords({ constructor: 'x', toString: 'y' }, now).map(({ meaning }) => meaning)).toEqual([null, null])
})

test('does not take a time for an instant unless it is a number', () => {
  expect(claimsInWords({ exp: 'soon' }, now)[0]?.time).toBeNull()
})
