import type { RotationSummary } from '@signet/shared/api/rotation'
import { RotationSummary as Schema } from '@signet/shared/api/rotation'
import { expect, test } from 'vitest'
import { stagesOf } from './stages.ts'

const at = 1_800_000_000_000
const guid = '01890000-0000-7000-8000-000000000001'
const credential = {
  id: guid,
  serial: '4f',
  thumbprint: 'AB',
  x5tS256: 'A'.repeat(43),
  keyAlgorithm: 'rsa2048',
  keyLocation: 'agent',
  state: 'active',
  notBefore: at,
  notAfter: at + 1_000,
  issuedAt: at,
  activatedAt: at,
  usableUntil: null,
  revokedAt: null,
  firstUsedAt: null,
  lastUsedAt: null,
}

function run(changes: Record<string, unknown>): RotationSummary {
  return Schema.parse({
    id: guid,
    principalId: guid,
    principalName: 'web-01',
    instance: null,
    trigger: 'schedule',
    actor: { kind: 'system', id: null, label: 'Signet' },
    state: 'activated',
    from: { ...credential, state: 'retiring' },
    to: credential,
    requestedAt: at,
    preparedAt: at + 300,
    activatedAt: at + 4_900,
    finishedAt: null,
    overlapFrom: at + 300,
    overlapUntil: at + 86_400_000,
    attempts: 1,
    errorCode: null,
    errorDetail: null,
    ...changes,
  })
}

const statuses = (summary: RotationSummary) => stagesOf(summary).map((stage) => stage.status)

test('waits for the first use and then for the retirement of the old certificate', () => {
  expect(statuses(run({}))).toEqual(['done', 'done', 'done', 'waiting', 'later'])
})

test('does not call the old certificate retired while the overlap runs', () => {
  expect(stagesOf(run({})).at(-1)).toMatchObject({ name: 'Old certificate retired', at: null })
  expect(stagesOf(run({ state: 'completed', finishedAt: at + 9 })).at(-1)).toMatchObject({ at: at + 9, status: 'done' })
})

test('expects nothing more of a failed rotation', () => {
  expect(statuses(run({ state: 'failed', to: null, preparedAt: null, activatedAt: null }))).toEqual([
    'done',
    'never',
    'never',
    'never',
    'never',
  ])
})

test('has no old certificate to retire when the first one is issued', () => {
  expect(stagesOf(run({ from: null })).map((stage) => stage.name)).not.toContain('Old certificate retired')
})
