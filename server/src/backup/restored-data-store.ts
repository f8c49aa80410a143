import type { Database as Sqlite } from 'better-sqlite3'
import type { Clock } from '../platform/clock.ts'
import type { SealPurpose } from '../platform/crypto/sealing.ts'
import { newGuid, SequentialIds } from '../platform/identifiers.ts'
import type { AnchorContent } from './anchor.ts'
import { BackupMark, markKeys, RestoreMark } from './marks-store.ts'
import { type Taking, takeAgain } from './takings-store.ts'

// SQL of a restore, on data that no server has open.

/** One transaction: the takings, the end of all that is good once or for a session, the mark, and the record of it. */
export function settle(
  db: Sqlite,
  clock: Clock,
  facts: {
    anchored: AnchorContent | undefined
    takings: readonly Taking[]
    backupNumber: number | null
    dataFrom: number
    epochs: readonly number[]
  },
): RestoreMark {
  const now = clock.now()
  const mark: RestoreMark = {
    epoch: Math.max(0, facts.anchored?.epoch ?? 0, ...facts.epochs) + 1,
    backupNumber: facts.backupNumber,
    dataFrom: facts.dataFrom,
    restoredAt: now,
    replayed: facts.takings.length,
    releasedAt: null,
  }
  db.transaction(() => {
    takeAgain(db, facts.takings, now)
    voidOnce(db, now)
    const set = db.prepare(
      `INSERT INTO cluster_settings (key, value, version, updated_at) VALUES (?, ?, 1, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = version + 1, updated_at = excluded.updated_at`,
    )
    set.run(markKeys.restore, JSON.stringify(mark), now)
    // Numbers of backups that this data does not know are not given again.
    const known = db
      .prepare<[string], string>('SELECT value FROM cluster_settings WHERE key = ?')
      .pluck()
      .get(markKeys.backups)
    const before =
      known === undefined ? { madeAt: null, failure: null, number: 0 } : BackupMark.parse(JSON.parse(known))
    const number = Math.max(before.number, facts.anchored?.backupNumber ?? 0)
    set.run(markKeys.backups, JSON.stringify({ ...before, number } satisfies BackupMark), now)
    record(db, clock, { mark, takings: facts.takings, seq: facts.anchored?.seq ?? 0 })
  }).immediate()
  return mark
}

/** Sessions, codes and join tokens end; agents make new certificates, since those made in the gap are unknown; lists look again. */
function voidOnce(db: Sqlite, now: number): void {
  db.exec('DELETE FROM operator_sessions; DELETE FROM idempotency_keys; UPDATE instance_list SET look_at = 0;')
  db.prepare('UPDATE one_time_codes SET spent_at = ? WHERE spent_at IS NULL').run(now)
  db.prepare('UPDATE join_tokens SET expires_at = min(expires_at, ?)').run(now)
  db.prepare(
    "UPDATE credential_slots SET rotate_after = ?, version = version + 1 WHERE state = 'open' AND active_credential_id IS NOT NULL",
  ).run(now)
}

/** The restore in the audit log, and a number of changes that nobody has seen yet. */
function record(
  db: Sqlite,
  clock: Clock,
  { mark, takings, seq }: { mark: RestoreMark; takings: readonly Taking[]; seq: number },
): void {
  const newest = db.prepare<[], string | null>('SELECT max(id) FROM audit_events').pluck().get()
  const ids = new SequentialIds(clock)
  if (newest) ids.startAfter(newest)
  const id = ids.next()
  db.prepare(
    `INSERT INTO audit_events (id, tenant_id, at, actor_kind, actor_label, action, target_kind, target_id, target_label,
       outcome, correlation_id, after)
     VALUES (?, ?, ?, 'console', 'console of this host', 'restore.finished', 'restore', ?, ?, 'ok', ?, ?)`,
  ).run(
    id,
    tenantOf(db),
    Math.max(newestAt(db), mark.restoredAt),
    String(mark.epoch),
    `restore ${mark.epoch}`,
    newGuid(),
    JSON.stringify({ ...mark, takenAgain: takings.slice(0, 200).map(({ action, target }) => `${action} ${target}`) }),
  )
  const current = db.prepare<[], number | null>('SELECT max(seq) FROM change_events').pluck().get() ?? 0
  db.prepare("INSERT INTO change_events (seq, kind, entity_id, at) VALUES (?, 'audit', ?, ?)").run(
    Math.max(current, seq) + 1,
    id,
    mark.restoredAt,
  )
}

export function contentOf(
  db: Sqlite,
  anchored: AnchorContent | undefined,
  tenantId: string,
  mark: RestoreMark,
): AnchorContent {
  return {
    format: 1,
    tenantId,
    epoch: mark.epoch,
    seq: db.prepare<[], number>('SELECT max(seq) FROM change_events').pluck().get() ?? 0,
    backupNumber: Math.max(anchored?.backupNumber ?? 0, mark.backupNumber ?? 0),
    takings: anchored?.takings ?? [],
  }
}

export function tenantOf(db: Sqlite): string {
  const value = db.prepare<[], string>("SELECT value FROM cluster_settings WHERE key = 'deployment'").pluck().get()
  return String((JSON.parse(value ?? '{}') as { tenantId?: string }).tenantId ?? '')
}

export function restoreMark(db: Sqlite): RestoreMark | undefined {
  const sql = 'SELECT value FROM cluster_settings WHERE key = ?'
  const value = db.prepare<[string], string>(sql).pluck().get(markKeys.restore)
  return value === undefined ? undefined : RestoreMark.parse(JSON.parse(value))
}

/** One file each, without a log beside it. */
export function checkpoint(db: Sqlite): void {
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

/** The wrapped key of a purpose; undefined in data of a Signet that had none. */
export function wrappedKey(db: Sqlite, purpose: SealPurpose): { id: string; wrapped: Buffer } | undefined {
  return db
    .prepare<[string], { id: string; wrapped: Buffer }>(
      "SELECT id, wrapped FROM data_keys WHERE purpose = ? AND state = 'active'",
    )
    .get(purpose)
}

/** When the newest thing in it happened. */
export function newestAt(db: Sqlite): number {
  return db.prepare<[], number | null>('SELECT max(at) FROM audit_events').pluck().get() ?? 0
}
