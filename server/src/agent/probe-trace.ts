import type { ErrorCode } from '@signet/shared/errors'
import { type Exchange, longestOfStep, type ProbeRequest, type ProbeStep } from '@signet/shared/wire/agent-protocol'
import type { Clock } from '../platform/clock.ts'
import { redact } from '../platform/redaction.ts'

/** Steps that happen behind the local endpoint; one that was not reached is shown as skipped. */
const innerSteps = {
  identity: 'Identity selected',
  cache: 'Token cache',
  assertion: 'Assertion signed',
  authority: 'Authority asked',
} as const

type StepOutcome = Pick<ProbeStep, 'detail'> & {
  status: 'ok' | 'failed'
  httpStatus?: number | null
  /** Of a failed step: why, in the words of this hop. */
  code?: ErrorCode | undefined
  exchange?: Exchange | undefined
}

/** A step that has begun. */
export interface OpenStep {
  end(outcome: StepOutcome): void
}

const nothing = { httpStatus: null, code: null, exchange: null } as const

/** What happened inside the agent during one test, with the time each step took. */
export class ProbeTrace {
  /** Also the `client-request-id` that goes to the authority. */
  readonly id: string
  readonly bypassCache: boolean
  readonly isolated: boolean
  /** What the local endpoint refused the request with; set by the endpoint itself. */
  refusal: ErrorCode | undefined
  readonly #clock: Clock
  readonly #startMs: number
  readonly #steps: ProbeStep[] = []
  readonly #onStep: (index: number, step: ProbeStep) => void

  /** @param onStep told whenever a step begins or ends; must not throw */
  constructor(
    request: Pick<ProbeRequest, 'probeId' | 'bypassCache' | 'isolated'>,
    clock: Clock,
    onStep: (index: number, step: ProbeStep) => void = () => undefined,
  ) {
    this.id = request.probeId
    this.bypassCache = request.bypassCache
    this.isolated = request.isolated
    this.#clock = clock
    this.#startMs = clock.monotonicMs()
    this.#onStep = onStep
  }

  /** A step that takes its time: shown as running until it ends. */
  open(name: ProbeStep['name'], title: string): OpenStep {
    const startMs = this.#elapsedMs()
    const index = this.#steps.length
    const begun = { name, title: title.slice(0, longestOfStep.title), startMs, durationMs: 0, detail: '', ...nothing }
    this.#set(index, { ...begun, status: 'running' })
    return { end: (outcome) => this.#set(index, this.#ended(begun, outcome)) }
  }

  /** A step that is over before anybody could watch it. */
  add(name: ProbeStep['name'], title: string, outcome: StepOutcome): void {
    const begun = {
      name,
      title: title.slice(0, longestOfStep.title),
      startMs: this.#elapsedMs(),
      durationMs: 0,
      detail: '',
      ...nothing,
    }
    this.#set(this.#steps.length, this.#ended(begun, outcome))
  }

  /** All steps in order of their beginning, what was not reached at the end. */
  finish(): ProbeStep[] {
    const startMs = this.#elapsedMs()
    const names = new Set(this.#steps.map((step) => step.name))
    const missing = (Object.keys(innerSteps) as (keyof typeof innerSteps)[]).filter((name) => !names.has(name))
    const skipped = missing.map(
      (name): ProbeStep => ({
        name,
        title: innerSteps[name],
        status: 'skipped',
        startMs,
        durationMs: 0,
        detail: 'Not needed, or not reached.',
        ...nothing,
      }),
    )
    return [...this.#steps, ...skipped]
  }

  #elapsedMs(): number {
    return round(this.#clock.monotonicMs() - this.#startMs)
  }

  #ended(begun: Omit<ProbeStep, 'status'>, outcome: StepOutcome): ProbeStep {
    const { status, httpStatus = null, code = null, exchange = null } = outcome
    return {
      ...begun,
      status,
      durationMs: round(this.#elapsedMs() - begun.startMs),
      httpStatus,
      detail: redact(outcome.detail, longestOfStep.detail),
      code,
      exchange: exchange && {
        request: redact(exchange.request, longestOfStep.exchange),
        response: redact(exchange.response, longestOfStep.exchange),
      },
    }
  }

  #set(index: number, step: ProbeStep): void {
    this.#steps[index] = step
    this.#onStep(index, step)
  }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}

/** Tests under way: only a request that carries the ID of one is traced. */
export class PendingProbes {
  readonly #traces = new Map<string, ProbeTrace>()

  begin(trace: ProbeTrace): Disposable {
    this.#traces.set(trace.id, trace)
    return { [Symbol.dispose]: () => this.#traces.delete(trace.id) }
  }

  find(id: string | string[] | undefined): ProbeTrace | undefined {
    return this.#traces.size > 0 && typeof id === 'string' ? this.#traces.get(id) : undefined
  }
}
