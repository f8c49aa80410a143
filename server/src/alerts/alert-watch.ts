import { AgentId } from '@signet/shared/vocabulary/identifiers'
import { dayMs, secondMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { StandingTroubles } from '../overview/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import type { Transactor, Tx } from '../platform/transaction.ts'
import { collective, keyOf } from './alert.ts'
import { endOf, type Standing, silenceMs, standingOf, toldForMs, troubleOf, troublesByTime } from './alert-rules.ts'
import type { Alerts } from './alerts.ts'
import type { AlertRow, AlertsStore } from './alerts-store.ts'

export interface WatchParts {
  readonly alerts: Alerts
  readonly store: AlertsStore
  readonly troubles: Pick<StandingTroubles, 'read'>
  readonly instanceOfAgent: (agentId: AgentId, tx: Tx) => Promise<{ readonly id: string } | undefined>
  readonly audit: Pick<AuditLog, 'onAppend'>
  readonly database: Transactor
  readonly clock: Clock
  readonly log: Logger
}

const turnMs = 30 * secondMs
/** As long as rotations are kept. */
const resolvedKeptMs = 400 * dayMs

/**
 * Finds out what to alert of. What an act tells of is opened in the transaction of the act; what only the clock tells of,
 * and that a cause is gone, is found by asking what stands every 30 seconds. Both may run in any number of processes.
 */
export class AlertWatch {
  readonly #parts: WatchParts
  readonly #startedAt: number
  #task: PeriodicTask | undefined

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#startedAt = parts.clock.monotonicMs()
    parts.audit.onAppend(async (tx, event) => {
      const agent = event.action === 'agent.quarantined' ? AgentId.safeParse(event.target?.id).data : undefined
      const instance = agent && (await parts.instanceOfAgent(agent, tx))
      const trouble = troubleOf(event, instance?.id)
      if (trouble) await parts.alerts.raise(tx, trouble, true)
      const end = endOf(event)
      const over = end && (await parts.store.unresolvedOf(tx, end))
      if (over) await parts.alerts.resolve(tx, over, false)
    })
  }

  start(): void {
    const { clock, log } = this.#parts
    this.#task ??= new PeriodicTask({ name: 'alerts', intervalMs: turnMs, clock, log, run: () => this.turn() })
  }

  async stop(): Promise<void> {
    await this.#task?.stop()
  }

  /** Opens what the clock tells of, and resolves what does not stand any more. */
  async turn(): Promise<void> {
    const { troubles, database, alerts, store, clock } = this.#parts
    const standing = await troubles.read()
    const judgesSilence = clock.monotonicMs() - this.#startedAt >= silenceMs
    const found = troublesByTime(standing, clock.now(), judgesSilence)
    const byKind: Partial<Record<string, Standing>> = standingOf(standing, found, judgesSilence)
    const openBefore = new Set((await store.unresolved()).map(nameOf))
    for (const trouble of found) {
      if (openBefore.has(`${trouble.kind} ${keyOf(trouble.subject, trouble.threshold)}`)) continue
      await database.transact((tx) => alerts.raise(tx, trouble, false))
    }
    await this.#resolveGone(byKind, standing.checkedAt)
    await store.forgetBefore(clock.now() - resolvedKeptMs)
  }

  async #resolveGone(byKind: Partial<Record<string, Standing>>, checkedAt: number): Promise<void> {
    const { store, database, alerts } = this.#parts
    const rows = await store.unresolved()
    for (const row of rows) {
      // One that was opened, or happened again, after the look says nothing about the look.
      if (row.last_at >= checkedAt && !isFoundByTime(row)) continue
      if (stands(row, byKind[row.kind], rows, checkedAt)) continue
      const isReplaced = rows.some(
        (other) => other !== row && other.kind === row.kind && other.subject_id === row.subject_id,
      )
      await database.transact(async (tx) => {
        const current = await store.find(row.id, tx)
        if (current?.resolved_at === null && current.last_at === row.last_at) {
          await alerts.resolve(tx, current, isReplaced && row.threshold > 0)
        }
      })
    }
  }
}

function isFoundByTime({ kind }: AlertRow): boolean {
  return kind === 'expiry_approaching' || kind === 'rotation_late' || kind === 'agent_silent'
}

function stands(row: AlertRow, standing: Standing | undefined, rows: readonly AlertRow[], now: number): boolean {
  const toldFor = toldForMs[row.kind]
  if (toldFor !== undefined) return now - row.last_at < toldFor
  if (!standing?.isWhole) return true
  if (row.subject_kind !== collective.kind) return standing.keys.has(keyOfRow(row))
  const named = new Set(rows.filter(({ kind }) => kind === row.kind).map(keyOfRow))
  return [...standing.keys].some((key) => !named.has(key))
}

function keyOfRow(row: AlertRow): string {
  return keyOf({ kind: row.subject_kind, id: row.subject_id }, row.threshold)
}

function nameOf(row: AlertRow): string {
  return `${row.kind} ${keyOfRow(row)}`
}
