import { CredentialState, canMove } from '@signet/shared/vocabulary/credential-states'
import { describe, expect, it } from 'vitest'
import { assertMove, usabilityAt } from './key-credential.ts'

const span = { notBefore: 100, notAfter: 200 }

describe('whether a certificate may authenticate', () => {
  it.each([
    { state: 'prepared', usableUntil: null, at: 150, answer: 'usable' },
    { state: 'active', usableUntil: null, at: 100, answer: 'usable' },
    { state: 'active', usableUntil: null, at: 99, answer: 'not_yet_valid' },
    { state: 'active', usableUntil: null, at: 199, answer: 'usable' },
    { state: 'active', usableUntil: null, at: 200, answer: 'expired' },
    { state: 'retiring', usableUntil: 150, at: 149, answer: 'usable' },
    { state: 'retiring', usableUntil: 150, at: 150, answer: 'superseded' },
    { state: 'retiring', usableUntil: 200, at: 200, answer: 'expired' },
    { state: 'retired', usableUntil: 150, at: 120, answer: 'superseded' },
    { state: 'retired', usableUntil: null, at: 120, answer: 'superseded' },
    { state: 'revoked', usableUntil: null, at: 150, answer: 'revoked' },
    { state: 'revoked', usableUntil: null, at: 99, answer: 'revoked' },
  ] as const)('is $answer at $at for one that is $state until $usableUntil', ({ state, usableUntil, at, answer }) => {
    expect(usabilityAt({ ...span, state, usableUntil }, at)).toBe(answer)
  })
})

describe('the states of a certificate', () => {
  const all = CredentialState.options.flatMap((from) => CredentialState.options.map((to) => [from, to] as const))

  it.each(all)('go from %s to %s only when the machine has that move (SEC-143)', (from, to) => {
    if (canMove(from, to)) expect(() => assertMove(from, to)).not.toThrow()
    else expect(() => assertMove(from, to)).toThrow(expect.objectContaining({ code: 'conflict' }))
  })

  it('never leave retired or revoked', () => {
    for (const to of CredentialState.options) {
      expect(canMove('retired', to)).toBe(false)
      expect(canMove('revoked', to)).toBe(false)
    }
  })
})
