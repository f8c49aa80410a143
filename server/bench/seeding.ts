import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { dayMs, hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { Database as Sqlite } from 'better-sqlite3'
import { systemClock } from '../src/platform/clock.ts'
import { issueSelfSigned } from '../src/platform/crypto/certificate.ts'
import { generatePrivateKey } from '../src/platform/crypto/key-pair.ts'
import { openSqlite } from '../src/platform/database/sqlite.ts'
import { SequentialIds } from '../src/platform/identifiers.ts'
import { openServer } from './open-server.ts'
import { auditEventRow, credentialRow, principalRow, RowInserts, type Stamps } from './rows.ts'

interface Size {
  readonly instances: number
  readonly auditEvents: number
}

/**
 * Fills a new data folder with instances, each with what its state needs: principal, agent, slot, certificate, rotation.
 * Only rows: no certificate is real, no agent will come.
 */
export async function seed(dataDir: string, size: Size): Promise<void> {
  const first = await openServer({ SIGNET_DATA_DIR: dataDir })
  await first.lifecycle.stop()
  const certificate = await issueSelfSigned({
    commonName: 'seeded',
    privateKey: await generatePrivateKey('p256'),
    notBefore: systemClock.now(),
    notAfter: systemClock.now() + 90 * dayMs,
  })
  const db = openSqlite(join(dataDir, 'signet.db'))
  db.pragma('synchronous = OFF')
  first.server.database.rows.keepOn(db)
  const seeder = new Seeder(db, certificate, size)
  for (let start = 0; start < size.instances; start += portion) {
    seeder.instances(start, Math.min(portion, size.instances - start))
  }
  for (let start = 0; start < size.auditEvents; start += portion) {
    seeder.auditEvents(start, Math.min(portion, size.auditEvents - start))
  }
  seeder.announce()
  db.close()
  const { server, lifecycle } = await openServer({ SIGNET_DATA_DIR: dataDir })
  await server.list.settle()
  await lifecycle.stop()
}

const portion = 5_000
const roles = ['web', 'api', 'db', 'worker', 'cache', 'gateway', 'batch', 'payments', 'search', 'mail'] as const
const regions = ['eu-west', 'eu-north', 'us-east', 'us-west', 'ap-south'] as const
const kinds = ['vm', 'vm', 'vm', 'app', 'function', 'container', 'host'] as const
const provider = 'Microsoft.Compute/virtualMachines'
const actions = [
  'identity.turned_on',
  'credential.activated',
  'rotation.completed',
  'token.tested',
  'session.started',
] as const

class Seeder {
  readonly #db: Sqlite
  readonly #rows: RowInserts
  readonly #certificate: Buffer
  readonly #size: Size
  readonly #instanceIds: string[] = []
  readonly #now = systemClock.now()
  readonly #ids = new SequentialIds(systemClock)
  readonly #tenantId: string
  readonly #subscriptionId: string
  readonly #groupId: string
  readonly #policyId: string
  readonly #caId: string

  constructor(db: Sqlite, certificate: Buffer, size: Size) {
    this.#db = db
    this.#rows = new RowInserts(db)
    this.#certificate = certificate
    this.#size = size
    const only = (table: string, column: string, where = '1') =>
      String(db.prepare(`SELECT ${column} FROM ${table} WHERE ${where} LIMIT 1`).pluck().get())
    this.#tenantId = only('tenants', 'id')
    this.#subscriptionId = only('subscriptions', 'id')
    this.#groupId = only('resource_groups', 'id')
    this.#policyId = only('rotation_policies', 'id')
    this.#caId = only('certificate_authorities', 'id', "scope = 'credentials'")
  }

  instances(from: number, count: number): void {
    this.#db.transaction(() => {
      for (let index = from; index < from + count; index += 1) this.#instance(index)
    })()
  }

  /** One a second until now, on the instances there are. Their IDs tell the same times, since lists are cut by them. */
  auditEvents(from: number, count: number): void {
    const timeOf = (index: number) => this.#now - (this.#size.auditEvents - index) * secondMs
    let at = timeOf(from)
    const ids = new SequentialIds({ ...systemClock, now: () => at })
    this.#db.transaction(() => {
      for (let index = from; index < from + count; index += 1) {
        at = timeOf(index)
        const target = Math.floor(Math.random() * this.#instanceIds.length)
        const targetId = this.#instanceIds[target]
        this.#rows.into(
          'audit_events',
          auditEventRow({
            ...{ id: ids.next(), tenant_id: this.#tenantId, at, action: actions[index % actions.length] ?? '' },
            ...{ actor_kind: index % 4 === 0 ? 'operator' : 'system', actor_label: 'seeded' },
            ...{ target_id: targetId ?? null, target_label: targetId === undefined ? null : nameOf(target) },
            ...{ outcome: index % 50 === 0 ? 'refused' : 'ok', correlation_id: randomUUID() },
          }),
        )
      }
    })()
  }

  /** One change that concerns every instance, so that the list takes them in. */
  announce(): void {
    this.#rows.into('change_events', { kind: 'policy', entity_id: this.#policyId, at: this.#now })
  }

  #instance(index: number): void {
    const id = randomUUID()
    this.#instanceIds.push(id)
    const name = nameOf(index)
    const kind = kinds[index % kinds.length] ?? 'vm'
    const armId = `/subscriptions/${this.#subscriptionId}/resourceGroups/default/providers/${provider}/${name}`
    const createdAt = this.#now - Math.floor(Math.random() * 400) * dayMs
    const stamps: Stamps = { tenant_id: this.#tenantId, version: 1, created_at: createdAt, updated_at: createdAt }
    const dice = spread(index, 1_000)
    const state = dice < 300 ? 'off' : dice < 325 ? 'enabling' : 'on'
    const agentId = state === 'off' && index % 2 === 0 ? null : this.#agent(index, stamps)
    const principalId = state === 'off' ? null : this.#principal({ id, name, armId, stamps })
    this.#rows.into('service_instances', {
      ...{ id, subscription_id: this.#subscriptionId, resource_group_id: this.#groupId, kind, name, ...stamps },
      ...{ name_key: name, arm_id: armId, arm_id_key: armId.toLowerCase(), identity_state: state },
      ...{ system_principal_id: principalId, agent_id: agentId, deleted_at: null },
    })
    if (state === 'on' && agentId !== null && principalId !== null)
      this.#credential(index, { agentId, principalId, stamps })
    this.#rows.into('resource_tags', {
      resource_id: id,
      tag_key: 'env',
      tag_value: index % 3 === 0 ? 'prod' : 'test',
      tenant_id: this.#tenantId,
    })
  }

  #agent(index: number, stamps: Stamps): string {
    const id = randomUUID()
    this.#rows.into('agents', {
      ...{
        id,
        name: nameOf(index),
        state: 'active',
        platform: 'linux x64',
        agent_version: `1.${index % 5}.${index % 3}`,
      },
      ...{
        generation: 1,
        cert_x5t_s256: thumbprint(),
        cert_not_after: this.#now + dayMs,
        renew_after: this.#now + hourMs,
      },
      ...{ renew_jitter: 0, new_x5t_s256: null, new_not_after: null, renew_request_id: null, new_spki_s256: null },
      ...{
        new_cert_der: null,
        endpoints: null,
        last_seen_at: this.#now - (index % 600) * minuteMs,
        revoked_at: null,
        ...stamps,
      },
    })
    return id
  }

  #principal({ id, name, armId, stamps }: { id: string; name: string; armId: string; stamps: Stamps }): string {
    const objectId = randomUUID()
    const names = { object_id: objectId, client_id: randomUUID(), display_name: name, arm_id: armId }
    this.#rows.into('principals', principalRow({ ...names, owner_instance_id: id, ...stamps }))
    return objectId
  }

  #credential(index: number, of: { agentId: string; principalId: string; stamps: Stamps }): void {
    const { agentId, principalId, stamps } = of
    const slotId = randomUUID()
    const credentialId = this.#ids.next()
    const runId = this.#ids.next()
    // One in 500 has expired, a tenth is in the last fifth of its validity.
    const age = index % 500 === 6 ? 91 : (index * 7) % 89
    const notBefore = this.#now - age * dayMs
    const dueAt = this.#now + dayMs + spread(index, 60 * 24) * hourMs
    this.#rows.into('credential_slots', {
      ...{
        id: slotId,
        principal_id: principalId,
        principal_name: nameOf(index),
        agent_id: agentId,
        holder: 'agent',
        state: 'open',
      },
      ...{ group_id: this.#groupId, instance_kind: 'host', active_credential_id: credentialId },
      ...{
        prepared_credential_id: null,
        jitter: 0,
        first_cycle: 0,
        due_after: dueAt,
        rotate_after: dueAt,
        failures: 0,
      },
      ...stamps,
    })
    this.#rows.into(
      'credentials',
      credentialRow({
        ...{ id: credentialId, slot_id: slotId, principal_id: principalId, serial: randomBytes(16).toString('hex') },
        ...{ x5t: randomBytes(20).toString('base64url'), x5t_s256: thumbprint(), spki_s256: thumbprint() },
        ...{ cert_der: this.#certificate, ca_id: this.#caId, not_before: notBefore, not_after: notBefore + 90 * dayMs },
        ...{ run_id: runId, activated_at: notBefore, first_used_at: notBefore, last_used_at: this.#now, ...stamps },
      }),
    )
    const run = {
      slot_id: slotId,
      principal_id: principalId,
      principal_name: nameOf(index),
      trigger: 'schedule',
      ...{ actor_kind: 'system', actor_id: null, actor_label: 'scheduler', lane: 50, attempt: 1, fence: 1 },
      ...{ lease_owner: null, error_code: null, error_detail: null, ...stamps },
    } as const
    this.#rows.into('rotation_runs', {
      ...{ ...run, id: runId, state: 'completed', due_at: notBefore, from_credential_id: null },
      ...{ to_credential_id: credentialId, prepared_at: notBefore, activated_at: notBefore, finished_at: notBefore },
    })
    // One in forty waits for its agent, for longer than anybody looks.
    if (index % 40 !== 3) return
    this.#rows.into('rotation_runs', {
      ...{ ...run, id: this.#ids.next(), state: 'requested', due_at: this.#now + dayMs, created_at: this.#now },
      ...{ from_credential_id: credentialId, to_credential_id: null, prepared_at: null, activated_at: null },
      finished_at: null,
    })
  }
}

export function nameOf(index: number): string {
  const role = roles[index % roles.length]
  const region = regions[Math.floor(index / roles.length) % regions.length]
  return `${role}-${region}-${String(index).padStart(6, '0')}`
}

/** Evenly over 0 to `among` - 1, without regard to names and kinds, which go by the rest of `index`; the same each time. */
function spread(index: number, among: number): number {
  const share = ((index * 2_654_435_761) >>> 0) / 2 ** 32
  return Math.floor(share * among)
}

function thumbprint(): string {
  return randomBytes(32).toString('base64url')
}
