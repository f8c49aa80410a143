import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Insertable } from 'kysely'
import type { Schema } from '../../src/platform/database/schema.ts'
import { openSqlite } from '../../src/platform/database/sqlite.ts'
import type { Stack } from '../../test/stack.ts'
import { credentialRow, principalRow, RowInserts } from '../rows.ts'

/** A slot as a simulation wants it; times are epoch milliseconds of its clock. */
export interface SeededSlot {
  readonly tenantId?: string
  readonly jitter: number
  readonly rotateAfter: number
  /** Validity of the certificate it holds. */
  readonly notBefore: number
  readonly notAfter: number
}

/**
 * Slots with a principal and a certificate each, all on one agent. Only rows: no certificate is real, its key is nobody's.
 *
 * @returns the agent, and the IDs of the slots in the order given
 */
export function seedSlots(stack: Stack, slots: Iterable<SeededSlot>): { agentId: string; slotIds: string[] } {
  const db = openSqlite(join(stack.dataDir, 'signet.db'))
  db.pragma('synchronous = OFF')
  stack.database.rows.keepOn(db)
  // Simulated certificates begin anew in their rows; real ones never change, which this would refuse.
  db.exec('DROP TRIGGER IF EXISTS credentials_origin_no_update')
  db.pragma('cache_size = -262144')
  const rows = new RowInserts(db)
  const caId = String(db.prepare("SELECT id FROM certificate_authorities WHERE scope = 'credentials'").pluck().get())
  const agentId = randomUUID()
  const slotIds: string[] = []
  const seeding = db.transaction(() => {
    rows.into('agents', agentRow(agentId, stack.tenantId, stack.clock.now()))
    for (const slot of slots) {
      const ids = { slotId: randomUUID(), principalId: randomUUID(), credentialId: randomUUID() }
      slotIds.push(ids.slotId)
      const { notBefore, notAfter, jitter, rotateAfter, tenantId = stack.tenantId } = slot
      const stamps = { tenant_id: tenantId, version: 1, created_at: notBefore, updated_at: notBefore }
      const name = `slot-${slotIds.length}`
      const principal = { object_id: ids.principalId, client_id: randomUUID(), display_name: name }
      rows.into('principals', principalRow({ ...principal, owner_instance_id: null, arm_id: null, ...stamps }))
      rows.into('credential_slots', {
        ...{ id: ids.slotId, principal_id: ids.principalId, principal_name: name, agent_id: agentId, holder: 'agent' },
        ...{ state: 'open', group_id: null, instance_kind: null, active_credential_id: ids.credentialId },
        ...{ prepared_credential_id: null, first_cycle: 0, due_after: rotateAfter },
        ...{ jitter, rotate_after: rotateAfter, failures: 0, ...stamps },
      })
      rows.into(
        'credentials',
        credentialRow({
          ...{ id: ids.credentialId, slot_id: ids.slotId, principal_id: ids.principalId, ca_id: caId },
          ...{ serial: randomUUID(), x5t: randomUUID(), x5t_s256: thumbprint(), spki_s256: thumbprint() },
          ...{ cert_der: noCertificate, not_before: notBefore, not_after: notAfter, run_id: randomUUID(), ...stamps },
          ...{ activated_at: notBefore, first_used_at: null, last_used_at: null },
        }),
      )
    }
  })
  seeding()
  db.close()
  return { agentId, slotIds }
}

const noCertificate = Buffer.from('no certificate')

function thumbprint(): string {
  return randomBytes(32).toString('base64url')
}

function agentRow(id: string, tenantId: string, now: number): Insertable<Schema['agents']> {
  return {
    ...{ id, tenant_id: tenantId, name: 'fleet', platform: 'linux x64', agent_version: '0.1.0' },
    state: 'active',
    ...{ generation: 1, cert_x5t_s256: thumbprint(), cert_not_after: now, renew_after: now, renew_jitter: 0 },
    ...{ new_x5t_s256: null, new_not_after: null, renew_request_id: null, new_spki_s256: null, new_cert_der: null },
    ...{ endpoints: null, last_seen_at: now, revoked_at: null, version: 1, created_at: now, updated_at: now },
  }
}
