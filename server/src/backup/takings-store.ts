import type { AuditAction } from '@signet/shared/vocabulary/audit-events'
import type { Database as Sqlite } from 'better-sqlite3'
import { z } from 'zod'
import type { Database } from '../platform/database/database.ts'

/** An act that took something away, as far as doing it again needs it; from the audit log (SEC-68, SEC-136). */
export const Taking = z.object({
  id: z.string(),
  at: z.int(),
  action: z.string(),
  targetKind: z.string().nullable(),
  target: z.string(),
  facts: z.record(z.string(), z.unknown()),
})
export type Taking = z.infer<typeof Taking>

interface EventRow {
  readonly id: string
  readonly at: number
  readonly action: string
  readonly target_kind: string | null
  readonly target_id: string | null
  readonly before: string | null
  readonly after: string | null
}

type Again = (db: Sqlite, taking: Taking, now: number) => void

const run = (db: Sqlite, sql: string, ...values: unknown[]) => db.prepare(sql).run(...values)
const text = (taking: Taking, name: string) => String(taking.facts[name] ?? '')

/** Of whom: an act on an instance is on its own identity. */
function principalOf(db: Sqlite, { target, targetKind, facts }: Taking): string {
  if (targetKind !== 'instance') return target
  if (typeof facts['principalId'] === 'string') return facts['principalId']
  const own = db.prepare<[string], string | null>('SELECT system_principal_id FROM service_instances WHERE id = ?')
  return own.pluck().get(target) ?? ''
}

const deletePrincipal: Again = (db, taking, now) => {
  const id = principalOf(db, taking)
  run(
    db,
    `UPDATE principals SET state = 'deleted', deleted_at = ?, purge_at = ?, suspended_at = NULL, suspended_with = NULL, tokens_revoked_at = ?, version = version + 1,
     updated_at = ? WHERE object_id = ? AND state <> 'deleted'`,
    taking.at,
    taking.at + 30 * 86_400_000,
    now,
    now,
    id,
  )
  run(
    db,
    "UPDATE user_identities SET state = 'deleted', deleted_at = ? WHERE id = ? AND state <> 'deleted'",
    taking.at,
    id,
  )
  run(
    db,
    "UPDATE service_instances SET identity_state = 'off', version = version + 1 WHERE system_principal_id = ? AND identity_state <> 'off'",
    id,
  )
  revokeCredentials(db, 'principal_id = ? AND slot_id IS NOT NULL', [id], now)
  closeSlots(db, 'principal_id = ?', [id], now)
}

const suspend =
  (from: string, to: string, shown: string): Again =>
  (db, taking, now) => {
    const id = principalOf(db, taking)
    const sql = `UPDATE principals SET state = ?, suspended_at = ?, suspended_with = NULL, version = version + 1, updated_at = ?
      WHERE object_id = ? AND state = ?`
    if (run(db, sql, to, to === 'suspended' ? taking.at : null, now, id, from).changes > 0)
      run(db, "UPDATE user_identities SET state = ? WHERE id = ? AND state <> 'deleted'", shown, id)
  }

const detach: Again = (db, taking, now) => {
  const instance = text(taking, 'instanceId')
  run(db, 'DELETE FROM identity_assignments WHERE instance_id = ? AND principal_id = ?', instance, taking.target)
  run(
    db,
    'UPDATE user_identities SET instances = (SELECT count(*) FROM identity_assignments WHERE principal_id = user_identities.id) WHERE id = ?',
    taking.target,
  )
  const there =
    'principal_id = ? AND agent_id = (SELECT agent_id FROM service_instances WHERE id = ?) AND NOT EXISTS (SELECT 1 FROM identity_assignments a JOIN service_instances i ON i.id = a.instance_id WHERE a.principal_id = credential_slots.principal_id AND i.agent_id = credential_slots.agent_id)'
  revokeCredentials(db, `slot_id IN (SELECT id FROM credential_slots WHERE ${there})`, [taking.target, instance], now)
  closeSlots(db, there, [taking.target, instance], now)
}

const distrustAgent = (db: Sqlite, agentId: string, state: 'quarantined' | 'revoked', now: number) => {
  run(db, 'UPDATE agents SET state = ?, version = version + 1, updated_at = ? WHERE id = ?', state, now, agentId)
  revokeCredentials(db, 'slot_id IN (SELECT id FROM credential_slots WHERE agent_id = ?)', [agentId], now)
  closeSlots(db, 'agent_id = ?', [agentId], now)
}

const removeTrust: Again = (db, taking) => {
  run(db, 'DELETE FROM federated_credentials WHERE id = ?', text(taking, 'federatedCredentialId'))
}

