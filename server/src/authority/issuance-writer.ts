import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { IssuanceRow, PruneLimits } from './issuance-log-store.ts'

type WriterCall =
  | { readonly kind: 'write'; readonly rows: readonly IssuanceRow[] }
  | { readonly kind: 'prune'; readonly limits: PruneLimits }
  | { readonly kind: 'close' }

/** What the thread is asked for, and what it answers. */
export type WriterRequest = { readonly id: number } & WriterCall
export interface WriterAnswer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/**
 * Writes the token log on a thread of its own, so that a disk that flushes slowly holds up the requests that wait for it
 * and nothing else. Requests are carried out in the order they are made. A thread that dies fails what was under way,
 * whose fate is then unknown, and the next request starts another.
 */
export class IssuanceWriter {
  readonly #file: string
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #lastId = 0
  #closed = false

  /** @param file a `telemetry.db` with its schema in place */
  constructor(file: string) {
    this.#file = file
    this.#worker = this.#start()
  }

  /**
   * Commits the rows together; they are on stable storage when it resolves. false marks a row whose assertion was spent
   * before: it is recorded as the refusal it is.
   */
  write(rows: readonly IssuanceRow[]): Promise<readonly boolean[]> {
    return this.#call<boolean[]>({ kind: 'write', rows })
  }

  /** @returns rows deleted */
  prune(limits: PruneLimits): Promise<number> {
    return this.#call<number>({ kind: 'prune', limits })
  }

  /** Carries out what was asked for, then ends the thread. Later requests are refused. */
  async close(): Promise<void> {
    const worker = this.#worker
    if (this.#closed || !worker) {
      this.#closed = true
      return
    }
    const ended = once(worker, 'exit')
    worker.ref()
    const closing = this.#call<null>({ kind: 'close' })
    this.#closed = true
    await Promise.allSettled([closing, ended])
  }

  #call<T>(call: WriterCall): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('the token log is closed'))
    this.#worker ??= this.#start()
    const worker = this.#worker
    const id = ++this.#lastId
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as T), reject })
      worker.postMessage({ id, ...call } satisfies WriterRequest)
    })
  }

  #start(): Worker {
    const worker = new Worker(new URL('./issuance-worker.ts', import.meta.url), { workerData: this.#file })
    // Listeners keep the process alive, not this; while it closes it does.
    worker.unref()
    worker.on('message', (answer: WriterAnswer) => this.#settle(answer))
    worker.on('error', (error) => this.#failed(worker, error))
    worker.on('exit', () => this.#failed(worker, new Error('the writer of the token log has ended')))
    return worker
  }

  #settle({ id, result, error }: WriterAnswer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(error))
  }

  #failed(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const one of waiting) one.reject(error)
  }
}
