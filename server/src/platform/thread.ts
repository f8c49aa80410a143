import { once } from 'node:events'
import { parentPort, Worker } from 'node:worker_threads'

/** What goes to a thread and what comes back. A call of null says that no other follows. */
interface Sent<Call> {
  readonly id: number
  readonly call: Call | null
}
type Answered<Result> =
  | { readonly id: number; readonly result: Result }
  | { readonly id: number; readonly error: string; readonly code?: string }

interface Waiting<Result> {
  readonly resolve: (result: Result) => void
  readonly reject: (error: Error) => void
}

/**
 * A thread of its own for slow work, so that no token waits for it (SEC-169). It starts with the first call if not before, carries out
 * one after the other in the order they are made, and keeps the process alive only while it has some. When it dies, what
 * was under way fails, its fate unknown, and the next call starts another.
 */
export class Thread<Call, Result> {
  readonly #module: URL
  readonly #name: string
  readonly #data: unknown
  readonly #waiting = new Map<number, Waiting<Result>>()
  #worker: Worker | undefined
  #lastId = 0
  #isClosed = false

  /**
   * @param module calls `answerCalls`
   * @param name for messages, as in "the reports thread ended"
   * @param data what the module finds as `workerData`
   */
  constructor(module: URL, name: string, data?: unknown) {
    this.#module = module
    this.#name = name
    this.#data = data
  }

  /** Calls that are not answered yet. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Starts it ahead of the first call, which then does not wait for that. */
  warmUp(): void {
    if (!this.#isClosed) this.#worker ??= this.#start()
  }

  /** Rejects with what the thread throws, by its message and code, and after `finish`. */
  ask(call: Call): Promise<Result> {
    if (this.#isClosed) return Promise.reject(new Error(`the ${this.#name} is closed`))
    this.#worker ??= this.#start()
    const worker = this.#worker
    return new Promise((resolve, reject) => {
      this.#lastId += 1
      this.#waiting.set(this.#lastId, { resolve, reject })
      worker.ref()
      worker.postMessage({ id: this.#lastId, call } satisfies Sent<Call>)
    })
  }

  /** Carries out what was asked for, then ends. */
  async finish(): Promise<void> {
    this.#isClosed = true
    const worker = this.#worker
    if (!worker) return
    const ended = once(worker, 'exit')
    worker.ref()
    worker.postMessage({ id: 0, call: null } satisfies Sent<Call>)
    await Promise.allSettled([ended])
  }

  #start(): Worker {
    const worker = new Worker(this.#module, { workerData: this.#data })
    worker.unref()
    worker.on('message', (answer: Answered<Result>) => this.#settle(worker, answer))
    worker.on('error', (error) => this.#ended(worker, error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => this.#ended(worker, new Error(`the ${this.#name} ended`)))
    return worker
  }

  #settle(worker: Worker, answer: Answered<Result>): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0 && !this.#isClosed) worker.unref()
    if ('error' in answer) waiting?.reject(Object.assign(new Error(answer.error), answer.code && { code: answer.code }))
    else waiting?.resolve(answer.result)
  }

  #ended(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of waiting) reject(error)
  }
}

/**
 * The thread's own side of `Thread`.
 *
 * @param close called once, after the last call that was asked for
 */
export function answerCalls<Call, Result>(handle: (call: Call) => Result, close: () => void = () => undefined): void {
  parentPort?.on('message', ({ id, call }: Sent<Call>) => {
    if (call === null) {
      close()
      parentPort?.close()
      return
    }
    parentPort?.postMessage(answerOf(id, () => handle(call)))
  })
}

function answerOf<Result>(id: number, work: () => Result): Answered<Result> {
  try {
    return { id, result: work() }
  } catch (error) {
    if (!(error instanceof Error)) return { id, error: String(error) }
    return { id, error: error.message, ...('code' in error && { code: String(error.code) }) }
  }
}