const disableAudience: Again = (db, taking, now) => {
  run(
    db,
    "UPDATE resource_apps SET state = 'disabled', version = version + 1, updated_at = ? WHERE id = ?",
    now,
    taking.target,
  )
}

/** Every act that takes away, and how it is done again to data that does not know of it. Each may be done twice. */
const again: Partial<Record<AuditAction, Again>> = {
  'identity.turned_off': deletePrincipal,
  'identity.deleted': deletePrincipal,
  'identity.purged': deletePrincipal,
  'application.deleted': deletePrincipal,
  'instance.deleted': (db, taking, now) => {
    deletePrincipal(db, taking, now)
    run(db, 'UPDATE service_instances SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL', taking.at, taking.target)
    run(db, 'DELETE FROM instance_list WHERE id = ?', taking.target)
    for (const id of attachedTo(db, taking.target))
      detach(db, { ...taking, target: id, facts: { instanceId: taking.target } }, now)
  },
  'identity.paused': suspend('enabled', 'suspended', 'paused'),
  'application.paused': suspend('enabled', 'suspended', 'paused'),
  'identity.resumed': suspend('suspended', 'enabled', 'on'),
  'application.resumed': suspend('suspended', 'enabled', 'on'),
  'identity.detached': detach,
  'credential.revoked': (db, taking, now) => revokeCredentials(db, 'id = ?', [taking.target], now),
  'client_secret.removed': (db, taking) => run(db, 'DELETE FROM client_secrets WHERE id = ?', text(taking, 'secretId')),
  'federated_credential.removed': removeTrust,
  // What it trusted before may be what it was changed for.
  'federated_credential.changed': removeTrust,
  'role.unassigned': (db, taking) =>
    run(
      db,
      `DELETE FROM app_role_assignments WHERE principal_id = ? AND role_value = ?
       AND resource_id IN (SELECT id FROM resource_apps WHERE uri_key = lower(?))`,
      taking.target,
      text(taking, 'role'),
      text(taking, 'audience'),
    ),
  'role_assignment.removed': (db, taking) => run(db, 'DELETE FROM role_assignments WHERE id = ?', taking.target),
  'audience.disabled': disableAudience,
  'audience.removed': disableAudience,
  'token.revoked': (db, taking) =>
    run(
      db,
      'INSERT OR IGNORE INTO revoked_tokens (uti, tenant_id, principal_id, expires_at, revoked_at) SELECT ?, tenant_id, ?, ?, ? FROM principals WHERE object_id = ?',
      taking.target,
      text(taking, 'principalId'),
      Number(taking.facts['until']),
      taking.at,
      text(taking, 'principalId'),
    ),
  'tokens.revoked': (db, taking, now) =>
    run(
      db,
      'UPDATE principals SET tokens_revoked_at = max(ifnull(tokens_revoked_at, 0), ?), version = version + 1, updated_at = ? WHERE object_id = ?',
      taking.at,
      now,
      taking.target,
    ),
  'signing_key.revoked': (db, taking, now) =>
    run(
      db,
      "UPDATE signing_keys SET state = 'revoked', retire_at = ?, version = version + 1, updated_at = ? WHERE kid = ? AND state <> 'revoked'",
      taking.at,
      now,
      taking.target,
    ),
  // Its receiver is somebody who is to hear no more.
  'webhook.removed': (db, taking) => run(db, 'DELETE FROM webhooks WHERE id = ?', taking.target),
  'webhook.disabled': (db, taking, now) =>
    run(
      db,
      "UPDATE webhooks SET enabled = 0, disabled_because = 'gone', version = version + 1, updated_at = ? WHERE id = ?",
      now,
      taking.target,
    ),
  'secret.deleted': (db, taking, now) =>
    run(
      db,
      'UPDATE vault_secrets SET deleted_at = ?, purge_at = ?, version = version + 1, updated_at = ? WHERE id = ? AND deleted_at IS NULL',
      taking.at,
      Number(taking.facts['recoverableUntil']),
      now,
      taking.target,
    ),
  // The roles at it went with it: the next secret of its name is nobody's.
  'secret.purged': (db, taking) => {
    run(
      db,
      `DELETE FROM role_assignments WHERE scope_key IN (SELECT vaults.arm_id_key || '/secrets/' || vault_secrets.name_key
       FROM vault_secrets JOIN vaults ON vaults.id = vault_secrets.vault_id WHERE vault_secrets.id = ?)`,
      taking.target,
    )
    run(db, 'DELETE FROM vault_secrets WHERE id = ?', taking.target)
  },
  'secret.changed': (db, taking, now) => {
    if (taking.facts['enabled'] !== false) return
    const sql = 'UPDATE vault_secret_versions SET enabled = 0, updated_at = ? WHERE secret_id = ? AND version_id = ?'
    run(db, sql, now, taking.target, text(taking, 'version'))
  },
  'vault.deleted': (db, taking, now) =>
    run(
      db,
      'UPDATE vaults SET deleted_at = ?, purge_at = ?, version = version + 1, updated_at = ? WHERE id = ? AND deleted_at IS NULL',
      taking.at,
      Number(taking.facts['recoverableUntil']),
      now,
      taking.target,
    ),
  // The roles at it went with it: the next vault of its name is nobody's.
  'vault.purged': (db, taking) => {
    run(
      db,
      `DELETE FROM role_assignments WHERE EXISTS (SELECT 1 FROM vaults WHERE id = ?
       AND (scope_key = arm_id_key OR (scope_key > arm_id_key || '/' AND scope_key < arm_id_key || '0')))`,
      taking.target,
    )
    run(db, 'DELETE FROM vault_secrets WHERE vault_id = ?', taking.target)
    run(db, 'DELETE FROM vaults WHERE id = ?', taking.target)
  },
  'agent.quarantined': (db, taking, now) => distrustAgent(db, taking.target, 'quarantined', now),
  // A new agent takes the place of the one before it.
  'agent.enrolled': (db, taking, now) => {
    const sql = 'SELECT agent_id FROM service_instances WHERE id = ? AND agent_id <> ?'
    const before = db.prepare<[string, string], string | null>(sql).pluck().get(taking.target, text(taking, 'agentId'))
    if (before) distrustAgent(db, before, 'revoked', now)
  },
}

