import type { AuditEvent } from '@signet/shared/api/audit'
import { InstanceDetail } from '@signet/shared/api/resources'
import { RotationPolicy } from '@signet/shared/api/rotation-policies'
import { AuditAction } from '@signet/shared/vocabulary/audit-events'
import { describe, expect, test } from 'vitest'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { policyStanding, type Revert, revertOf, standingOf, tagChange } from './revert.ts'
import { revertLabels, revertSentence } from './revert-words.ts'
import { exampleEvent, exampleIds } from './testing/examples.ts'

const { instanceId, principalId, otherId } = exampleIds
const policy = RotationPolicy.parse({
  lifetimeSeconds: 7_776_000,
  rotateAt: 0.5,
  overlapSeconds: 86_400,
  keyAlgorithm: 'rsa2048',
})
const stored = (version: number, more = {}) => ({ ...policy, version, updatedAt: 1, ...more })

/** Every action that can be taken back, with the values it is recorded with, and what takes it back. */
const revertible: Partial<Record<AuditAction, [Partial<AuditEvent>, Partial<Revert>]>> = {
  'identity.turned_on': [{ after: { identityState: 'enabling', principalId } }, { kind: 'turn-off', principalId }],
  'identity.restored': [{ after: { identityState: 'enabling', principalId } }, { kind: 'turn-off', principalId }],
  'identity.turned_off': [
    { before: { identityState: 'on', principalId }, after: { identityState: 'disabling' } },
    { kind: 'restore', principalId },
  ],
  'identity.paused': [{ after: { principalId, state: 'suspended' } }, { kind: 'resume', principalId }],
  'identity.resumed': [{ after: { principalId, state: 'enabled' } }, { kind: 'pause', principalId }],
  'instance.tagged': [
    { before: { tags: { env: 'dev', team: 'a' } }, after: { tags: { env: 'prod', team: 'a', tier: '1' } } },
    { kind: 'tags', before: { env: 'dev', team: 'a' }, after: { env: 'prod', team: 'a', tier: '1' } },
  ],
  'rotation.policy_changed': [
    { target: { kind: 'policy', id: 'p', label: 'default' }, before: stored(3), after: stored(4, { rotateAt: 0.6 }) },
    { kind: 'policy', policyId: 'p' },
  ],
}

const full = { before: { principalId, tags: {}, ...stored(1) }, after: { principalId, tags: {}, ...stored(2) } }

describe('the act that takes an event back', () => {
  test.each(AuditAction.options)('of %s is what the table says, or none', (action) => {
    const [values, expected] = revertible[action] ?? [full, undefined]
    const found = revertOf(exampleEvent({ action, ...values }))
    if (expected === undefined) expect(found).toBeUndefined()
    else expect(found).toMatchObject({ ...expected, ...(expected.kind !== 'policy' && { instanceId }) })
  })

  test.each(AuditAction.options)('of %s is none when it did not succeed, or its values are not there', (action) => {
    const [values] = revertible[action] ?? [full]
    expect(revertOf(exampleEvent({ action, ...values, outcome: 'refused' }))).toBeUndefined()
    expect(revertOf(exampleEvent({ action, ...values, outcome: 'failed' }))).toBeUndefined()
    expect(revertOf(exampleEvent({ action, before: null, after: null }))).toBeUndefined()
    expect(revertOf(exampleEvent({ action, target: null, before: {}, after: {} }))).toBeUndefined()
  })

  test.each(Object.entries(revertible))('of %s is said in a sentence and on a button', (action, [values]) => {
    const event = exampleEvent({ action: AuditAction.parse(action), ...values })
    const revert = revertOf(event)
    expect(revert).toBeDefined()
    if (revert === undefined) return
    expect(revertLabels[revert.kind]).toMatch(/^[A-Z]/)
    expect(revertSentence(revert, event)).toMatch(/web-01|rotation policy/)
  })
})

describe('tags that are put back', () => {
  test('are those that the event changed, and no others', () => {
    expect(tagChange({ env: 'dev', team: 'a', old: 'x' }, { env: 'prod', team: 'a', tier: '1' })).toEqual({
      set: { env: 'dev', old: 'x' },
      unset: ['tier'],
    })
    const revert = { kind: 'tags', instanceId, before: { env: 'dev' }, after: { env: 'prod', tier: '1' } } as const
    const standing = (tags: Record<string, string>) => standingOf(revert, { ...exampleInstance, tags })
    expect(standing({ env: 'prod', tier: '1', team: 'a' })).toEqual({ obstacle: undefined, differences: [] })
    expect(standing({ env: 'test' })).toMatchObject({
      obstacle: undefined,
      differences: [
        { name: 'Tag env', before: 'prod', after: 'test' },
        { name: 'Tag tier', before: '1', after: 'none' },
      ],
    })
    expect(standing({ env: 'dev', team: 'b' }).obstacle).toMatch(/back already/)
  })
})

describe('an identity as it stands now', () => {
  const on = exampleInstance
  const paused = InstanceDetail.parse({ ...on, health: { state: 'paused', reason: '', fix: null } })
  const other = InstanceDetail.parse({ ...on, identity: { principalId: otherId, clientId: otherId } })
  const off = InstanceDetail.parse({ ...on, identityState: 'off', identity: null })
  const gone = InstanceDetail.parse({ ...on, identityState: 'disabling' })
  const back = InstanceDetail.parse({ ...off, restorable: { principalId, until: 9 } })

  test.each([
    ['turn-off', on, undefined],
    ['turn-off', paused, undefined],
    ['turn-off', off, /off by now/],
    ['turn-off', gone, /being turned off/],
    ['turn-off', other, /another principal/],
    ['pause', on, undefined],
    ['pause', paused, /paused already/],
    ['pause', off, /off by now/],
    ['pause', other, /another principal/],
    ['resume', paused, undefined],
    ['resume', on, /not paused/],
    ['resume', other, /another principal/],
    ['restore', back, undefined],
    ['restore', off, /cannot be restored/],
    ['restore', on, /on again/],
    ['restore', other, /cannot be restored/],
  ] as const)('%s: possible or not, and why (%#)', (kind, instance, obstacle) => {
    const standing = standingOf({ kind, instanceId, principalId }, instance)
    if (obstacle === undefined) expect(standing.obstacle).toBeUndefined()
    else expect(standing.obstacle).toMatch(obstacle)
    expect(standing.differences).toEqual(
      instance === other ? [{ name: 'Principal ID', before: principalId, after: otherId }] : [],
    )
  })
})

test('a policy that was changed again says what is different now', () => {
  const revert = { before: policy, after: { ...policy, rotateAt: 0.6 } }
  expect(policyStanding(revert, revert.after)).toEqual({ obstacle: undefined, differences: [] })
  expect(policyStanding(revert, { ...policy, rotateAt: 0.7 })).toMatchObject({
    differences: [{ name: 'Rotate at', before: '60 %', after: '70 %' }],
  })
  expect(policyStanding(revert, policy).obstacle).toMatch(/in force already/)
})
