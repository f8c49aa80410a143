import { setImmediate } from 'node:timers/promises'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import type {
  FirstToken,
  RotationAttempt,
  RotationDetail,
  RotationLane,
  RotationSummary,
  RotationWaiting,
} from '@signet/shared/api/rotation'
import type { Term } from '@signet/shared/query/terms'
import { AgentId, ObjectId, RunId, SlotId, type ThumbprintS256 } from '@signet/shared/vocabulary/identifiers'
import type { Clock } from '../platform/clock.ts'
import { SignetError } from '../platform/signet-error.ts'
import { type KeyCredential, type Principal, type PrincipalRegistry, summaryOf } from '../principals/index.ts'
import type { Evidence, TokenWitness } from './evidence.ts'
import type { PolicyTargetsStore } from './policy-targets-store.ts'
import { rotationCondition, thumbprintsIn } from './rotation-filter.ts'
import type { RotationPlan } from './rotation-plan.ts'
import { runDeadlineMs } from './rotation-policy.ts'
import type { RotationReviewStore, RunQuery } from './rotation-review-store.ts'
import type { AttemptRow, RotationStore, RunRow, SlotRow } from './rotation-store.ts'
import { actorOf } from './run-ledger.ts'
import type { RunReviews } from './run-reviews.ts'

/** What the history asks of the domains that know agents and tokens. */
export interface RotationNeighbours {
  readonly agents: (
    agentIds: readonly string[],
  ) => Promise<ReadonlyMap<string, { connected: boolean; lastSeenAt: number | null }>>
  /** The instance that an agent serves; undefined where there is none any more. */
  readonly instanceOf: (agentId: AgentId) => Promise<{ readonly id: string; readonly name: string } | undefined>
  readonly tokens: TokenWitness
  /** The first token for a certificate, near the instant (epoch milliseconds) at which it was first used. */
  readonly firstToken: (use: { principalId: string; x5tS256: ThumbprintS256; at: number }) => FirstToken | undefined
}

/** A rotation with all that proves it, but for the first token. */
export type RotationProof = Omit<RotationDetail, 'firstToken'>

/** Which rotations: those a filter describes, requested from `from` (included) to `to` (not). */
interface HistoryQuery {
  readonly terms: readonly Term[]
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Rotations read at a time by whoever reads all of them. */
const portionLength = 100

/** Rotations as people review them. Nothing here changes anything. */
export class RotationHistory {
  readonly #store: RotationStore
  readonly #registry: PrincipalRegistry
  readonly #review: RotationReviewStore
  readonly #clock: Clock
  readonly #neighbours: RotationNeighbours
  readonly #evidence: Pick<Evidence, 'byIds'>
  readonly #plan: Pick<RotationPlan, 'bookFor'>
  readonly #targets: Pick<PolicyTargetsStore, 'labels'>
  readonly #reviews: Pick<RunReviews, 'of'>

  constructor(options: {
    store: RotationStore
    review: RotationReviewStore
    registry: PrincipalRegistry
    clock: Clock
    neighbours: RotationNeighbours
    evidence: Pick<Evidence, 'byIds'>
    plan: Pick<RotationPlan, 'bookFor'>
    targets: Pick<PolicyTargetsStore, 'labels'>
    reviews: Pick<RunReviews, 'of'>
  }) {
    this.#store = options.store
    this.#review = options.review
    this.#registry = options.registry
    this.#clock = options.clock
    this.#neighbours = options.neighbours
    this.#evidence = options.evidence
    this.#plan = options.plan
    this.#targets = options.targets
    this.#reviews = options.reviews
  }

