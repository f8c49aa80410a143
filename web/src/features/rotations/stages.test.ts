import type { RotationDetail } from '@signet/shared/api/rotation'
import { expect, test } from 'vitest'
import { stagesOf } from './stages.ts'
import { exampleAt as at, exampleCredential, exampleRun as run } from './testing/examples.ts'

const statuses = (summary: RotationDetail) => stagesOf(summary).map((stage) => stage.status)

test('waits for the first use and then for the retirement of the old certificate', () => {
  expect(statuses(run({}))).toEqual(['done', 'done', 'done', 'done', 'done', 'done', 'waiting', 'later'])
})

test('does not call the old certificate retired while the overlap runs', () => {
  expect(stagesOf(run({})).at(-1)).toMatchObject({ name: 'Old certificate retired', at: null })
  expect(stagesOf(run({ state: 'completed', finishedAt: at + 9 })).at(-1)).toMatchObject({ at: at + 9, status: 'done' })
})

test('expects nothing more of a failed rotation', () => {
  expect(statuses(run({ state: 'failed', to: null, preparedAt: null, activatedAt: null }))).toEqual([
    'done',
    ...Array.from({ length: 7 }, () => 'never'),
  ])
})

test('has no old certificate to retire when the first one is issued', () => {
  expect(stagesOf(run({ from: null })).map((stage) => stage.name)).not.toContain('Old certificate retired')
})

test('says who took a step and what proves it', () => {
  const step = {
    ...{ id: '01890000-0000-7000-8000-000000000007', attempt: 1, fromState: null, outcome: 'ok' },
    ...{ startedAt: at, endedAt: at, errorCode: null, detail: null },
  }
  const by = (label: string) => ({ kind: 'agent', id: null, label })
  const stages = stagesOf(
    run({
      steps: [
        { ...step, toState: 'requested', actor: by('Ada'), detail: 'drill' },
        { ...step, toState: 'prepared', outcome: 'error', actor: by('nobody') },
        { ...step, toState: 'prepared', actor: by('agent-1') },
      ],
      firstToken: { at, audience: 'vault', uti: 'u-1', correlationId: 'c-1' },
    }),
  )
  expect(stages[0]).toMatchObject({ detail: 'Cause: schedule. Reason: drill' })
  expect(stages[3]).toMatchObject({ by: 'agent-1', proof: [{ name: 'serial number', value: '4f01' }] })
  expect(stages[5]?.by).toBeNull()
  expect(stages[6]?.proof.map(({ value }) => value)).toEqual(['c-1', 'u-1'])
})

test('says which agent picked the certificate up, or that its first use was the only word of it', () => {
  const active = (to: object) => stagesOf(run({ to: { ...exampleCredential, ...to } }))[5]?.detail
  expect(active({})).toBe(
    'agent-1 (agent 1.4.2) says that it holds key and certificate. The old certificate is retiring.',
  )
  expect(active({ acknowledgement: null })).toMatch(/first use/)
})

test('has no time for what happened on the instance, and says so', () => {
  expect(stagesOf(run({}))[1]).toMatchObject({ name: 'Key created', at: null, isUntimed: true, status: 'done' })
})
