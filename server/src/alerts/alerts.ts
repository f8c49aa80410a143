import type { Alert, AlertCount } from '@signet/shared/api/alerts'
import { Severity } from '@signet/shared/api/overview'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import { type AlertKind, type AlertState, alertKinds, type WebhookEvent } from '@signet/shared/vocabulary/alerts'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import { collective, type Trouble, toAlert } from './alert.ts'
import type { AlertRow, AlertsStore } from './alerts-store.ts'

export interface AlertsParts {
  readonly store: AlertsStore
  readonly database: Transactor & ChangeRecorder
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
  /** Tells the receivers, in the transaction of the change. */
  readonly publish: (tx: Tx, event: WebhookEvent, alert: Alert) => Promise<void>
}

/** More of one kind than this are told of as one: a thousand messages are none. */
export const mostOfKind = 25

/** Alerts as they open, are acknowledged and resolve; each step is one transaction with what is sent of it. */
export class Alerts {
  readonly #parts: AlertsParts
  readonly #ids: SequentialIds

  constructor(parts: AlertsParts) {
    this.#parts = parts
    this.#ids = new SequentialIds(parts.clock)
  }

  /**
   * Opens an alert for a trouble, unless there is one. Where 25 of a kind are open already, and until the one that stands
   * for the rest is resolved, that one is opened in its place.
   *
   * @param counts the trouble happened again, as opposed to: it was found again
   */
  async raise(tx: Tx, trouble: Trouble, counts: boolean): Promise<void> {
    const { store } = this.#parts
    const known = await store.unresolvedOf(tx, trouble)
    if (known) return this.#again(tx, known, trouble, counts)
    const rest = restOf(trouble)
    const standing = await store.unresolvedOf(tx, rest)
    if (standing) return this.#again(tx, standing, rest, counts)
    const isMany = (await store.countUnresolved(tx, trouble.kind)) >= mostOfKind
    await this.#open(tx, isMany ? rest : trouble)
  }

  /** Its cause is gone. @param quietly without telling anybody: another alert has taken its place */
  async resolve(tx: Tx, row: AlertRow, quietly: boolean): Promise<void> {
    const { store, database, clock, publish } = this.#parts
    const now = clock.now()
    const resolved = await store.update(tx, row, { resolved_at: now, updated_at: now })
    await database.changed(tx, { kind: 'alert', id: row.id })
    if (!quietly) await publish(tx, 'alert.resolved', toAlert(resolved))
  }

  /** @throws SignetError `not_found`; `conflict` when it is resolved, or somebody else looks after it already */
  async acknowledge(context: RequestContext, id: string, note: string | undefined): Promise<Alert> {
    const { store, database, audit, clock, publish } = this.#parts
    return database.transact(async (tx) => {
      const row = await store.find(id, tx)
      if (!row) throw noSuchAlert()
      if (row.resolved_at !== null) throw new SignetError('conflict', 'The alert is resolved already.')
      if (row.acknowledged_at !== null) {
        throw new SignetError('conflict', `${row.acknowledged_by} has acknowledged the alert already.`)
      }
      const now = clock.now()
      const by = context.actor.label
      const change = { acknowledged_at: now, acknowledged_by: by, note: note || null, updated_at: now }
      const alert = toAlert(await store.update(tx, row, change))
      await audit.append(tx, context, {
        action: 'alert.acknowledged',
        target: { kind: 'alert', id, label: `${alertKinds[row.kind]}: ${row.subject_label}` },
        ...(note && { reason: note }),
      })
      await database.changed(tx, { kind: 'alert', id })
      await publish(tx, 'alert.acknowledged', alert)
      return alert
    })
  }

  /** Newest first. @throws SignetError `invalid_request` for a foreign cursor */
  async page(query: PageQuery & { state: AlertState; kind?: AlertKind | undefined }): Promise<Page<Alert>> {
    const { items, nextCursor } = await this.#parts.store.page(query)
    return { items: items.map(toAlert), nextCursor }
  }

  /** @throws SignetError `not_found` */
  async show(id: string): Promise<Alert> {
    const row = await this.#parts.store.find(id)
    if (!row) throw noSuchAlert()
    return toAlert(row)
  }

  async count(): Promise<AlertCount> {
    const counts = await this.#parts.store.counts()
    const sum = (acknowledged: boolean) =>
      counts.filter((each) => each.acknowledged === acknowledged).reduce((total, { count }) => total + count, 0)
    const open = new Set(counts.filter(({ acknowledged }) => !acknowledged).map(({ severity }) => severity))
    return {
      open: sum(false),
      acknowledged: sum(true),
      worst: Severity.options.find((severity) => open.has(severity)) ?? null,
    }
  }

  async #open(tx: Tx, { kind, severity, subject, threshold, reason, fix }: Trouble): Promise<void> {
    const { store, database, clock, tenantId, publish } = this.#parts
    const now = clock.now()
    const row: AlertRow = {
      ...{ id: this.#ids.next(), tenant_id: tenantId, kind, severity, threshold: threshold ?? 0 },
      ...{ subject_kind: subject.kind, subject_id: subject.id, subject_label: subject.label },
      ...{ reason, fix_label: fix.label, fix_path: fix.path, occurrences: 1, opened_at: now, last_at: now },
      ...{ acknowledged_at: null, acknowledged_by: null, note: null, resolved_at: null },
      ...{ version: 1, created_at: now, updated_at: now },
    }
    await store.insert(tx, row)
    await database.changed(tx, { kind: 'alert', id: row.id })
    await publish(tx, 'alert.opened', toAlert(row))
  }

  async #again(tx: Tx, row: AlertRow, { reason, fix, subject }: Trouble, counts: boolean): Promise<void> {
    if (!counts) return
    const { store, database, clock } = this.#parts
    const now = clock.now()
    await store.update(tx, row, {
      ...{ reason, fix_label: fix.label, fix_path: fix.path, subject_label: subject.label },
      ...{ occurrences: row.occurrences + 1, last_at: now, updated_at: now },
    })
    await database.changed(tx, { kind: 'alert', id: row.id })
  }
}

/** The one that stands for all of a kind beyond those that are told of one by one. */
function restOf({ kind, severity }: Trouble): Trouble {
  return {
    kind,
    severity,
    subject: { ...collective, label: 'Many more' },
    reason: `More than ${mostOfKind} at once: ${alertKinds[kind].toLowerCase()}. The rest is not told of one by one.`,
    fix: { label: 'Show what needs attention', path: '/' },
  }
}

function noSuchAlert(): SignetError {
  return new SignetError('not_found', 'There is no such alert.')
}
