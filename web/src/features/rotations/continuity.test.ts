import { describe, expect, test } from 'vitest'
import { continuityOf } from './continuity.ts'
import { exampleAt as at, exampleCredential, exampleOld, exampleRun } from './testing/examples.ts'

const day = 86_400_000
const time = (instant: number) => new Date(instant).toISOString().slice(0, 19)
const of = (changes: Record<string, unknown>, now = at + 60_000) => continuityOf(exampleRun(changes), time, now)
const unfinished = { preparedAt: null, activatedAt: null, overlapFrom: null, overlapUntil: null, to: null }

describe('whether a certificate was accepted at every moment', () => {
  test('is proven while the overlap runs, with both instants and the overlap to the second', () => {
    expect(of({})).toEqual({
      verdict: 'proven',
      headline: 'At no moment without an accepted certificate',
      sentence:
        'Old until 2030-11-23T09:00:04, new from 2030-11-22T09:00:00, overlap 1 d 4 s: both are accepted in between, ' +
        'and the new one is accepted until 2031-02-20T09:00:00.',
      overlapMs: day + 4_600,
    })
  })

  test('is proven of a rotation that has ended, by when the old one really ended', () => {
    const early = { state: 'completed', finishedAt: at + 3_600_000, from: { ...exampleOld, state: 'retired' } }
    expect(of(early, at + day)).toMatchObject({ verdict: 'proven', overlapMs: 3_600_000 - 300 })
    expect(of(early, at + day).sentence).toContain('both were accepted in between')
    const late = { ...early, finishedAt: at + 9 * day }
    expect(of(late, at + 10 * day)).toMatchObject({ verdict: 'proven', overlapMs: day + 4_600 })
  })

  test('is not proven when the old one ended before the new one was there', () => {
    const from = { ...exampleOld, notAfter: at - 7_200_000 }
    expect(of({ from })).toMatchObject({
      verdict: 'gap',
      headline: 'A gap of 2 h without an accepted certificate',
      sentence: 'The old one was accepted until 2030-11-22T07:00:00, the new one only from 2030-11-22T09:00:00.',
    })
    const revoked = { ...exampleOld, state: 'revoked', revokedAt: at - 60_000 }
    expect(of({ from: revoked }).verdict).toBe('gap')
  })

  test('the last instant of the old one may be the first of the new one, and not one millisecond less', () => {
    expect(of({ from: { ...exampleOld, usableUntil: at + 300 } })).toMatchObject({ verdict: 'proven', overlapMs: 0 })
    expect(of({ from: { ...exampleOld, usableUntil: at + 299 } }).verdict).toBe('gap')
  })

  test('counts the new one from when it was registered, not from the beginning that is written in it', () => {
    expect(of({ from: { ...exampleOld, usableUntil: at } }).verdict).toBe('gap')
  })

  test('of the first certificate is no question', () => {
    expect(of({ from: null })).toMatchObject({ verdict: 'first', overlapMs: null })
    expect(of({ from: null, ...unfinished, state: 'requested' }).sentence).toContain('not issued yet')
  })

  test.each([
    ['failed', /The rotation failed; the old certificate was not touched/],
    ['cancelled', /called off; the old certificate was not touched/],
    ['requested', /still in use/],
    ['prepared', /still in use/],
  ])('of a rotation that is %s rests on the old one', (state, headline) => {
    const found = of({ ...unfinished, state, from: { ...exampleOld, state: 'active', usableUntil: null } })
    expect(found.verdict).toBe('untouched')
    expect(found.headline).toMatch(headline)
    expect(found.sentence).toContain('accepted until 2031-01-06T09:00:00')
  })

  test('is lost when the old one runs out before an open rotation gets on', () => {
    const from = { ...exampleOld, state: 'active', usableUntil: null, notAfter: at - 1 }
    expect(of({ ...unfinished, state: 'requested', from })).toMatchObject({ verdict: 'gap' })
    expect(of({ ...unfinished, state: 'failed', from }).verdict).toBe('untouched')
  })

  test('was ended on purpose when a certificate was revoked and none took over', () => {
    const from = { ...exampleOld, state: 'revoked', revokedAt: at + 1_000 }
    expect(of({ ...unfinished, state: 'cancelled', from })).toMatchObject({
      verdict: 'ended',
      sentence: 'The old certificate was accepted until it was revoked at 2030-11-22T09:00:01; no other took over.',
    })
    const to = { ...exampleCredential, state: 'revoked', revokedAt: at + 3_600_000 }
    expect(of({ to })).toMatchObject({ verdict: 'ended', overlapMs: 3_600_000 - 300 })
  })

  test('is proven by a roll back during the overlap', () => {
    const from = { ...exampleOld, state: 'active', usableUntil: null }
    const to = { ...exampleCredential, state: 'revoked', revokedAt: at + 3_600_000 }
    const found = of({ state: 'rolled_back', finishedAt: at + 3_600_000, from, to })
    expect(found).toMatchObject({ verdict: 'proven', overlapMs: 3_600_000 - 300 })
    expect(found.sentence).toContain('the old one was accepted all along')
  })

  test('holds up to the moment at which both were revoked together', () => {
    const revoked = { state: 'revoked', revokedAt: at + 3_600_000 }
    const changes = {
      state: 'cancelled',
      from: { ...exampleOld, ...revoked },
      to: { ...exampleCredential, ...revoked },
    }
    expect(of(changes, at + day)).toMatchObject({ verdict: 'proven', overlapMs: 3_600_000 - 300 })
    expect(of(changes, at + day).sentence).toContain('the new one was accepted until 2030-11-22T10:00:00')
  })
})
