import { expect, test } from 'vitest'
import { auditSearch } from './proof-card.tsx'
import { proofText } from './proof-text.ts'
import { exampleAt as at, exampleCredential, exampleRun } from './testing/examples.ts'

test('the proof as text has verdict, stages, both certificates and the first token, in UTC', () => {
  const step = {
    id: '01890000-0000-7000-8000-000000000007',
    attempt: 1,
    fromState: 'prepared',
    toState: 'activated',
    outcome: 'ok',
    actor: { kind: 'agent', id: null, label: 'agent of \u202eweb-01' },
    startedAt: at,
    endedAt: at + 4_900,
    errorCode: null,
    detail: null,
  }
  const run = exampleRun({
    steps: [step],
    to: { ...exampleCredential, firstUsedAt: at + 753_001 },
    firstToken: { at: at + 753_001, audience: 'https://vault.azure.net', uti: 'u'.repeat(22), correlationId: 'c-1' },
  })
  const text = proofText(run, at + 3_600_000)
  for (const part of [
    `Rotation ${run.id} of web-01`,
    'cause: Schedule; asked for by rotation schedule (system)',
    'At no moment without an accepted certificate.',
    'Old until 2030-11-23T09:00:04.900Z, new from 2030-11-22T09:00:00.300Z, overlap 1 d 4 s',
    '2030-11-22T09:00:00.000Z  Due, by rotation schedule',
    '2030-11-22T09:00:04.900Z  Active, by agent of ',
    'Old certificate retired: not yet',
    `SHA-1 ${'AB'.repeat(20)}`,
    `SHA-256 ${'B'.repeat(43)}`,
    'serial 4f01',
    `First token: 2030-11-22T09:12:33.001Z for https://vault.azure.net, uti ${'u'.repeat(22)}, correlation ID c-1`,
    'As seen at 2030-11-22T10:00:00.000Z',
  ]) {
    expect(text).toContain(part)
  }
  expect(text).not.toContain('\u202e')
})

test('the proof of a rotation that failed names the error', () => {
  const failed = { state: 'failed', to: null, preparedAt: null, activatedAt: null, finishedAt: at + 86_400_000 }
  const text = proofText(exampleRun({ ...failed, errorCode: 'agent_offline', errorDetail: 'Not picked up.' }), at)
  expect(text).toContain('Error: Not picked up. (agent_offline)')
  expect(text).toContain('New certificate: none')
  expect(text).toContain('Active: did not happen')
})

test('the audit events of a rotation are those on the identity and both certificates, while it ran', () => {
  const run = exampleRun({ state: 'completed', finishedAt: at + 5_000 })
  expect(auditSearch(run)).toEqual({
    filter: `target:${run.principalId},${run.from?.id},${run.to?.id}`,
    from: '2030-11-22T09:00:00.000Z',
    to: '2030-11-22T09:00:06.000Z',
  })
  expect(auditSearch(exampleRun({ to: null }))).not.toHaveProperty('to')
})
