import { RotationPolicy } from '@signet/shared/api/rotation-policies'
import { expect, test } from 'vitest'
import { overlapIsCut, policyFaults } from './policy-faults.ts'

const policy = RotationPolicy.parse({
  lifetimeSeconds: 90 * 86_400,
  rotateAt: 0.5,
  overlapSeconds: 86_400,
  keyAlgorithm: 'rsa2048',
})

test('takes a lifetime of one minute and refuses less', () => {
  expect(policyFaults({ ...policy, lifetimeSeconds: 60, overlapSeconds: 10 })).toEqual({})
  expect(Object.keys(policyFaults({ ...policy, lifetimeSeconds: 59 }))).toEqual(['lifetimeSeconds'])
})

test('names every field that is wrong', () => {
  const faults = policyFaults({ ...policy, lifetimeSeconds: Number.NaN, rotateAt: 0.95, overlapSeconds: -1 })
  expect(Object.keys(faults).toSorted()).toEqual(['lifetimeSeconds', 'overlapSeconds', 'rotateAt'])
})

test('notices an overlap that the end of the old certificate cuts short', () => {
  expect(overlapIsCut(policy)).toBe(false)
  expect(overlapIsCut({ ...policy, lifetimeSeconds: 60 })).toBe(true)
})
