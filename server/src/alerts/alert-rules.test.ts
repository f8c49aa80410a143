import { describe, expect, it } from 'vitest'
import { endOf, troubleOf } from './alert-rules.ts'

const target = { kind: 'rollout', id: 'r-1', label: 'Everything' }

describe('an act', () => {
  it('that halts a rollout is told of, with the page where it goes on', () => {
    const trouble = troubleOf({ action: 'rollout.halted', target, reason: '3 of 10 have failed.' })
    expect(trouble).toMatchObject({
      ...{ kind: 'rollout_halted', severity: 'critical', subject: target, reason: '3 of 10 have failed.' },
      fix: { path: '/rotations/rollouts/r-1' },
    })
  })

  it('that overrides a window is told of, with the policy that leaves too little time', () => {
    const identity = { kind: 'identity', id: 'p-1', label: 'web-01' }
    const trouble = troubleOf({ action: 'rotation.window_overridden', target: identity, after: { policyId: 'x-1' } })
    expect(trouble).toMatchObject({
      ...{ kind: 'window_overridden', severity: 'notice', subject: identity },
      fix: { path: '/settings/policies/x-1' },
    })
  })

  it('of a rotation that failed says why, and not twice that it failed, which its kind says', () => {
    const identity = { kind: 'identity', id: 'i-1', label: 'web-01' }
    const told = (reason?: string) =>
      troubleOf({ action: 'rotation.failed', target: identity, ...(reason && { reason }) })
    expect(told('The agent did not pick it up within 24 hours.')?.reason).toBe(
      'The agent did not pick it up within 24 hours. The certificate in use is untouched.',
    )
    expect(told()?.reason).toBe('The certificate in use is untouched.')
  })

  it.each(['resumed', 'cancelled', 'rollback_started', 'completed'])('by which a rollout is %s ends that', (step) => {
    expect(endOf({ action: `rollout.${step}`, target })).toEqual({ kind: 'rollout_halted', subject: target })
  })

  it('of another kind, or on nothing, says nothing', () => {
    expect(troubleOf({ action: 'rotation.requested', target })).toBeUndefined()
    expect(troubleOf({ action: 'rotation.failed' })).toBeUndefined()
    expect(endOf({ action: 'rollout.halted', target })).toBeUndefined()
  })
})
