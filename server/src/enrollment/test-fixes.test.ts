import { ErrorCode } from '@signet/shared/errors'
import { describe, expect, it } from 'vitest'
import { causeOf, type FailureContext, fixOf } from './test-fixes.ts'

const whole: FailureContext = {
  testId: 'test-1',
  resource: 'https://orders.example',
  hasSelector: false,
  instance: { id: 'i-1', name: 'web-01', hasAgent: true },
  identityState: 'on',
  principal: { id: 'p-1', state: 'enabled', userAssigned: null },
}

describe('the fix of a failed test', () => {
  it.each(ErrorCode.options)('exists for %s, with words for a button', (code) => {
    const fix = fixOf(code, whole)
    expect(fix.label.length).toBeGreaterThan(5)
    expect(fix.label).not.toMatch(/[.!?]$/)
  })

  it.each([
    [{ identityState: 'off' }, 'turn_on_identity', { kind: 'instance', id: 'i-1' }],
    [{ identityState: 'enabling' }, 'wait', { kind: 'seconds', id: '5' }],
    [{ identityState: 'disabling' }, 'wait', { kind: 'seconds', id: '5' }],
    [
      { principal: { id: 'p-1', state: 'suspended', userAssigned: null } },
      'resume_principal',
      { kind: 'principal', id: 'p-1' },
    ],
    [{ hasSelector: true }, 'use_assigned_identity', null],
  ] as const)('of an identity that is not found depends on its state: %o is mended by %s', (state, code, target) => {
    for (const refusal of ['identity_not_found', 'client_disabled', 'client_unknown'] as const) {
      expect(fixOf(refusal, { ...whole, ...state })).toMatchObject({ code, target })
    }
  })

  it('leads to an agent that is there and to enrolment where there is none', () => {
    expect(fixOf('agent_offline', whole).code).toBe('start_agent')
    const bare = { ...whole, instance: { ...whole.instance, hasAgent: false } }
    expect(fixOf('agent_offline', bare)).toMatchObject({
      code: 'enroll_agent',
      target: { kind: 'instance', id: 'i-1' },
    })
  })

  it('of a certificate that is refused is a rotation of its principal', () => {
    for (const code of ['credential_expired', 'credential_revoked', 'assertion_key_unknown'] as const) {
      expect(fixOf(code, whole)).toMatchObject({ code: 'rotate_credential', target: { kind: 'principal', id: 'p-1' } })
    }
  })

  it('never points at a principal that is not there', () => {
    for (const code of ErrorCode.options) {
      const { target } = fixOf(code, { ...whole, principal: null })
      expect(target?.kind).not.toBe('principal')
    }
  })
})

describe('the cause of a failed test', () => {
  it('says what state the identity is in rather than repeating the refusal', () => {
    expect(causeOf('identity_not_found', 'Identity not found', { ...whole, identityState: 'off' })).toBe(
      'The managed identity of web-01 is off.',
    )
    const paused = { ...whole, principal: { id: 'p-1', state: 'suspended', userAssigned: null } } as const
    expect(causeOf('identity_not_found', 'Identity not found', paused)).toBe(
      'The managed identity of web-01 is paused.',
    )
  })

  it('is what the failed step said in all other cases', () => {
    expect(causeOf('resource_unknown', 'AADSTS500011: x', whole)).toBe('AADSTS500011: x')
  })
})
