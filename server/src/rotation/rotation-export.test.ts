import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { contextOf, given, identityEnabling, identityOn, openStack, type Stack } from '../../test/stack.ts'
import { certificateFile } from './certificate-file.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack()
  const web = await identityOn(stack, 'web-01')
  await identityEnabling(stack, '=slow-01')
  stack.clock.advance(1_000)
  await stack.rotation.rollover.rotateNow(contextOf('operator', 'Grace'), web.principalId)
  await web.agent.roll(web.slotId)
})
afterAll(() => stack.close())

async function exported(query: { filter?: string; format: 'csv' | 'ndjson' }): Promise<string> {
  let text = ''
  for await (const chunk of (await stack.rotation.exports.open(contextOf(), query)).chunks) text += chunk
  return text
}

it('an export of rotations has what the filter shows, with both certificates and the overlap', async () => {
  const lines = (await exported({ filter: 'actor:grace', format: 'ndjson' })).trimEnd().split('\n')
  const { items } = await stack.rotation.history.page({ terms: [] }, { limit: 1 })
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      id: items[0]?.id,
      state: 'activated',
      cause: 'manual',
      actor: 'Grace',
      old_thumbprint: items[0]?.from?.thumbprint,
      new_thumbprint: items[0]?.to?.thumbprint,
      new_thumbprint_sha256: items[0]?.to?.x5tS256,
      overlap_seconds: 86_400,
      new_ca_subject: expect.stringContaining('Signet Identity CA'),
      new_delivered: expect.stringMatching(/Z$/),
      new_acknowledged_by: 'agent',
      old_superseded: expect.stringMatching(/Z$/),
      old_retired: null,
      steps: [
        { from: null, to: 'requested', outcome: 'ok', actor: 'Grace', seconds: 0, error_code: null },
        { from: 'requested', to: 'prepared', actor: 'agent' },
        { from: 'prepared', to: 'activated', actor: 'agent' },
      ],
      requested: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    },
  ])
})

it('an export of rotations is quoted and audited', async () => {
  const rows = (await exported({ format: 'csv' })).trimEnd().split('\r\n')
  expect(rows).toHaveLength(4)
  expect(rows.some((row) => row.includes(",'=slow-01,"))).toBe(true)
  const { items } = await stack.audit.page({ terms: [] }, { limit: 1 })
  expect(items[0]).toMatchObject({ action: 'rotations.exported', after: { filter: '', format: 'csv' } })
  await expect(exported({ filter: 'nothing:x', format: 'csv' })).rejects.toMatchObject({ code: 'invalid_request' })
})

it('an open rotation says what it waits for, a finished one does not', async () => {
  const { items } = await stack.rotation.history.page({ terms: [] }, { limit: 10 })
  const slow = items.find((run) => run.principalName === '=slow-01')
  expect(slow?.waiting).toMatchObject({
    givesUpAt: (slow?.requestedAt ?? 0) + 86_400_000,
    failures: 0,
    agent: { connected: false },
    policy: 'Default',
  })
  expect(items.find((run) => run.actor.label === 'Grace')?.waiting).toMatchObject({ givesUpAt: null })
  expect(items.find((run) => run.state === 'completed')?.waiting).toBeNull()
})

it('each certificate names the rotation that brought it, and is there as a PEM file of its own name', async () => {
  const { items } = await stack.rotation.history.page({ terms: [] }, { limit: 10 })
  const run = given(items.find(({ actor }) => actor.label === 'Grace'))
  const held = await stack.rotation.evidence.ofPrincipal(run.principalId)
  expect(held).toMatchObject([{ run: { id: run.id }, cause: 'manual', actor: { label: 'Grace' } }, { cause: 'enable' }])
  const credential = given(held[0])
  const wanted = { principalId: run.principalId, credentialId: credential.id }
  const file = await certificateFile(stack.registry, wanted)
  expect(file.fileName).toBe(`certificate-${credential.thumbprint.toLowerCase()}.pem`)
  let pem = ''
  for await (const chunk of file.chunks) pem += chunk
  expect(new X509Certificate(pem).fingerprint.replaceAll(':', '')).toBe(credential.thumbprint)
  const other = given(items.find(({ principalName }) => principalName === '=slow-01')).principalId
  await expect(certificateFile(stack.registry, { ...wanted, principalId: other })).rejects.toMatchObject({
    code: 'not_found',
  })
})

it('one rotation shows the first token of its certificate, once there is one', async () => {
  const { items } = await stack.rotation.history.page({ terms: [] }, { limit: 10 })
  const run = given(items.find(({ actor }) => actor.label === 'Grace'))
  expect((await stack.rotation.history.show(run.id)).firstToken).toBeNull()
  const to = given(run.to)
  const token = { at: stack.clock.now(), audience: 'vault', uti: 'u', correlationId: 'c' }
  stack.firstTokens.set(to.x5tS256, token)
  await stack.registry.recordUses(new Map([[to.id, stack.clock.now()]]))
  expect((await stack.rotation.history.show(run.id)).firstToken).toEqual(token)
})
