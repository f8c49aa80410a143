import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { mostJitter, rotateAfter } from '../../src/rotation/rotation-policy.ts'
import { SweepStore } from '../../src/rotation/sweep-store.ts'
import { openStack } from '../../test/stack.ts'
import { KeylessFleet } from './keyless-fleet.ts'
import { type SimOptions, seededShares } from './scenario.ts'
import { type SeededSlot, seedSlots } from './seed-slots.ts'
import type { Verdict } from './verdict.ts'

const rate = 10
/** What is saved up while nothing is due. */
const burst = 10 * rate
const urgentLane = 50

interface Outage {
  readonly name: string
  readonly slots: number
  readonly lifetimeMs: number
  readonly outageMs: number
  /** Age of the certificates when the outage begins: how far the fleet is through the first cycle, or evenly spread. */
  readonly share: () => number
}

/** The server is away while certificates fall due; then it comes back and works the backlog off. */
export async function run({ verdict, size = 20_000, seed }: SimOptions): Promise<void> {
  verdict.criterion(
    `after 7 days without a server (90-day certificates) and 10 hours (24-hour ones) nothing has expired, the backlog drains at ${rate}/s, urgent ones first`,
  )
  const share = seededShares(seed)
  await catchUp(verdict, { name: '90 d', slots: size, lifetimeMs: 90 * dayMs, outageMs: 7 * dayMs, share })
  await catchUp(verdict, { name: '24 h', slots: size, lifetimeMs: dayMs, outageMs: 10 * hourMs, share })
}

async function catchUp(verdict: Verdict, outage: Outage): Promise<void> {
  const stack = await openStack()
  try {
    const seen = { opened: 0, urgent: 0, expired: 0, latest: Number.NEGATIVE_INFINITY }
    const fleet = new KeylessFleet(stack, {
      rate,
      lifetimeMs: outage.lifetimeMs,
      events: {
        opened: (run) => {
          seen.opened += 1
          if (run.lane === urgentLane) seen.urgent += 1
        },
        activated: (_slot, lateMs) => {
          seen.latest = Math.max(seen.latest, lateMs)
          if (lateMs >= 0) seen.expired += 1
        },
      },
    })
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
    verdict.figure(`${outage.name}: due after the outage`, `${backlog} of ${outage.slots}`)
    verdict.figure(`${outage.name}: drained in`, `${Math.round(seconds)} s, ${(seen.opened / seconds).toFixed(1)}/s`)
    verdict.figure(`${outage.name}: opened as urgent`, seen.urgent)
    verdict.figure(`${outage.name}: closest call`, `${(-seen.latest / hourMs).toFixed(1)} h before the end`)
    verdict.figure(
      `${outage.name}: real time for one rotation`,
      `${((performance.now() - began) / seen.opened).toFixed(2)} ms`,
    )
    verdict.check(`${outage.name}: nothing expired`, seen.expired === 0)
    verdict.check(`${outage.name}: never ahead of ${rate} a second by more than the burst of ${burst}`, ahead <= burst)
    verdict.check(`${outage.name}: it drains at the cap`, seconds <= seen.opened / rate + 10)
    verdict.check(`${outage.name}: none that can wait is opened while an urgent one waits`, outOfOrder === 0)
  } finally {
    await stack.close()
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
