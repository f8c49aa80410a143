import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { mostJitter, rotateAfter } from '../../src/rotation/rotation-policy.ts'
import { openStack } from '../../test/stack.ts'
import { KeylessFleet } from './keyless-fleet.ts'
import { type SimOptions, seededShares } from './scenario.ts'
import { seedSlots } from './seed-slots.ts'
import type { Verdict } from './verdict.ts'

const days = 200
const lifetimeMs = 90 * dayMs
const enrolledWithinMs = hourMs
const stepMs = 10 * minuteMs
/** The clock of the real rows goes by the hour: a turn costs the same whether or not anything is due. */
const turnMs = hourMs
/** Every slot has rotated once by then. */
const firstCycleMs = lifetimeMs / 2 + enrolledWithinMs + turnMs
const mostOverMean = 5
const slotsOfRules = 1_000_000
const ratePerSecond = 10

/** Everything that was enrolled within an hour would rotate within an hour for ever, without jitter and first-cycle spread. */
export async function run(options: SimOptions): Promise<void> {
  const { verdict, size = 10_000, seed } = options
  verdict.criterion(
    `slots enrolled in one hour, ${days} days: after the first cycle the busiest hour has at most ${mostOverMean} times the mean; nothing expires`,
  )
  byRules(verdict, slotsOfRules, seededShares(seed))
  await byStores(verdict, size, seededShares(seed))
}

/** The rules alone, in memory: a queue that the rate drains. */
function byRules(verdict: Verdict, slots: number, share: () => number): void {
  const name = `${slots} slots, rules in memory`
  const load = new Load(slots)
  const jitters = Float64Array.from({ length: slots }, () => share() * mostJitter)
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
    const capacity = (ratePerSecond * stepMs) / 1_000
    waiting = queue.slice(capacity)
    longestQueue = Math.max(longestQueue, waiting.length)
    for (const slot of queue.slice(0, capacity)) {
      if (now - (issued[slot] ?? 0) >= lifetimeMs) expired += 1
      issued[slot] = now
      load.add(now)
      plan(slot, now, false)
    }
  }
  verdict.figure(`${name}: waiting for the rate of ${ratePerSecond}/s, at most`, longestQueue)
  load.report(verdict, name, expired)
}

/** The real sweep, claims and stores on real rows, a turn every hour. */
async function byStores(verdict: Verdict, slots: number, share: () => number): Promise<void> {
  const name = `${slots} slots, real sweep, claims and stores`
  const stack = await openStack()
  try {
    const start = stack.clock.now()
    const load = new Load(slots)
    let expired = 0
    const activated = (_slot: unknown, lateMs: number) => {
      if (lateMs >= 0) expired += 1
      load.add(stack.clock.now() - start)
    }
    // The budget is saved up for ten seconds; one turn opens what those of a whole hour would have opened.
    const rate = (ratePerSecond * turnMs) / 10_000
    const fleet = new KeylessFleet(stack, { rate, lifetimeMs, events: { opened: () => undefined, activated } })
    seedSlots(stack, enrolled(start, slots, share))
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

function* enrolled(start: number, slots: number, share: () => number) {
  for (let index = 0; index < slots; index += 1) {
    const jitter = share() * mostJitter
    const notBefore = start + Math.round(share() * enrolledWithinMs)
    const due = rotateAfter({ issuedAt: notBefore, lifetimeMs, rotateAt: 0.5, jitter, isFirst: true })
    yield { jitter, notBefore, notAfter: notBefore + lifetimeMs, rotateAfter: due }
  }
}

/** Rotations since the start, counted by windows of an hour, or of as many as have ten of them on the average. */
class Load {
  readonly #windowMs: number
  readonly #counts: Float64Array

  constructor(slots: number) {
    const anHour = (slots * hourMs) / (0.4 * lifetimeMs)
    this.#windowMs = Math.max(1, Math.ceil(10 / anHour)) * hourMs
    this.#counts = new Float64Array(Math.ceil((days * dayMs) / this.#windowMs))
  }

  add(sinceStartMs: number): void {
    const window = Math.floor(sinceStartMs / this.#windowMs)
    this.#counts[window] = (this.#counts[window] ?? 0) + 1
  }

  report(verdict: Verdict, name: string, expired: number): void {
    const first = Math.ceil(firstCycleMs / this.#windowMs)
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
