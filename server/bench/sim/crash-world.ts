import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RotationPolicy } from '@signet/shared/api/rotation-policies'
import { AgentId, ObjectId, SlotId, TenantId } from '@signet/shared/vocabulary/identifiers'
import { AuditLog } from '../../src/audit/index.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { ClockWatch } from '../../src/platform/clock-watch.ts'
import { FileRootKey } from '../../src/platform/crypto/root-key/file-root-key.ts'
import { Database, sqlOf } from '../../src/platform/database/database.ts'
import { Cursors } from '../../src/platform/database/paging.ts'
import { Sealer } from '../../src/platform/database/sealer.ts'
import { deploymentSettings } from '../../src/platform/database/settings-store.ts'
import { newGuid } from '../../src/platform/identifiers.ts'
import { createLogger } from '../../src/platform/log.ts'
import { type RequestContext, systemContext } from '../../src/platform/request-context.ts'
import { loopbackNames } from '../../src/platform/service-names.ts'
import { CertificateAuthorities, PrincipalRegistry } from '../../src/principals/index.ts'
import { openRotation } from '../../src/rotation/index.ts'
import { RotationStore } from '../../src/rotation/rotation-store.ts'
import { noNeighbours, noSelection } from '../../test/absent-neighbours.ts'

export interface WorldSlot {
  readonly slotId: SlotId
  readonly principalId: ObjectId
  readonly agentId: AgentId
}

/** Short lives, so that a minute sees many rollovers; none so short that one expires where others use the machine too. */
const policy: RotationPolicy = {
  ...{ lifetimeSeconds: 21_600, rotateAt: 0.2, overlapSeconds: 30, keyAlgorithm: 'p256', jitter: 0.2 },
  ...{ windows: [], blackouts: [], perDayLimit: null },
}

export const databaseFile = (folder: string) => join(folder, 'data', 'signet.db')

export type CrashWorld = Awaited<ReturnType<typeof openCrashWorld>>

/**
 * Rotation as `compose.ts` builds it, on one file that other processes have open too.
 *
 * @param faulty gets database and audit log before anything else does, to make them fail
 */
export async function openCrashWorld(
  folder: string,
  clock: Clock,
  faulty: (parts: { database: Database; audit: AuditLog }) => void = () => undefined,
) {
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const database = Database.open(dataDir, clock)
  const root = new FileRootKey({ file: join(folder, 'keys', 'root.key'), dataDir })
  const sealer = await Sealer.open(database, root, ['signing', 'ca', 'paging', 'backup', 'anchor', 'integrity'], clock)
  const cursors = new Cursors(sealer.keyOf('paging'))
  const tenantId = TenantId.parse((await deploymentSettings(database, clock)).tenantId)
  const audit = new AuditLog({ database, cursors, clock, tenantId })
  faulty({ database, audit })
  const steadiness = new ClockWatch(clock)
  const base = { database, cursors, sealer, audit, clock, steadiness, log: createLogger('silent'), tenantId }
  const registry = new PrincipalRegistry(base)
  const authorities = await CertificateAuthorities.open({ ...base, serverNames: loopbackNames })
  const settings = { rotationRate: 10_000, historyDays: 400, selection: noSelection }
  const rotation = await openRotation({ ...base, ...settings, registry, authorities, neighbours: noNeighbours })
  return { ...base, registry, rotation, store: new RotationStore(database) }
}

export function agentContext({ agentId }: WorldSlot): RequestContext {
  return { ...systemContext('agent', newGuid()), actor: { kind: 'agent', id: agentId, label: 'agent' } }
}

/** Slots that wait for their first credential, each of a principal and an agent of its own. */
export async function makeSlots(world: CrashWorld, count: number): Promise<void> {
  const context = systemContext('simulation', newGuid())
  const { id } = await world.rotation.policies.current()
  await world.rotation.policies.change(context, id, { policy })
  for (let index = 0; index < count; index += 1) {
    await world.database.transact(async (tx) => {
      const name = `host-${index}`
      const principal = await world.registry.createUser(tx, { name, armId: `/simulation/${name}` })
      const agentId = AgentId.parse(newGuid())
      const now = world.clock.now()
      const stamps = { version: 1, created_at: now, updated_at: now }
      const certificate = { cert_x5t_s256: newGuid(), cert_not_after: now, renew_after: now, renew_jitter: 0 }
      const next = { new_x5t_s256: null, new_not_after: null, renew_request_id: null, new_spki_s256: null }
      await sqlOf(tx)
        .insertInto('agents')
        .values({
          ...{ id: agentId, tenant_id: world.tenantId, name, state: 'active', platform: 'simulated' },
          ...{ agent_version: '0.1.0', generation: 1, ...certificate, ...next, new_cert_der: null, endpoints: null },
          ...{ acked_generation: null, errors: null, last_seen_at: now, revoked_at: null, ...stamps },
        })
        .execute()
      await world.rotation.rollover.openSlot(tx, context, { principalId: principal.objectId, agentId })
    })
  }
}

export async function slotsOf({ store }: CrashWorld): Promise<WorldSlot[]> {
  return (await store.openSlots({})).map((slot) => ({
    slotId: SlotId.parse(slot.id),
    principalId: ObjectId.parse(slot.principal_id),
    agentId: AgentId.parse(slot.agent_id),
  }))
}
