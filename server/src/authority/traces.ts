import type { ProbeStep } from '@signet/shared/wire/agent-protocol'
import { SignetError } from '../platform/signet-error.ts'

/** Times the steps of one request. */
export interface Trace {
  /** @param say what was found, for people; asked only when somebody watches and the step succeeded */
  step<T>(name: ProbeStep['name'], title: string, work: () => Promise<T> | T, say?: (result: T) => string): Promise<T>
}

/** A request nobody watches: nothing is measured. */
const untraced: Trace = { step: async (_name, _title, work) => work() }

const mostTraces = 100
/** A request has four steps; whoever else sends a watched correlation ID cannot make its record grow. */
const mostSteps = 16

interface Watch {
  readonly steps: ProbeStep[]
  readonly onStep: () => void
}

/** Steps of the requests somebody watches, by correlation ID; the token tester is the one who does. */
export class TraceRecorder {
  readonly #watches = new Map<string, Watch>()

  /** @param onStep called after each step; must not throw */
  begin(correlationId: string, onStep: () => void = () => undefined): void {
    const oldest = this.#watches.keys().next().value
    if (this.#watches.size >= mostTraces && oldest !== undefined) this.#watches.delete(oldest)
    this.#watches.set(correlationId, { steps: [], onStep })
  }

  /** What is recorded so far; `startMs` counts from when the authority took the request in. */
  peek(correlationId: string): readonly ProbeStep[] {
    return this.#watches.get(correlationId)?.steps ?? []
  }

  /** What was recorded, once. */
  take(correlationId: string): ProbeStep[] {
    const steps = this.#watches.get(correlationId)?.steps ?? []
    this.#watches.delete(correlationId)
    return steps
  }

  of(correlationId: string, monotonicMs: () => number): Trace {
    const watch = this.#watches.get(correlationId)
    if (!watch || watch.steps.length >= mostSteps) return untraced
    const origin = monotonicMs()
    return {
      async step(name, title, work, say) {
        const startMs = monotonicMs() - origin
        const add = (outcome: Pick<ProbeStep, 'status' | 'detail' | 'code'>) => {
          const times = { startMs: round(startMs), durationMs: round(monotonicMs() - origin - startMs) }
          watch.steps.push({ name, title, ...times, httpStatus: null, exchange: null, ...outcome })
          watch.onStep()
        }
        try {
          const result = await work()
          add({ status: 'ok', detail: say?.(result) ?? '', code: null })
          return result
        } catch (thrown) {
          const { detail, code } = SignetError.from(thrown)
          add({ status: 'failed', detail: detail.slice(0, 500), code })
          throw thrown
        }
      },
    }
  }
}

const round = (ms: number) => Math.round(ms * 100) / 100
