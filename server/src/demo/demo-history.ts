import type { Route, RouteArguments, RouteResponse } from '@signet/shared/api/contract'
import { enrollmentApi } from '@signet/shared/api/enrollment'
import { type InstanceDetail, resourcesApi } from '@signet/shared/api/resources'
import { rotationApi } from '@signet/shared/api/rotation'
import { rotationPoliciesApi } from '@signet/shared/api/rotation-policies'
import type { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { systemClock } from '../platform/clock.ts'
import { randomShare } from '../platform/identifiers.ts'
import type { LeapingClock } from '../platform/leaping-clock.ts'
import type { DemoAgents } from './demo-agents.ts'
import { type DemoInstance, demoFleet } from './demo-fleet.ts'
import { askForToken } from './demo-workload.ts'

/**
 * How far back a demo begins. Certificates of the server's own listeners live for 90 days and are judged by the real time, so
 * that one made at the very beginning still has to be good.
 */
export const historyMs = 84 * dayMs

/** Rolls each certificate about every twelve days, so that twelve weeks make seven of them. P-256 keys are quick to make. */
const demoPolicy = {
  lifetimeSeconds: 30 * 86_400,
  rotateAt: 0.5,
  overlapSeconds: 86_400,
  keyAlgorithm: 'p256',
} as const

/** Rotations that fall due within this are done together. */
const windowMs = 18 * hourMs
/** Instances that are worked on at the same time. */
const atOnce = 4
const longestWaitMs = 60 * secondMs
const pollMs = 60
/** How long the fleet takes to come together. */
const arrivalsMs = 14 * dayMs

/** The admin API, called as the console calls it. */
export interface AdminApi {
  call<R extends Route>(route: R, given: RouteArguments<R>): Promise<RouteResponse<R>>
}

export interface DemoHistoryParts {
  readonly admin: AdminApi
  readonly agents: DemoAgents
  readonly clock: LeapingClock
  /** Told how many weeks have passed. */
  readonly onWeek: (week: number) => void
}

/** What happens beside the rotations, and how long before the present. */
interface Act {
  readonly beforeMs: number
  run(): Promise<void>
}

/**
 * Lives through the twelve weeks before now: instances are enrolled and turned on, their certificates roll when they are due,
 * their workloads ask for tokens. Server and agents are the real ones and do all of it by themselves; only the time in which
 * nothing is due is leapt over, and an agent is stopped while there is nothing for it to do.
 */
export class DemoHistory {
  readonly #parts: DemoHistoryParts
  readonly #ids = new Map<string, InstanceId>()
  /** Instances whose agent is gone for good. */
  readonly #lost = new Set<string>()
  readonly #presentAt: number
  #week = 0

  constructor(parts: DemoHistoryParts) {
    this.#parts = parts
    this.#presentAt = parts.clock.now() + parts.clock.behindMs
  }

  async make(): Promise<void> {
    const { admin } = this.#parts
    const { items } = await admin.call(rotationPoliciesApi.list, {})
    for (const { id: policyId, scope } of items) {
      if (scope.kind !== 'default') continue
      await admin.call(rotationPoliciesApi.change, { params: { policyId }, body: { policy: demoPolicy } })
    }
    const acts = [...this.#arrivals(), ...demoFleet.flatMap((instance) => this.#actsOf(instance))]
    await this.#live(acts.sort((one, other) => other.beforeMs - one.beforeMs))
  }

  get #now(): number {
    return this.#parts.clock.now()
  }

  /** The fleet comes together for two weeks, a few instances at a time. */
  #arrivals(): Act[] {
    const fleet = demoFleet.filter(({ fate }) => fate !== 'off' && fate !== 'turned_off')
    const groups = groupsOf(fleet, atOnce)
    return groups.map((group, index) => ({
      beforeMs: historyMs - Math.round(((index + randomShare()) / groups.length) * arrivalsMs),
      run: async () => void (await Promise.all(group.map((instance) => this.#enroll(instance, true)))),
    }))
  }

  /** What happens to one instance after that, and not by itself. */
  #actsOf(instance: DemoInstance): Act[] {
    const { fate, name } = instance
    const lose = async () => void this.#lost.add(name)
    switch (fate) {
      case 'failing':
        return [{ beforeMs: 36 * dayMs, run: lose }]
      case 'degraded':
        return [
          { beforeMs: 5 * hourMs, run: () => this.#rotateNow(instance, 'before the works on the gate') },
          { beforeMs: 4 * hourMs, run: lose },
        ]
      case 'paused':
        return [{ beforeMs: 2 * dayMs, run: () => this.#pause(instance, 'supplier is being changed') }]
      case 'off':
        return [{ beforeMs: 6 * dayMs, run: () => this.#enroll(instance, false) }]
      case 'turned_off':
        return [
          { beforeMs: 20 * dayMs, run: () => this.#enroll(instance, true) },
          { beforeMs: 9 * dayMs, run: () => this.#turnOff(instance, 'replaced by the customer portal') },
        ]
      case 'on':
        return name.endsWith('-04')
          ? [{ beforeMs: 3 * dayMs, run: () => this.#rotateNow(instance, 'disk was replaced') }]
          : []
    }
  }

  /** Until the present: what falls due and what is to happen, in the order of time. */
  async #live(acts: Act[]): Promise<void> {
    for (;;) {
      const due = await this.#due()
      const actAt = acts[0] ? this.#presentAt - acts[0].beforeMs : this.#presentAt
      const next = Math.min(due[0]?.at ?? actAt, actAt)
      const window = due.filter(({ at }) => at <= Math.min(next + windowMs, actAt))
      const last = window.at(-1)
      if (last) {
        this.#leap(last.at)
        for (const group of groupsOf(window, atOnce)) {
          await Promise.all(group.map(({ instance }) => this.#roll(instance)))
        }
        continue
      }
      this.#leap(actAt)
      const act = acts.shift()
      if (!act) return
      await act.run()
    }
  }

  #leap(at: number): void {
    const { clock, onWeek } = this.#parts
    clock.leapTo(Math.min(at, this.#presentAt))
    const week = Math.floor((historyMs - clock.behindMs) / (7 * dayMs))
    if (week > this.#week) onWeek(week)
    this.#week = week
  }

  /** Instances whose agent will have a rotation to do, the soonest first. */
  async #due(): Promise<{ instance: DemoInstance; at: number }[]> {
    const { items } = await this.#parts.admin.call(resourcesApi.list, { query: { limit: '200' } })
    const dueAt = new Map(items.map(({ name, nextRotationAt }) => [name, nextRotationAt]))
    return demoFleet
      .filter(({ name }) => !this.#lost.has(name))
      .flatMap((instance) => {
        const at = dueAt.get(instance.name)
        return at === null || at === undefined ? [] : [{ instance, at }]
      })
      .sort((one, other) => one.at - other.at)
  }

  async #enroll(instance: DemoInstance, turnOn: boolean): Promise<void> {
    const { admin, agents } = this.#parts
    const { name, kind, tags } = instance
    const { id } = await admin.call(resourcesApi.register, { body: { name, kind } })
    const params = { instanceId: id }
    this.#ids.set(name, id)
    await admin.call(resourcesApi.tag, { params, body: { set: { ...tags } } })
    await agents.enroll(name, await admin.call(enrollmentApi.issueJoinToken, { params, body: {} }))
    if (turnOn) await admin.call(resourcesApi.setIdentity, { params, body: { enabled: true } })
    const wanted = turnOn ? 'on' : 'off'
    await this.#withAgent(instance, ({ identityState }) => identityState === wanted)
  }

  /** The rotation that is due is opened by the server; all it needs is its agent. */
  #roll(instance: DemoInstance): Promise<void> {
    return this.#withAgent(instance, ({ nextRotationAt }) => (nextRotationAt ?? 0) > this.#now)
  }

  async #rotateNow(instance: DemoInstance, reason: string): Promise<void> {
    const { identity, credential } = await this.#show(instance)
    if (!identity) return
    const params = { principalId: identity.principalId }
    await this.#parts.admin.call(rotationApi.rotate, { params, body: { reason } })
    await this.#withAgent(instance, (shown) => shown.credential?.id !== credential?.id)
  }

  async #pause(instance: DemoInstance, reason: string): Promise<void> {
    const { identity } = await this.#show(instance)
    if (!identity) return
    const params = { principalId: identity.principalId }
    await this.#parts.admin.call(resourcesApi.pause, { params, body: { reason } })
  }

  async #turnOff(instance: DemoInstance, reason: string): Promise<void> {
    const params = { instanceId: this.#idOf(instance) }
    await this.#parts.admin.call(resourcesApi.setIdentity, { params, body: { enabled: false, reason } })
    await this.#withAgent(instance, ({ identityState }) => identityState === 'off')
  }

  /** Lets the agent run until the server sees what it was started for, and its workload ask for tokens. */
  async #withAgent(instance: DemoInstance, isDone: (shown: InstanceDetail) => boolean): Promise<void> {
    const { agents, clock } = this.#parts
    const agent = await agents.start(instance.name)
    try {
      const deadline = systemClock.monotonicMs() + longestWaitMs
      for (;;) {
        await clock.sleep(pollMs)
        const shown = await this.#show(instance)
        if (isDone(shown) && shown.agent?.connected) break
        if (systemClock.monotonicMs() > deadline) {
          throw new Error(`${instance.name} did not follow: ${shown.health.reason}`)
        }
      }
      if (!agent.instanceState().identities.some(({ ready }) => ready)) return
      for (const audience of instance.audiences) await askForToken(agent, audience)
    } finally {
      await agents.stop(instance.name)
    }
  }

  #show(instance: DemoInstance): Promise<InstanceDetail> {
    return this.#parts.admin.call(resourcesApi.show, { params: { instanceId: this.#idOf(instance) } })
  }

  #idOf({ name }: DemoInstance): InstanceId {
    const id = this.#ids.get(name)
    if (!id) throw new Error(`${name} is not enrolled yet`)
    return id
  }
}

function groupsOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}
