import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { mostJitter, rotateAfter } from '../../src/rotation/rotation-policy.ts'
import { chanceOf } from '../../test/chance.ts'
import { openStack } from '../../test/stack.ts'
import { KeylessFleet } from './keyless-fleet.ts'
import type { SimOptions, Simulation } from './scenario.ts'
import { seedSlots } from './seed-slots.ts'
import type { Verdict } from './verdict.ts'

const days = 200
const lifetimeMs = 90 * dayMs
const enrolledWithinMs = hourMs
const stepMs = 10 * minuteMs
const mostOverMean = 5
const slotsOfRules = 1_000_000
const slotsOfRulesInBrief = 20_000
const ratePerSecond = 10
/** With fewer slots than this, six rotations an hour, chance alone may make an hour five times as busy as the mean. */
const leastByTheHour = 5_000

type Fault = 'nothing is spread' | 'the rate is a quarter of what falls due'

/** Everything that was enrolled within an hour would rotate within an hour for ever, without jitter and first-cycle spread. */
export const bulkEnrolment: Simulation = {
  criterion: `${slotsOfRules} slots enrolled in one hour, ${days} virtual days: after cycle 1 the busiest hour has at most ${mostOverMean} times the mean; 0 expired`,
  unit: 'slots on the real sweep, claims and stores, after those by the rules alone',
  sizes: { plain: { size: leastByTheHour }, full: { size: 20_000 }, brief: { size: 200 } },
  faults: {
    'nothing is spread': `at most ${mostOverMean} times the mean`,
    'the rate is a quarter of what falls due': 'nothing expired',
  } satisfies Record<Fault, string>,
  async run(options) {
    const rules = options.size < leastByTheHour ? slotsOfRulesInBrief : slotsOfRules
    byRules(options, rules)
    await byStores(options)
  },
}

/** What one of them draws of its jitter. */
function draws({ seed, fault }: SimOptions): { share: () => number; jitter: () => number } {
  const share = chanceOf(seed)
  return { share, jitter: () => (fault === 'nothing is spread' ? 0 : share() * mostJitter) }
}

/** The rules alone, in memory: a queue that the rate drains. */
function byRules(options: SimOptions, slots: number): void {
  const { verdict, fault } = options
  const name = `${slots} slots, rules in memory`
  const load = new Load(slots)
  const { share, jitter } = draws(options)
  const rate =
    fault === 'the rate is a quarter of what falls due' ? (slots * 1_000) / (1.6 * lifetimeMs) : ratePerSecond
  const jitters = Float64Array.from({ length: slots }, jitter)
  const issued = Float64Array.from({ length: slots }, () => share() * enrolledWithinMs)
  const steps = (days * dayMs) / stepMs
  const buckets: number[][] = Array.from({ length: steps }, () => [])
  const plan = (slot: number, issuedAt: number, isFirst: boolean) => {
    const due = rotateAfter({ issuedAt, lifetimeMs, rotateAt: 0.5, jitter: jitters[slot] ?? 0, isFirst })
    buckets[Math.ceil(due / stepMs)]?.push(slot)
  }
  for (let slot = 0; slot < slots; slot += 1) plan(slot, issued[slot] ?? 0, true)
  let [waiting, expired, longestQueue]: [number[], number, number] = [[], 0, 0]
  for (let step = 0; step < steps; step += 1) {
    const now = step * stepMs
    const queue = [...waiting, ...(buckets[step] ?? [])]
    buckets[step] = []
    const capacity = Math.floor(((step + 1) * rate * stepMs) / 1_000) - Math.floor((step * rate * stepMs) / 1_000)
    waiting = queue.slice(capacity)
    longestQueue = Math.max(longestQueue, waiting.length)
    for (const slot of queue.slice(0, capacity)) {
      if (now - (issued[slot] ?? 0) >= lifetimeMs) expired += 1
      issued[slot] = now
      load.add(now)
      plan(slot, now, false)
    }
  }
  verdict.figure(`${name}: waiting for the rate of ${rate.toFixed(1)}/s, at most`, longestQueue)
  load.report(verdict, name, expired)
}

