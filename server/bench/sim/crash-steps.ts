import type { AuditAction } from '@signet/shared/vocabulary/audit-events'
import type { AuditLog } from '../../src/audit/index.ts'
import type { Database } from '../../src/platform/database/database.ts'
import type { Tx } from '../../src/platform/transaction.ts'
import { RolloutStore } from '../../src/rotation/rollout-store.ts'
import { RotationStore } from '../../src/rotation/rotation-store.ts'

const itemSteps = [
  'rollout.item_open',
  'rollout.item_activated',
  'rollout.item_failed',
  'rollout.item_rolled_back',
  'rollout.item_skipped',
] as const

/** On the disk of an agent, where a step is a file that is written. */
type AgentStep =
  `agent.${'key_stored' | 'certificate_stored' | 'certificate_used' | 'renewal_asked' | 'renewal_stored'}`

/** A step that has no record of its own: a lease, an item of a rollout that moves on, or one of an agent. */
export type QuietStep = 'run.leased' | 'rollout.leased' | (typeof itemSteps)[number] | AgentStep
/** A step is a transaction, and its name what that transaction records. */
export type NamedStep = AuditAction | QuietStep

/** A moment at which a worker dies by its own hand. */
export interface Death {
  readonly step: NamedStep
  readonly moment: 'before commit' | 'after commit'
}

interface Hooks {
  readonly death: Death | undefined
  /** After the commit of a claim, before its holder goes on: a place to linger until the lease has passed on. */
  readonly claimed?: () => Promise<void>
  /** A holder came back after its lease had passed on, and matched nothing. */
  readonly onZombie?: () => void
}

let armed: Death | undefined

/** A step that is no transaction: the process dies before it or after it, where that was named. */
export function takingStep<T>(step: QuietStep, work: () => T): T {
  if (armed?.step === step && armed.moment === 'before commit') die()
  const done = work()
  if (armed?.step !== step) return done
  if (done instanceof Promise) void done.then(die)
  else die()
  return done
}

/** Makes every transaction of this process known by the steps it takes, and ends the process at the one that was named. */
export function dieAtSteps({ database, audit }: { database: Database; audit: AuditLog }, hooks: Hooks): void {
  armed = hooks.death
  const taken = new WeakMap<Tx, Set<NamedStep>>()
  const stepsOf = (tx: Tx) => taken.get(tx) ?? taken.set(tx, new Set()).get(tx)
  const append = audit.append.bind(audit)
  audit.append = async (tx, context, event) => {
    stepsOf(tx)?.add(event.action)
    await append(tx, context, event)
  }
  seeQuietSteps((tx, step) => stepsOf(tx)?.add(step), hooks.onZombie)
  const isIt = (tx: Tx, moment: Death['moment']) =>
    hooks.death?.moment === moment && stepsOf(tx)?.has(hooks.death.step) === true
  const transact = database.transact.bind(database)
  database.transact = async (work) => {
    let seen: Tx | undefined
    const result = await transact(async (tx) => {
      seen = tx
      const done = await work(tx)
      if (isIt(tx, 'before commit')) die()
      return done
    })
    if (seen && isIt(seen, 'after commit')) die()
    if (seen && stepsOf(seen)?.has('run.leased')) await hooks.claimed?.()
    return result
  }
}

/** In every store of the process: rotation opens those it needs. */
function seeQuietSteps(took: (tx: Tx, step: QuietStep) => void, onZombie: () => void = () => undefined): void {
  const { claim, heldRun } = RotationStore.prototype
  RotationStore.prototype.claim = async function claimSeen(tx, options) {
    const claims = await claim.call(this, tx, options)
    if (claims.length > 0) took(tx, 'run.leased')
    return claims
  }
  RotationStore.prototype.heldRun = async function heldRunSeen(tx, held) {
    const run = await heldRun.call(this, tx, held)
    if (!run) onZombie()
    return run
  }
  const { claim: claimRollouts, moveItem } = RolloutStore.prototype
  RolloutStore.prototype.claim = async function rolloutsSeen(tx, options) {
    const claims = await claimRollouts.call(this, tx, options)
    if (claims.length > 0) took(tx, 'rollout.leased')
    return claims
  }
  RolloutStore.prototype.moveItem = async function moveSeen(tx, item, change) {
    const step = itemSteps.find((one) => one === `rollout.item_${change.state}`)
    if (step) took(tx, step)
    return moveItem.call(this, tx, item, change)
  }
}

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  // The signal is delivered before the call returns.
  throw new Error('still alive')
}
