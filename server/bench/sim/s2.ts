import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { mostJitter, rotateAfter } from '../../src/rotation/rotation-policy.ts'
import { RotationStore } from '../../src/rotation/rotation-store.ts'
import { SweepStore } from '../../src/rotation/sweep-store.ts'
import { chanceOf } from '../../test/chance.ts'
import { openStack, type Stack } from '../../test/stack.ts'
import { type FleetOptions, KeylessFleet } from './keyless-fleet.ts'
import type { SimOptions, Simulation } from './scenario.ts'
import { type SeededSlot, seedSlots } from './seed-slots.ts'

const rate = 10
/** What is saved up while nothing is due. */
const burst = 10 * rate
const urgentLane = 50
const drains = 'it drains at the cap'
const keepsCap = `never ahead of ${rate} a second by more than the burst of ${burst}`
const urgentFirst = 'none that can wait is opened while an urgent one waits'
const lanesInOrder = `in every claim lane ${urgentLane} stands before lane 100`

type Fault =
  | 'the outage is too long'
  | 'the cap is a third'
  | 'no cap'
  | 'nobody asks what is urgent'
  | 'lanes mixed up'

interface Outage {
  readonly name: string
  readonly slots: number
  readonly lifetimeMs: number
  readonly outageMs: number
  readonly share: () => number
}

/** The server is away while certificates fall due; then it comes back and works the backlog off. */
export const outages: Simulation = {
  criterion: `outages of 7 days (90-day certificates) and 10 hours (24-hour ones), rate cap ${rate}/s: 0 expired; the backlog drains at the cap; lane 50 before 100`,
  unit: 'slots in each outage',
  sizes: { plain: { size: 20_000 }, full: { size: 100_000 }, brief: { size: 300 } },
  faults: {
    'the outage is too long': 'nothing expired',
    'the cap is a third': drains,
    'no cap': 'never ahead of',
    'nobody asks what is urgent': urgentFirst,
    'lanes mixed up': lanesInOrder,
  } satisfies Record<Fault, string>,
  async run(options) {
    const share = chanceOf(options.seed)
    const slots = options.size
    const longest = options.fault === 'the outage is too long' ? 20 * hourMs : 10 * hourMs
    // No certificate of 90 days enters its last fifth within a week; what is broken shows with those of a day.
    if (options.fault === undefined)
      await catchUp(options, { name: '90 d', slots, lifetimeMs: 90 * dayMs, outageMs: 7 * dayMs, share })
    await catchUp(options, { name: '24 h', slots, lifetimeMs: dayMs, outageMs: longest, share })
  },
}

async function catchUp({ verdict, fault }: SimOptions, outage: Outage): Promise<void> {
  const stack = await openStack()
  try {
    const seen = { opened: 0, urgent: 0, expired: 0, mixed: 0, latest: Number.NEGATIVE_INFINITY }
    const events: FleetOptions['events'] = {
      opened: (run) => {
        seen.opened += 1
        if (run.lane === urgentLane) seen.urgent += 1
      },
      claimed: (lanes) => {
        if (lanes.some((lane, index) => lane < (lanes[index - 1] ?? lane))) seen.mixed += 1
      },
      activated: (_slot, lateMs) => {
        seen.latest = Math.max(seen.latest, lateMs)
        if (lateMs >= 0) seen.expired += 1
      },
    }
    const { lifetimeMs } = outage
    const fleet = new KeylessFleet(stack, { rate, lifetimeMs, events, ...broken(stack, fault) })
    seedSlots(stack, afterOutage(stack.clock.now(), outage))
    const questions = new SweepStore(stack.database)
    const backlog = (await questions.due(stack.tenantId, stack.clock.now(), outage.slots)).length
    const [began, startedAt] = [performance.now(), stack.clock.monotonicMs()]
    let outOfOrder = 0
    let ahead = 0
    for (let left = backlog; left > 0; ) {
      const before = { ...seen }
      await fleet.scheduler.turn()
      const opened = seen.opened - before.opened
      const urgentLeft = await questions.urgent(stack.tenantId, stack.clock.now(), 1)
      const urgentOpened = seen.urgent - before.urgent
      if (opened > urgentOpened && urgentLeft.length > 0) outOfOrder += 1
      const elapsedSeconds = (stack.clock.monotonicMs() - startedAt) / secondMs
      ahead = Math.max(ahead, seen.opened - rate * elapsedSeconds)
      await fleet.answer()
      left = (await questions.due(stack.tenantId, stack.clock.now(), 1)).length
      stack.clock.advance(secondMs)
    }
    const seconds = (stack.clock.monotonicMs() - startedAt) / secondMs
    const figure = (name: string, value: string | number) => verdict.figure(`${outage.name}: ${name}`, value)
    figure('due after the outage', `${backlog} of ${outage.slots}`)
    figure('drained in', `${Math.round(seconds)} virtual seconds, ${(seen.opened / seconds).toFixed(1)}/s`)
    figure('opened as urgent', seen.urgent)
    figure('closest call', `${(-seen.latest / hourMs).toFixed(1)} h before the end`)
    figure('real time for one rotation', `${((performance.now() - began) / seen.opened).toFixed(2)} ms`)
    const check = (name: string, holds: boolean) => verdict.check(`${outage.name}: ${name}`, holds)
    check('nothing expired', seen.expired === 0)
    check(keepsCap, ahead <= burst)
    check(drains, seconds <= seen.opened / rate + 10)
    check(urgentFirst, outOfOrder === 0)
    check(lanesInOrder, seen.mixed === 0)
  } finally {
    await stack.close()
  }
}

function broken({ database }: Stack, fault: string | undefined): Partial<FleetOptions> {
  if (fault === 'the cap is a third') return { rate: rate / 3 }
  if (fault === 'no cap') return { rate: 100 * rate }
  if (fault === 'nobody asks what is urgent') return { sweepStore: new NothingUrgent(database) }
  if (fault === 'lanes mixed up') return { store: new LastFirst(database) }
  return {}
}

class NothingUrgent extends SweepStore {
  override async urgent(): Promise<string[]> {
    return []
  }
}

class LastFirst extends RotationStore {
  override async claim(...given: Parameters<RotationStore['claim']>): ReturnType<RotationStore['claim']> {
    return (await super.claim(...given)).reverse()
  }
}

/** A fleet in its steady state when the server went away; now it is back. */
function* afterOutage(now: number, { slots, lifetimeMs, outageMs, share }: Outage): Iterable<SeededSlot> {
  const wentAway = now - outageMs
  for (let index = 0; index < slots; index += 1) {
    const jitter = share() * mostJitter
    const period = rotateAfter({ issuedAt: 0, lifetimeMs, rotateAt: 0.5, jitter, isFirst: false })
    const notBefore = wentAway - Math.round(share() * period)
    yield { jitter, rotateAfter: notBefore + period, notBefore, notAfter: notBefore + lifetimeMs }
  }
}