/**
 * The real sweep, claims and stores on real rows. A turn costs the same whether or not anything is due, so there are four to a
 * window: with one, what a turn takes together comes back in step, and windows are full and empty by turns.
 */
async function byStores(options: SimOptions): Promise<void> {
  const { verdict, size: slots } = options
  const name = `${slots} slots, real sweep, claims and stores`
  const turnMs = windowOf(slots) / 4
  const stack = await openStack()
  try {
    const start = stack.clock.now()
    const load = new Load(slots)
    let expired = 0
    const ignored = () => undefined
    const activated = (_slot: unknown, lateMs: number) => {
      if (lateMs >= 0) expired += 1
      load.add(stack.clock.now() - start)
    }
    // The budget is saved up for ten seconds; one turn opens what those of all the seconds before it would have opened.
    const rate = (ratePerSecond * turnMs) / 10_000
    const fleet = new KeylessFleet(stack, {
      rate,
      lifetimeMs,
      events: { opened: ignored, claimed: ignored, activated },
    })
    seedSlots(stack, enrolled(start, slots, draws(options)))
    const began = performance.now()
    for (let now = 0; now < days * dayMs; now += turnMs) {
      await fleet.scheduler.turn()
      await fleet.answer()
      stack.clock.advance(turnMs)
    }
    verdict.figure(`${name}: real time`, `${((performance.now() - began) / 1_000).toFixed(1)} s`)
    load.report(verdict, name, expired)
  } finally {
    await stack.close()
  }
}

function* enrolled(start: number, slots: number, { share, jitter: drawn }: ReturnType<typeof draws>) {
  for (let index = 0; index < slots; index += 1) {
    const jitter = drawn()
    const notBefore = start + Math.round(share() * enrolledWithinMs)
    const due = rotateAfter({ issuedAt: notBefore, lifetimeMs, rotateAt: 0.5, jitter, isFirst: true })
    yield { jitter, notBefore, notAfter: notBefore + lifetimeMs, rotateAfter: due }
  }
}

/** An hour, or for a brief run as many as see as many rotations as an hour of the least fleet that is judged by the hour. */
function windowOf(slots: number): number {
  return Math.ceil(leastByTheHour / slots) * hourMs
}

/** Rotations since the start, counted by windows. */
class Load {
  readonly #windowMs: number
  readonly #counts: Float64Array

  constructor(slots: number) {
    this.#windowMs = windowOf(slots)
    this.#counts = new Float64Array(Math.ceil((days * dayMs) / this.#windowMs))
  }

  add(sinceStartMs: number): void {
    const window = Math.floor(sinceStartMs / this.#windowMs)
    this.#counts[window] = (this.#counts[window] ?? 0) + 1
  }

  report(verdict: Verdict, name: string, expired: number): void {
    // Every slot has rotated once by then, and the turn after it.
    const first = Math.ceil((lifetimeMs / 2 + enrolledWithinMs) / this.#windowMs) + 1
    // The last window may be shorter than the others.
    const [inFirst, after] = [this.#counts.subarray(0, first), this.#counts.subarray(first, -1)]
    const mean = total(after) / after.length
    const peak = Math.max(...after)
    const window = this.#windowMs === hourMs ? 'hour' : `${this.#windowMs / hourMs} hours`
    verdict.figure(`${name}: rotations in ${days} days`, total(this.#counts))
    verdict.figure(`${name}: busiest ${window} of the first cycle over the mean after it`, Math.max(...inFirst) / mean)
    verdict.figure(`${name}: busiest ${window} after it over the mean`, peak / mean)
    verdict.figure(`${name}: that is, in rotations a second`, ((peak / this.#windowMs) * 1_000).toFixed(3))
    verdict.check(`${name}: at most ${mostOverMean} times the mean`, peak <= mostOverMean * mean)
    verdict.check(`${name}: nothing expired`, expired === 0)
  }
}

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
