import { randomUUID } from 'node:crypto'
import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import type { Database } from '../../src/platform/database/database.ts'
import { SweepStore } from '../../src/rotation/sweep-store.ts'
import { chanceOf } from '../../test/chance.ts'
import { openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { KeylessFleet } from './keyless-fleet.ts'
import type { SimOptions, Simulation } from './scenario.ts'
import { type SeededSlot, seedSlots } from './seed-slots.ts'

const sweepEveryMs = 10 * secondMs
const smallTenants = 10
const slotsOfSmall = 10

const smallDone = 'no slot of a small tenant is due after two sweeps'
const largeServed = 'the large tenant is served beside them'

type Fault = 'the longest line is served first' | 'a long line is left out'

/** One tenant with a huge backlog beside ten with a few slots each, the backlog being the older one. */
export const largeTenant: Simulation = {
  criterion: `one tenant with 100000 due slots, ${smallTenants} with ${slotsOfSmall}: the small tenants are done within 2 sweeps`,
  unit: `due slots of the large tenant, ${slotsOfSmall} of each of ${smallTenants} small ones`,
  sizes: { plain: { size: 100_000 }, full: { size: 500_000 }, brief: { size: 500 } },
  faults: {
    'the longest line is served first': smallDone,
    'a long line is left out': largeServed,
  } satisfies Record<Fault, string>,
  run: serveAll,
}

async function serveAll({ verdict, size, seed, fault }: SimOptions): Promise<void> {
  const stack = await openStack()
  try {
    const small = Array.from({ length: smallTenants }, () => randomUUID())
    seedSlots(stack, backlog(stack, size, small, chanceOf(seed)))
    const ignored = () => undefined
    const events = { opened: ignored, claimed: ignored, activated: ignored }
    const served = fault === 'the longest line is served first' ? [stack.tenantId] : small
    const sweepStore = fault === undefined ? {} : { sweepStore: new OnlySome(stack.database, served) }
    const fleet = new KeylessFleet(stack, { rate: 10, lifetimeMs: 90 * dayMs, events, ...sweepStore })
    const waiting: number[] = []
    for (let sweep = 1; sweep <= 2; sweep += 1) {
      const began = performance.now()
      await fleet.scheduler.turn()
      verdict.figure(`sweep ${sweep} with its claims took`, `${Math.round(performance.now() - began)} ms`)
      await fleet.answer()
      waiting.push(await stillDue(stack, small))
      verdict.figure(`slots of small tenants still due after sweep ${sweep}`, waiting.at(-1) ?? 0)
      stack.clock.advance(sweepEveryMs)
    }
    const large = (await rowsOf(stack, 'rotation_runs')).filter((row) => row.tenant_id === stack.tenantId)
    verdict.figure('slots of the large tenant that were served meanwhile', large.length)
    verdict.check(smallDone, waiting[1] === 0)
    verdict.check(largeServed, large.length >= slotsOfSmall)
  } finally {
    await stack.close()
  }
}

/** A sweep that sees some of the tenants. */
class OnlySome extends SweepStore {
  readonly #tenants: readonly string[]

  constructor(database: Database, tenants: readonly string[]) {
    super(database)
    this.#tenants = tenants
  }

  override async dueTenants(now: number): Promise<string[]> {
    return (await super.dueTenants(now)).filter((id) => this.#tenants.includes(id))
  }
}

function* backlog(stack: Stack, size: number, small: readonly string[], share: () => number): Iterable<SeededSlot> {
  const now = stack.clock.now()
  const held = { jitter: 0, notBefore: now - 46 * dayMs, notAfter: now + 44 * dayMs }
  for (let index = 0; index < size; index += 1)
    yield { ...held, rotateAfter: now - hourMs - Math.round(share() * dayMs) }
  for (const tenantId of small) {
    for (let index = 0; index < slotsOfSmall; index += 1) {
      yield { ...held, tenantId, rotateAfter: now - Math.round(share() * hourMs) }
    }
  }
}

async function stillDue(stack: Stack, tenants: readonly string[]): Promise<number> {
  const row = await stack.database.read
    .selectFrom('credential_slots')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant_id', 'in', tenants)
    .where('rotate_after', '<=', stack.clock.now())
    .executeTakeFirstOrThrow()
  return row.count
}
