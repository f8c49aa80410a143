import { expect, test } from 'vitest'
import { changesOf, nameWords } from './changes.ts'

test('puts what changed first and keeps what did not', () => {
  const before = { overlapSeconds: 60, lifetimeSeconds: 90, reason: null }
  const after = { overlapSeconds: 60, lifetimeSeconds: 30, keyAlgorithm: 'p256' }
  expect(changesOf(before, after)).toEqual([
    { name: 'lifetimeSeconds', before: '90', after: '30' },
    { name: 'keyAlgorithm', before: null, after: 'p256' },
    { name: 'overlapSeconds', before: '60', after: '60' },
    { name: 'reason', before: null, after: null },
  ])
})

test('shows nothing when nothing was recorded', () => {
  expect(changesOf(null, null)).toEqual([])
})

test('names values as people write them', () => {
  expect(['state', 'principalId', 'notAfter'].map(nameWords)).toEqual(['State', 'Principal ID', 'Not after'])
})
