import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStack, rowsOf, type Stack, tamper } from '../../test/stack.ts'
import { EnvelopeError } from '../platform/crypto/sealing.ts'
import { StartupError } from '../platform/signet-error.ts'
import { CertificateAuthorities } from '../principals/index.ts'
import { openSealer } from '../purpose-keys.ts'
import { requireIntactRows } from './integrity-records.ts'

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

describe('at the start', () => {
  /** With a database tool. */
  function edit(statement: string): void {
    const db = new Sqlite(join(stack.dataDir, 'signet.db'))
    db.exec(statement)
    db.close()
  }

  it('rows that are as they were written are served', async () => {
    await expect(requireIntactRows(stack)).resolves.toBeUndefined()
  })

  it('a row that was changed with a database tool stops it, and is on record (SEC-64, SEC-142)', async () => {
    const [row] = await rowsOf(stack, 'certificate_authorities')
    edit(`UPDATE certificate_authorities SET leaves_until = leaves_until + 1 WHERE id = '${row?.id}'`)
    const refusal = requireIntactRows(stack)
    await expect(refusal).rejects.toThrow(StartupError)
    await expect(refusal).rejects.toThrow(`the row ${row?.id} of certificate_authorities was changed`)
    const failures = (await rowsOf(stack, 'audit_events')).filter((one) => one.action === 'integrity.failure')
    expect(failures.some((one) => one.target_id === row?.id && one.reason?.startsWith('at the start'))).toBe(true)
  })

  it('settings of the deployment that were changed stop it, though nothing can be put on record by then', async () => {
    edit("UPDATE cluster_settings SET value = '' WHERE key = 'deployment'")
    await expect(requireIntactRows(stack)).rejects.toThrow('the row deployment of cluster_settings was changed')
  })
})
