import type { ProbeStep } from '@signet/shared/wire/agent-protocol'

/** Times the steps of one request. */
export interface Trace {
  step<T>(name: ProbeStep['name'], title: string, work: () => Promise<T> | T): Promise<T>
}

/** A request nobody watches: nothing is measured. */
const untraced: Trace = { step: async (_name, _title, work) => work() }

const mostTraces = 100
/** A request has four steps; whoever else sends a watched correlation ID cannot make its record grow. */
const mostSteps = 16

/** Steps of the requests somebody watches, by correlation ID; the token tester is the one who does. */
export class TraceRecorder {
  readonly #traces = new Map<string, ProbeStep[]>()

  begin(correlationId: string): void {
    const oldest = this.#traces.keys().next().value
    if (this.#traces.size >= mostTraces && oldest !== undefined) this.#traces.delete(oldest)
    this.#traces.set(correlationId, [])
  }

  /** What was recorded, once; `startMs` counts from when the authority took the request in. */
  take(correlationId: string): ProbeStep[] {
    const steps = this.#traces.get(correlationId) ?? []
    this.#traces.delete(correlationId)
    return steps
  }

  of(correlationId: string, monotonicMs: () => number): Trace {
    const steps = this.#traces.get(correlationId)
    if (!steps || steps.length >= mostSteps) return untraced
    const origin = monotonicMs()
    return {
      async step(name, title, work) {
        const startMs = monotonicMs() - origin
        const add = (status: 'ok' | 'failed', detail: string) => {
          const durationMs = round(monotonicMs() - origin - startMs)
          steps.push({ name, title, status, startMs: round(startMs), durationMs, httpStatus: null, detail })
        }
        try {
          const result = await work()
          add('ok', '')
          return result
        } catch (error) {
          add('failed', error instanceof Error ? error.message.slice(0, 500) : '')
          throw error
        }
      },
    }
  }
}

const round = (ms: number) => Math.round(ms * 100) / 100
