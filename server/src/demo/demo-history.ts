import type { Route, RouteArguments, RouteResponse } from '@signet/shared/api/contract'
import { enrollmentApi } from '@signet/shared/api/enrollment'
import { type InstanceDetail, resourcesApi } from '@signet/shared/api/resources'
import { rotationApi } from '@signet/shared/api/rotation'
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
const pollMs = 20

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

/** What happens to one instance beside its rotations, and how long before the present. */
interface Act {
  readonly beforeMs: number
  readonly instance: DemoInstance
  run(id: InstanceId): Promise<void>
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
    const { version } = await admin.call(rotationApi.policy, {})
    await admin.call(rotationApi.setPolicy, { body: { ...demoPolicy, version } })
    const earlyFates = demoFleet.filter(({ fate }) => fate !== 'off' && fate !== 'turned_off')
    for (let at = 0; at < earlyFates.length; at += atOnce) {
      await Promise.all(earlyFates.slice(at, at + atOnce).map((instance) => this.#enroll(instance, true)))
      this.#leap(this.#now + (1 + randomShare()) * 5 * hourMs)
    }
    await this.#live(this.#acts())
  }

  get #now(): number {
    return this.#parts.clock.now()
  }

  /** What does not happen by itself, the earliest first. */
  #acts(): Act[] {
    const acts = demoFleet.flatMap((instance) => this.#actsOf(instance))
    return acts.sort((one, other) => other.beforeMs - one.beforeMs)
  }

  #actsOf(instance: DemoInstance): Act[] {
    const { fate, name } = instance
    const lose = async () => void this.#lost.add(name)
    const act = (beforeMs: number, run: Act['run']): Act => ({ beforeMs, instance, run })
    switch (fate) {
      case 'failing':
        return [act(36 * dayMs, lose)]
      case 'degraded':
        return [
          act(5 * hourMs, (id) => this.#rotateNow(id, instance, 'before the works on the gate')),
          act(4 * hourMs, lose),
        ]
      case 'paused':
        return [act(2 * dayMs, (id) => this.#pause(id, 'supplier is being changed'))]
      case 'off':
        return [act(6 * dayMs, () => this.#enroll(instance, false))]
      case 'turned_off':
        return [
          act(20 * dayMs, () => this.#enroll(instance, true)),
          act(9 * dayMs, (id) => this.#turnOff(id, instance)),
        ]
      case 'on':
        return name.endsWith('-04') ? [act(3 * dayMs, (id) => this.#rotateNow(id, instance, 'disk was replaced'))] : []
    }
  }

  /** Until the present: what falls due and what is to happen, in the order of time. */
  async #live(acts: Act[]): Promise<void> {
    const end = this.#presentAt
    for (;;) {
      const due = await this.#due()
      const actAt = acts[0] ? this.#presentAt - acts[0].beforeMs : end
      const next = Math.min(due[0]?.at ?? end, actAt)
      const window = due.filter(({ at }) => at <= Math.min(next + windowMs, actAt))
      const act = actAt <= next ? acts.shift() : undefined
      if (act) {
        this.#leap(next)
        await act.run(this.#ids.get(act.instance.name) ?? (await this.#register(act.instance)))
        continue
      }
      const last = window.at(-1)
      if (!last) break
      this.#leap(last.at)
      for (let at = 0; at < window.length; at += atOnce) {
        await Promise.all(window.slice(at, at + atOnce).map(({ instance }) => this.#roll(instance)))
      }
    }
    this.#leap(end)
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

  async #register({ name, kind, tags }: DemoInstance): Promise<InstanceId> {
    const { admin } = this.#parts
    const { id } = await admin.call(resourcesApi.register, { body: { name, kind } })
    await admin.call(resourcesApi.tag, { params: { instanceId: id }, body: { set: { ...tags } } })
    this.#ids.set(name, id)
    return id
  }

  async #enroll(instance: DemoInstance, turnOn: boolean): Promise<void> {
    const { admin, agents } = this.#parts
    const id = this.#ids.get(instance.name) ?? (await this.#register(instance))
    const params = { instanceId: id }
    await agents.enroll(instance.name, await admin.call(enrollmentApi.issueJoinToken, { params, body: {} }))
    if (turnOn) await admin.call(resourcesApi.setIdentity, { params, body: { enabled: true } })
    await this.#withAgent(instance, id, ({ identityState }) => identityState === (turnOn ? 'on' : 'off'))
  }

  /** The rotation that is due is opened by the server; all it needs is its agent. */
  async #roll(instance: DemoInstance): Promise<void> {
    const id = this.#ids.get(instance.name)
    if (id) await this.#withAgent(instance, id, ({ nextRotationAt }) => (nextRotationAt ?? 0) > this.#now)
  }

  async #rotateNow(id: InstanceId, instance: DemoInstance, reason: string): Promise<void> {
    const before = await this.#show(id)
    const principalId = before.identity?.principalId
    if (principalId) await this.#parts.admin.call(rotationApi.rotate, { params: { principalId }, body: { reason } })
    await this.#withAgent(instance, id, ({ credential }) => credential?.id !== before.credential?.id)
  }

  async #pause(id: InstanceId, reason: string): Promise<void> {
    const principalId = (await this.#show(id)).identity?.principalId
    if (principalId) await this.#parts.admin.call(resourcesApi.pause, { params: { principalId }, body: { reason } })
  }

  async #turnOff(id: InstanceId, instance: DemoInstance): Promise<void> {
    const body = { enabled: false, reason: 'replaced by the customer portal' }
    await this.#parts.admin.call(resourcesApi.setIdentity, { params: { instanceId: id }, body })
    await this.#withAgent(instance, id, ({ identityState }) => identityState === 'off')
  }

  /** Lets the agent run until the server sees what it was started for, and its workload ask for tokens. */
  async #withAgent(instance: DemoInstance, id: InstanceId, isDone: (shown: InstanceDetail) => boolean): Promise<void> {
    const { agents } = this.#parts
    const agent = await agents.start(instance.name)
    try {
      const deadline = systemClock.monotonicMs() + longestWaitMs
      for (;;) {
        const shown = await this.#show(id)
        if (isDone(shown) && shown.agent?.connected) break
        if (systemClock.monotonicMs() > deadline)
          throw new Error(`${instance.name} did not follow: ${shown.health.reason}`)
        await this.#parts.clock.sleep(pollMs)
      }
      if (agent.instanceState().identities.some(({ ready }) => ready)) {
        for (const audience of instance.audiences) await askForToken(agent, audience)
      }
    } finally {
      await agents.stop(instance.name)
    }
  }

  #show(id: InstanceId): Promise<InstanceDetail> {
    return this.#parts.admin.call(resourcesApi.show, { params: { instanceId: id } })
  }
}
