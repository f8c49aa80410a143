import { randomUUID } from 'node:crypto'
import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { KeylessFleet } from './keyless-fleet.ts'
import { type SimOptions, seededShares } from './scenario.ts'
import { type SeededSlot, seedSlots } from './seed-slots.ts'

const sweepEveryMs = 10 * secondMs
const smallTenants = 10
const slotsOfSmall = 10

/** One tenant with a huge backlog beside ten with a few slots each, the backlog being the older one. */
export async function run({ verdict, size = 100_000, seed }: SimOptions): Promise<void> {
  verdict.criterion(
    `${smallTenants} tenants with ${slotsOfSmall} due slots, beside one with ${size}, are done in 2 sweeps`,
  )
  const stack = await openStack()
  try {
    const small = Array.from({ length: smallTenants }, () => randomUUID())
    seedSlots(stack, backlog(stack, size, small, seededShares(seed)))
    const ignored = () => undefined
    const events = { opened: ignored, activated: ignored }
    const fleet = new KeylessFleet(stack, { rate: 10, lifetimeMs: 90 * dayMs, events })
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
    const served = (await rowsOf(stack, 'rotation_runs')).filter((row) => row.tenant_id === stack.tenantId)
    verdict.figure('slots of the large tenant that were served meanwhile', served.length)
    verdict.check('no slot of a small tenant is due after two sweeps', waiting[1] === 0)
    verdict.check('the large tenant is served beside them', served.length >= slotsOfSmall)
  } finally {
    await stack.close()
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
