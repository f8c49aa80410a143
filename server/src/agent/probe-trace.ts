import type { ProbeRequest, ProbeStep } from '@signet/shared/wire/agent-protocol'
import type { Clock } from '../platform/clock.ts'

/** Steps that happen behind the local endpoint; one that was not reached is shown as skipped. */
const innerSteps = {
  identity: 'Identity selected',
  cache: 'Token cache',
  assertion: 'Assertion signed',
  authority: 'Authority asked',
} as const

type StepOutcome = Pick<ProbeStep, 'name' | 'title' | 'status' | 'detail'> & { httpStatus?: number | null }

/** What happened inside the agent during one test, with the time each step took. */
export class ProbeTrace {
  /** Also the `client-request-id` that goes to the authority. */
  readonly id: string
  readonly bypassCache: boolean
  readonly #clock: Clock
  readonly #startMs: number
  readonly #steps: ProbeStep[] = []

  constructor(request: Pick<ProbeRequest, 'probeId' | 'bypassCache'>, clock: Clock) {
    this.id = request.probeId
    this.bypassCache = request.bypassCache
    this.#clock = clock
    this.#startMs = clock.monotonicMs()
  }

  /** Milliseconds since the test began, to a hundredth. */
  elapsedMs(): number {
    return round(this.#clock.monotonicMs() - this.#startMs)
  }

  add(startMs: number, step: StepOutcome): void {
    const { httpStatus = null, detail, title, ...rest } = step
    const durationMs = round(this.elapsedMs() - startMs)
    this.#steps.push({
      ...rest,
      title: title.slice(0, 200),
      startMs,
      durationMs,
      httpStatus,
      detail: detail.slice(0, 2_000),
    })
  }

  /** All steps in order of their beginning, what was not reached at the end. */
  finish(): ProbeStep[] {
    const startMs = this.elapsedMs()
    const names = new Set(this.#steps.map((step) => step.name))
    const missing = (Object.keys(innerSteps) as (keyof typeof innerSteps)[]).filter((name) => !names.has(name))
    const skipped = missing.map(
      (name): ProbeStep => ({
        name,
        title: innerSteps[name],
        status: 'skipped',
        startMs,
        durationMs: 0,
        httpStatus: null,
        detail: 'Not needed, or not reached.',
      }),
    )
    return [...this.#steps.sort((a, b) => a.startMs - b.startMs), ...skipped]
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
