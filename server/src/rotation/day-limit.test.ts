import { hourMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  auditTrail,
  contextOf,
  given,
  identityOn,
  openSlotOf,
  openStack,
  rowsOf,
  type Stack,
} from '../../test/stack.ts'
import { dayOf, onNextDay, underLimit } from './day-limit.ts'
import { OpenTimes } from './rotation-windows.ts'

describe('what is due under a limit of a day', () => {
  it.each([
    ['as it is below the limit', [1, 0, 2], 3, 0, { begins: [1, 0, 2], postponed: [0, 0, 0], left: 0 }],
    ['on the next day beyond it', [210, 10, 0], 150, 0, { begins: [150, 70, 0], postponed: [60, 0, 0], left: 0 }],
    ['over several days', [5, 2, 0], 2, 0, { begins: [2, 2, 2], postponed: [3, 3, 1], left: 1 }],
    ['less what the first day has had', [3, 0, 0], 2, 2, { begins: [0, 2, 1], postponed: [3, 1, 0], left: 0 }],
  ])('begins %s', (_case, due, limit, used, expected) => {
    expect(underLimit(due, limit, used)).toEqual(expected)
  })
})

describe('what finds no room', () => {
  const now = Date.UTC(2030, 0, 1, 12)
  const midnight = Date.UTC(2030, 0, 2)
  const lasting = { now, issuedAt: now - 45 * 24 * hourMs, notAfter: now + 45 * 24 * hourMs }
  const open = (windows: { cron: string; minutes: number; zone: string }[]) =>
    new OpenTimes({ windows, blackouts: [], frozenUntil: null }, now)

  it('is spread over the next day by what each has drawn once (SEC-146)', () => {
    const at = (jitter: number) => onNextDay(open([]), { ...lasting, jitter })
    expect([at(0), at(0.1), at(0.2)]).toEqual([0, 9.6, 19.2].map((hours) => midnight + hours * hourMs))
  })

  it('comes into the first window of the next day, where there are windows', () => {
    const nightly = open([{ cron: '0 2 * * *', minutes: 60, zone: 'UTC' }])
    const at = onNextDay(nightly, { ...lasting, jitter: 0.1 })
    expect(at).toBeGreaterThanOrEqual(midnight + 2 * hourMs)
    expect(at).toBeLessThan(midnight + 3 * hourMs)
  })

  it('is never put off until it is too late', () => {
    const short = { now, issuedAt: now - 10 * hourMs, notAfter: now + 10 * hourMs, jitter: 0.2 }
    expect(onNextDay(open([]), short)).toBe(now + 9 * hourMs)
  })
})

describe('a policy with a limit by day', () => {
  let stack: Stack
  let fleet: Awaited<ReturnType<typeof identityOn>>[]
  beforeEach(async () => {
    stack = await openStack()
    fleet = []
    for (const name of ['web-0', 'web-1', 'web-2']) fleet.push(await identityOn(stack, name))
    await stack.rotation.scheduler.turn()
  })
  afterEach(() => stack.close())

  const limitTo = async (perDayLimit: number | null, more = {}) => {
    const current = await stack.rotation.policies.current()
    await stack.rotation.policies.change(contextOf(), current.id, { policy: { ...current, ...more, perDayLimit } })
    await stack.rotation.replanner.turn()
  }
  const dueOf = async (index: number) => given((await openSlotOf(stack, given(fleet[index]).principalId)).rotate_after)
  const scheduled = async () => (await rowsOf(stack, 'rotation_runs')).filter(({ trigger }) => trigger !== 'enable')
  /** To when all are due, on one day with hours to go. */
  async function allDue() {
    const dues = await Promise.all([0, 1, 2].map(dueOf))
    const noon = (dayOf(Math.max(...dues)) + 1) * 24 * hourMs + 12 * hourMs
    stack.clock.advance(noon - stack.clock.now())
  }

  it('begins no more on one day than that, and the rest on the days that follow', async () => {
    await limitTo(1)
    await allDue()
    for (const count of [1, 2, 3]) {
      await stack.rotation.scheduler.turn()
      await stack.rotation.scheduler.turn()
      expect(await scheduled()).toHaveLength(count)
      stack.clock.advance(24 * hourMs)
    }
    expect(await auditTrail(stack)).not.toContain('rotation.window_overridden')
  })

  it('plans what has no room for the next day, where the calendar shows it', async () => {
    await limitTo(2)
    await allDue()
    const today = dayOf(stack.clock.now())
    expect((await stack.rotation.calendar.show()).days[0]).toMatchObject({ postponed: 1 })
    await stack.rotation.scheduler.turn()
    expect(await scheduled()).toHaveLength(2)
    const dues = await Promise.all([0, 1, 2].map(dueOf))
    expect(dues.filter((due) => dayOf(due) === today + 1)).toHaveLength(1)
    expect(await stack.rotation.calendar.show()).toMatchObject({ waiting: 1 })
    expect((await stack.rotation.calendar.show()).days.map(({ postponed }) => postponed).slice(0, 2)).toEqual([0, 0])
  })

  it('goes on at once when the limit is lifted, and does not hold what is asked for by hand', async () => {
    await limitTo(1)
    await allDue()
    await stack.rotation.scheduler.turn()
    const waiting = (await stack.store.openSlots({})).find(({ rotate_after: at }) => (at ?? 0) > stack.clock.now())
    await stack.rotation.rollover.rotateNow(
      contextOf(),
      given(fleet.find(({ slotId }) => slotId === waiting?.id)).principalId,
    )
    expect(await scheduled()).toHaveLength(2)
    await limitTo(null)
    await stack.rotation.scheduler.turn()
    expect(await scheduled()).toHaveLength(3)
  })

  it('does not keep a certificate until it expires, which is on record', async () => {
    await limitTo(1)
    const { first } = given(fleet[0])
    stack.clock.advance(first.notAfter - stack.clock.now() - hourMs)
    await stack.rotation.scheduler.turn()
    expect(await scheduled()).toHaveLength(3)
    const overridden = (await rowsOf(stack, 'audit_events')).filter(
      ({ action }) => action === 'rotation.window_overridden',
    )
    expect(overridden.map(({ after }) => JSON.parse(given(after)).heldBy)).toEqual(['day limit', 'day limit'])
  })

  it('is previewed: what begins later, what still waits after 30 days, and each day as the limit makes it', async () => {
    const current = await stack.rotation.policies.current()
    const preview = (perDayLimit: number | null, lifetimeSeconds = current.lifetimeSeconds) =>
      stack.rotation.simulation.preview({
        ...{ scope: { kind: 'default' }, policy: { ...current, lifetimeSeconds, perDayLimit } },
      })
    await allDue()
    expect((await preview(null)).limited).toBeNull()
    const told = await preview(2)
    expect(told).toMatchObject({ certificates: 3, limited: { postponed: 1, left: 0 } })
    expect(told.days.slice(0, 3).map(({ before, after }) => [before, after])).toEqual([
      [3, 2],
      [0, 1],
      [0, 0],
    ])
    const daily = await preview(1, 86_400)
    expect(given(daily.limited).left).toBeGreaterThan(30)
    expect(Math.max(...daily.days.map(({ after }) => after))).toBe(1)
  })
})
