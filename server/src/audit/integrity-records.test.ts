import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStack, rowsOf, type Stack, tamper } from '../../test/stack.ts'
import { openSealer } from '../compose.ts'
import { EnvelopeError } from '../platform/crypto/sealing.ts'
import { StartupError } from '../platform/signet-error.ts'
import { CertificateAuthorities } from '../principals/index.ts'

let stack: Stack
beforeEach(async () => {
  stack = await openStack()
})
afterEach(() => stack.close())

describe('a sealed value replaced in the database', () => {
  it.each([
    ['plain text', "x'2d2d2d2d2d424547494e2050524956415445204b45592d2d2d2d2d'", 'it is no envelope'],
    ['nothing', "x''", 'it is no envelope'],
    [
      'the envelope of another row',
      "(SELECT key_enc FROM certificate_authorities WHERE scope = 'root')",
      'it was changed or moved',
    ],
  ])('by %s is not read, and the refusal is on record (SEC-60)', async (_what, value, reason) => {
    const [row] = (await rowsOf(stack, 'certificate_authorities')).filter((one) => one.scope === 'agents')
    await tamper(stack, `UPDATE certificate_authorities SET key_enc = ${value} WHERE scope = 'agents'`)
    await expect(CertificateAuthorities.open({ ...stack, serverNames: [] })).rejects.toThrow(EnvelopeError)
    await stack.refusalsRecorded()
    const [event, ...more] = (await rowsOf(stack, 'audit_events')).filter((one) => one.action === 'integrity.failure')
    expect(more).toEqual([])
    expect(event).toMatchObject({
      outcome: 'failed',
      reason,
      target_kind: 'certificate_authorities',
      target_id: row?.id,
      actor_kind: 'system',
    })
  })

  it('under a purpose key stops the start, and is on record first (SEC-60)', async () => {
    const [key] = await rowsOf(stack, 'data_keys')
    await tamper(stack, `UPDATE data_keys SET wrapped = x'00' WHERE id = '${key?.id}'`)
    await expect(openSealer(stack.database, stack.rootKey, stack.clock)).rejects.toThrow(StartupError)
    const failures = (await rowsOf(stack, 'audit_events')).filter((one) => one.action === 'integrity.failure')
    expect(failures).toMatchObject([
      { outcome: 'failed', target_kind: 'data_keys', target_id: key?.id, reason: 'it is no envelope' },
    ])
  })
})
