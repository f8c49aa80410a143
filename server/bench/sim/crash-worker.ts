import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createCertificationRequest } from '../../src/platform/crypto/certificate.ts'
import { generatePrivateKey } from '../../src/platform/crypto/key-pair.ts'
import { newGuid } from '../../src/platform/identifiers.ts'
import { systemContext } from '../../src/platform/request-context.ts'
import { SignetError } from '../../src/platform/signet-error.ts'
import { chanceOf } from '../../test/chance.ts'
import { type Death, dieAtSteps } from './crash-steps.ts'
import { agentContext, type CrashWorld, openCrashWorld, slotsOf, type WorldSlot } from './crash-world.ts'
import { ScaledClock } from './scaled-clock.ts'

/** What one worker is told, as JSON on its command line. */
export interface WorkerOrder {
  readonly folder: string
  readonly seed: number
  readonly clock: { readonly speed: number; readonly origin: number; readonly aheadMs: number }
  /** `busy` agents ask for rotations and pick them up, `obedient` ones only pick up, `silent` ones do nothing. */
  readonly agents: 'busy' | 'obedient' | 'silent'
  readonly death: Death | undefined
}

/** What a worker tells its parent. */
export interface WorkerReport {
  readonly ready?: true
  readonly zombie?: true
  readonly refused?: string
  /** Something that no fault may bring about. */
  readonly fault?: string
}

const order = JSON.parse(process.argv[2] ?? '{}') as WorkerOrder
const chance = chanceOf(order.seed)
const report = (message: WorkerReport) => process.send?.(message)
const leaseMs = 30_000
const pauseMs = 20

process.on('disconnect', () => process.exit(0))
const clock = new ScaledClock(order.clock)
const world = await openCrashWorld(order.folder, clock, (parts) =>
  dieAtSteps(parts, {
    death: order.death,
    // Now and then a holder is away for longer than its lease, as a machine that was suspended is.
    claimed: async () => (chance() < 0.1 ? delay((1.5 * leaseMs) / order.clock.speed) : undefined),
    onZombie: () => report({ zombie: true }),
  }),
)
const slots = await slotsOf(world)
report({ ready: true })
for (;;) {
  await tolerating(() => world.rotation.scheduler.turn())
  for (let visits = 0; visits < 8 && order.agents !== 'silent'; visits += 1) {
    const slot = slots[Math.floor(chance() * slots.length)]
    if (slot) await tolerating(() => visit(world, slot))
  }
  await delay(pauseMs)
}

/** A refusal is an answer, and a database that others keep busy is tried again. */
async function tolerating(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof SignetError && error.code !== 'internal') report({ refused: error.code })
    else if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') report({ refused: 'busy' })
    else report({ fault: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

/** What the agent of a slot does when it looks at its state: its key is on disk before anybody hears of it. */
async function visit({ store, registry, rotation }: CrashWorld, slot: WorldSlot): Promise<void> {
  const { rollover } = rotation
  const run = await store.openRun(slot.slotId)
  if (!run || run.state === 'activated') {
    if (order.agents === 'busy' && chance() < 0.3)
      await rollover.rotateNow(systemContext('simulation', newGuid()), slot.principalId)
    return
  }
  const isLost = chance() < 0.1
  if (run.state === 'requested' || isLost) {
    const csr = await requestOf(slot, isLost)
    await rollover.prepare(agentContext(slot), slot.agentId, slot.slotId, csr).catch((error: unknown) => {
      // The server will never certify this key, so that the next attempt makes another, as the agent does.
      if (error instanceof SignetError && error.code === 'key_reused') rmSync(keyFile(slot), { force: true })
      throw error
    })
    if (chance() < 0.2) return
  }
  const prepared = (await store.slot(slot.slotId))?.prepared_credential_id
  if (!prepared) return rmSync(keyFile(slot), { force: true })
  const credential = await registry.credentials.require(prepared)
  if (chance() < 0.2) await rollover.activateUsed(credential.id)
  else await rollover.acknowledge(agentContext(slot), slot.agentId, slot.slotId, credential.x5tS256)
  rmSync(keyFile(slot), { force: true })
}

function keyFile({ slotId }: WorldSlot): string {
  return join(order.folder, `${slotId}.key`)
}

async function requestOf(slot: WorldSlot, isLost: boolean): Promise<Buffer> {
  const file = keyFile(slot)
  const kept = isLost ? undefined : keptKey(file)
  if (kept) return createCertificationRequest(kept, 'signet-agent')
  const key = await generatePrivateKey('p256')
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, key, { mode: 0o600 })
  renameSync(temporary, file)
  return createCertificationRequest(key, 'signet-agent')
}

/** Another worker may take it away at any moment. */
function keptKey(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