export const takingActions = Object.keys(again) as AuditAction[]

/** The taking that an audit event is; undefined where it is none. */
export function takingOf(row: EventRow): Taking | undefined {
  if (row.target_id === null || !(row.action in again)) return undefined
  const facts = { ...jsonOf(row.before), ...jsonOf(row.after) }
  return { id: row.id, at: row.at, action: row.action, targetKind: row.target_kind, target: row.target_id, facts }
}

/** Takings of a database that came after an instant, oldest first. */
export function takingsAfter(db: Sqlite, after: number): Taking[] {
  const marks = takingActions.map(() => '?').join(', ')
  const sql = `SELECT id, at, action, target_kind, target_id, before, after FROM audit_events
    WHERE at > ? AND outcome <> 'failed' AND action IN (${marks}) ORDER BY id`
  const rows = db.prepare<unknown[], EventRow>(sql).all(after, ...takingActions)
  return rows.map(takingOf).filter((taking) => taking !== undefined)
}

/** Does them again, in the order they were done in. */
export function takeAgain(db: Sqlite, takings: readonly Taking[], now: number): void {
  for (const taking of takings) again[taking.action as AuditAction]?.(db, taking, now)
}

function attachedTo(db: Sqlite, instanceId: string): string[] {
  return db
    .prepare<[string], string>('SELECT principal_id FROM identity_assignments WHERE instance_id = ?')
    .pluck()
    .all(instanceId)
}

function revokeCredentials(db: Sqlite, where: string, values: readonly unknown[], now: number): void {
  run(
    db,
    `UPDATE credentials SET state = 'revoked', revoked_at = ?, version = version + 1, updated_at = ?
     WHERE state IN ('prepared','active','retiring') AND ${where}`,
    now,
    now,
    ...values,
  )
}

function closeSlots(db: Sqlite, where: string, values: readonly unknown[], now: number): void {
  run(
    db,
    `UPDATE rotation_runs SET state = 'cancelled', finished_at = ?, version = version + 1, updated_at = ?
     WHERE finished_at IS NULL AND slot_id IN (SELECT id FROM credential_slots WHERE state = 'open' AND ${where})`,
    now,
    now,
    ...values,
  )
  run(
    db,
    `UPDATE credential_slots SET state = 'closed', rotate_after = NULL, version = version + 1, updated_at = ?
     WHERE state = 'open' AND ${where}`,
    now,
    ...values,
  )
}

function jsonOf(value: string | null): Record<string, unknown> {
  const parsed: unknown = value === null ? {} : JSON.parse(value)
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
}

/** SQL of what the running server's audit log says was taken away. */
export class TakingsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Oldest first. @param after ID of the last one that is known */
  async since(at: number, after: string): Promise<Taking[]> {
    const rows = await this.#database.read
      .selectFrom('audit_events')
      .select(['id', 'at', 'action', 'target_kind', 'target_id', 'before', 'after'])
      .where('action', 'in', takingActions)
      .where('id', '>', after)
      .where('at', '>=', at)
      .where('outcome', '<>', 'failed')
      .orderBy('id')
      .execute()
    return rows.map(takingOf).filter((taking) => taking !== undefined)
  }
}
