import type { AuditLog } from '../../src/audit/index.ts'
import type { Database } from '../../src/platform/database/database.ts'
import type { Tx } from '../../src/platform/transaction.ts'
import { RotationStore } from '../../src/rotation/rotation-store.ts'

/** The transitions of a rollover, each one transaction (data-and-scale §4.2), and the lease on a run. */
export const namedSteps = ['open', 'prepare', 'activate', 'retire', 'fail', 'claim'] as const
export type NamedStep = (typeof namedSteps)[number]

/** A moment at which a worker dies by its own hand. */
export interface Death {
  readonly step: NamedStep
  readonly moment: 'before commit' | 'after commit'
}

const stepOfAction: Readonly<Record<string, NamedStep>> = {
  'rotation.requested': 'open',
  'credential.prepared': 'prepare',
  'credential.activated': 'activate',
  'rotation.completed': 'retire',
  'rotation.failed': 'fail',
}

interface Hooks {
  readonly death: Death | undefined
  /** After the commit of a claim, before its holder goes on: a place to linger until the lease has passed on. */
  readonly claimed: () => Promise<void>
  /** A holder came back after its lease had passed on, and matched nothing. */
  readonly onZombie: () => void
}

/** Makes every transaction of this process known by the steps it takes, and ends the process at the one that was named. */
export function dieAtSteps({ database, audit }: { database: Database; audit: AuditLog }, hooks: Hooks): void {
  const taken = new WeakMap<Tx, Set<NamedStep>>()
  const stepsOf = (tx: Tx) => taken.get(tx) ?? taken.set(tx, new Set()).get(tx)
  const append = audit.append.bind(audit)
  audit.append = async (tx, context, event) => {
    const step = stepOfAction[event.action]
    if (step) stepsOf(tx)?.add(step)
    await append(tx, context, event)
  }
  seeClaims(stepsOf, hooks.onZombie)
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
    if (seen && stepsOf(seen)?.has('claim')) await hooks.claimed()
    return result
  }
}

/** Every store of the process: rotation opens one of its own. */
function seeClaims(stepsOf: (tx: Tx) => Set<NamedStep> | undefined, onZombie: () => void): void {
  const { claim, heldRun } = RotationStore.prototype
  RotationStore.prototype.claim = async function claimSeen(tx, options) {
    const claims = await claim.call(this, tx, options)
    if (claims.length > 0) stepsOf(tx)?.add('claim')
    return claims
  }
  RotationStore.prototype.heldRun = async function heldRunSeen(tx, held) {
    const run = await heldRun.call(this, tx, held)
    if (!run) onZombie()
    return run
  }
}

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  // The signal is delivered before the call returns.
  throw new Error('still alive')
}