  /** Newest first. */
  async page(query: HistoryQuery, page: PageQuery): Promise<Page<RotationSummary>> {
    const { items, nextCursor } = await this.#review.runs({ ...query, condition: await this.#condition(query) }, page)
    return { items: await this.#summaries(items), nextCursor }
  }

  async find(runId: string): Promise<RotationSummary | undefined> {
    const run = await this.#store.run(runId)
    return run && (await this.#summaries([run]))[0]
  }

  /**
   * Every matching rotation requested up to this moment, newest first, read in portions; each once, whatever is written
   * meanwhile (SEC-134). One that moves on meanwhile is as it was when its portion was read.
   */
  async each(query: HistoryQuery): Promise<AsyncIterable<RotationSummary>> {
    const newest = await this.#review.newestId()
    const asked = { ...query, condition: await this.#condition(query) }
    return this.#portions(asked, newest === undefined ? '' : `${newest}~`)
  }

  async *#portions(query: RunQuery, end: string): AsyncGenerator<RotationSummary> {
    let before = end
    for (;;) {
      const runs = await this.#review.portion(query, before, portionLength)
      yield* await this.#summaries(runs)
      const last = runs.at(-1)
      if (last === undefined || runs.length < portionLength) return
      before = last.id
      await setImmediate()
    }
  }

  /** One lane for each identity: what it held within the range, and when it rolls next; the soonest due first. */
  async lanes(
    query: { instance?: string | undefined; from: number; to: number },
    page: PageQuery,
  ): Promise<Page<RotationLane>> {
    const { items: slots, nextCursor } = await this.#review.upcoming(query, page)
    const ids = slots.map((slot) => slot.principal_id)
    const [credentials, principals, runs, policies] = await Promise.all([
      this.#registry.credentials.during(ids, { from: query.from, until: query.to }, mostInLane),
      this.#registry.findAll(ids),
      this.#store.openRuns(slots.map((slot) => slot.id)),
      this.#policiesOf(slots),
    ])
    const now = this.#clock.now()
    return {
      items: slots.map((slot) => ({
        ...laneOf(slot, now),
        instance: instanceOf(principals.find((each) => each.objectId === slot.principal_id)),
        credentials: credentials.filter((each) => each.slotId === slot.id).map(summaryOf),
        openRun: openRunOf(runs.find((run) => run.slot_id === slot.id)),
        policy: policies.get(slot.id) ?? '',
      })),
      nextCursor,
    }
  }

  /** Rotations by day (UTC) within the range: those that took effect, and those that are planned. */
  load(range: { from: number; to: number }): Promise<{ day: number; done: number; planned: number }[]> {
    return this.#review.load(range)
  }

  /**
   * The oldest of the matching rotations, with how many in a row have failed for the identity by now, and how many match: as
   * many as the list with the same filter has.
   */
  async oldest(
    query: Pick<HistoryQuery, 'terms'>,
    most: number,
  ): Promise<{ items: (RotationSummary & { failures: number })[]; total: number }> {
    const { runs, total } = await this.#review.oldest({ condition: await this.#condition(query) }, most)
    const slots = new Map((await this.#store.slots(runs.map((run) => run.slot_id))).map((slot) => [slot.id, slot]))
    const summaries = await this.#summaries(runs)
    const failuresOf = (run: RunRow | undefined) => (run && slots.get(run.slot_id)?.failures) ?? 0
    return { items: summaries.map((each, index) => ({ ...each, failures: failuresOf(runs[index]) })), total }
  }

  /** @throws SignetError `not_found` */
  async show(runId: string): Promise<RotationDetail> {
    const run = await this.#store.run(runId)
    const [summary] = run ? await this.#summaries([run]) : []
    if (!summary) throw new SignetError('not_found', 'No such rotation.')
    const [proof] = await this.proofs([summary])
    if (!proof) throw new SignetError('not_found', 'No such rotation.')
    return { ...proof, firstToken: this.#firstToken(summary) }
  }

  /** Each with the whole life of its certificates and with every step. */
  async proofs(runs: readonly RotationSummary[]): Promise<RotationProof[]> {
    const named = runs.flatMap(({ from, to }) => [from?.id, to?.id]).filter((id) => id !== undefined)
    const [credentials, attempts] = await Promise.all([
      this.#evidence.byIds([...new Set(named)]),
      this.#store.attemptsOfAll(runs.map(({ id }) => id)),
    ])
    const recordOf = (of: RotationSummary['to']) => (of && credentials.get(of.id)) ?? null
    return runs.map((run) => {
      const steps = attempts.filter((attempt) => attempt.run_id === run.id).map(toStep)
      return { ...run, from: recordOf(run.from), to: recordOf(run.to), steps }
    })
  }

  #firstToken({ principalId, to }: RotationSummary): FirstToken | null {
    if (to === null || to.firstUsedAt === null) return null
    return this.#neighbours.firstToken({ principalId, x5tS256: to.x5tS256, at: to.firstUsedAt }) ?? null
  }

  async #condition({ terms }: HistoryQuery): Promise<RunQuery['condition']> {
    return rotationCondition(terms, this.#clock.now(), await this.#credentialsNamed(terms))
  }

  async #waiting(runs: readonly RunRow[]): Promise<Map<string, RotationWaiting>> {
    const open = runs.filter((run) => run.finished_at === null)
    const slots = new Map((await this.#store.slots(open.map((run) => run.slot_id))).map((slot) => [slot.id, slot]))
    const agents = await this.#neighbours.agents([...new Set([...slots.values()].map((slot) => slot.agent_id))])
    const policies = await this.#policiesOf([...slots.values()])
    return new Map(
      open.map((run) => {
        const slot = slots.get(run.slot_id)
        const agent = slot && agents.get(slot.agent_id)
        return [
          run.id,
          {
            nextTryAt: run.due_at,
            givesUpAt: run.activated_at === null ? run.created_at + runDeadlineMs : null,
            failures: slot?.failures ?? 0,
            agent:
              slot && agent
                ? { id: AgentId.parse(slot.agent_id), connected: agent.connected, lastSeenAt: agent.lastSeenAt }
                : null,
            policy: policies.get(run.slot_id) ?? null,
          },
        ]
      }),
    )
  }

  /** What the policy of each slot rules, in words, by the ID of the slot. */
  async #policiesOf(slots: readonly SlotRow[]): Promise<Map<string, string>> {
    if (slots.length === 0) return new Map()
    const book = await this.#plan.bookFor(slots)
    const policies = slots.map((slot) => book.policyOf(slot))
    const labels = await this.#targets.labels([...new Set(policies)])
    return new Map(slots.map((slot, index) => [slot.id, labels.get(policies[index]?.id ?? '') ?? '']))
  }

  async #credentialsNamed(terms: readonly Term[]): Promise<Map<string, string[]>> {
    const named = await Promise.all(
      thumbprintsIn(terms).map(async (thumbprint): Promise<[string, string[]]> => {
        const found = await this.#registry.credentials.byThumbprint(thumbprint)
        return [thumbprint, found.map((credential) => String(credential.id))]
      }),
    )
    return new Map(named)
  }

  async #summaries(runs: readonly RunRow[]): Promise<RotationSummary[]> {
    const ids = runs.flatMap((run) => [run.from_credential_id, run.to_credential_id]).filter((id) => id !== null)
    const credentials = new Map((await this.#registry.credentials.byIds(ids)).map((found) => [String(found.id), found]))
    const principals = new Map(
      (await this.#registry.findAll(runs.map((run) => run.principal_id))).map((found) => [
        String(found.objectId),
        found,
      ]),
    )
    const waiting = await this.#waiting(runs)
    const reviews = await this.#reviews.of(runs.map((run) => run.id))
    return runs.map((run) => ({
      ...summarise(run, principals.get(run.principal_id), (id) => (id ? credentials.get(id) : undefined)),
      waiting: waiting.get(run.id) ?? null,
      reviewed: reviews.get(run.id) ?? null,
    }))
  }
}

function summarise(
  run: RunRow,
  principal: Principal | undefined,
  credentialOf: (id: string | null) => KeyCredential | undefined,
): Omit<RotationSummary, 'waiting' | 'reviewed'> {
  const from = credentialOf(run.from_credential_id)
  const to = credentialOf(run.to_credential_id)
  return {
    id: RunId.parse(run.id),
    principalId: ObjectId.parse(run.principal_id),
    instance: instanceOf(principal),
    principalName: run.principal_name,
    trigger: run.trigger,
    actor: actorOf(run),
    state: run.state,
    from: from ? summaryOf(from) : null,
    to: to ? summaryOf(to) : null,
    requestedAt: run.created_at,
    preparedAt: run.prepared_at,
    activatedAt: run.activated_at,
    finishedAt: run.finished_at,
    ...overlapOf(run, from),
    attempts: run.attempt,
    errorCode: run.error_code,
    errorDetail: run.error_detail,
  }
}

/** As many bars as one lane can show apart; short-lived certificates come by the hundred. */
const mostInLane = 40

function instanceOf(principal: Principal | undefined): RotationSummary['instance'] {
  return principal && principal.ownerInstanceId !== null
    ? { id: principal.ownerInstanceId, name: principal.displayName }
    : null
}

function laneOf(slot: SlotRow, now: number) {
  return {
    slotId: SlotId.parse(slot.id),
    principalId: ObjectId.parse(slot.principal_id),
    principalName: slot.principal_name,
    nextRotationAt: slot.rotate_after,
    isOverdue: slot.rotate_after !== null && slot.rotate_after < now,
    failures: slot.failures,
  }
}

function openRunOf(run: RunRow | undefined): RotationLane['openRun'] {
  return run ? { id: RunId.parse(run.id), state: run.state } : null
}

/** Both certificates are accepted from the moment the new one is registered until the old one stops being accepted. */
function overlapOf(
  run: RunRow,
  from: KeyCredential | undefined,
): Pick<RotationSummary, 'overlapFrom' | 'overlapUntil'> {
  if (!from || run.prepared_at === null) return { overlapFrom: null, overlapUntil: null }
  const planned = run.activated_at === null ? null : from.usableUntil
  const ended = from.revokedAt ?? (run.state === 'completed' ? run.finished_at : null)
  const until = planned !== null && ended !== null ? Math.min(planned, ended) : (ended ?? planned)
  return { overlapFrom: run.prepared_at, overlapUntil: until }
}

function toStep(row: AttemptRow): RotationAttempt {
  return {
    id: row.id,
    attempt: row.attempt,
    fromState: row.from_state,
    toState: row.to_state,
    outcome: row.outcome,
    actor: actorOf(row),
    startedAt: row.started_at,
    endedAt: row.ended_at,
    errorCode: row.error_code,
    detail: row.detail,
  }
}
