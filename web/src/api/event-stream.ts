import { afterParameter, ChangeEvent, eventsPath, StreamMark, silenceMs } from '@signet/shared/api/events'
import type { LinkState } from './connection.ts'

/** What the tab that holds the stream tells the others. */
type Message =
  | { readonly type: 'change'; readonly change: ChangeEvent }
  /** Everything may have changed. */
  | { readonly type: 'reset'; readonly seq: number }
  | { readonly type: 'seq'; readonly seq: number }
  | { readonly type: 'link'; readonly link: LinkState }
  | { readonly type: 'hello' }

interface Listener {
  readonly onChange: (change: ChangeEvent) => void
  /** What was missed is not known: everything has to be read again. */
  readonly onReset: () => void
  readonly onLink: (link: LinkState) => void
}

const name = 'signet-events'
/** Breaks in a row after which the server counts as unreachable. */
const breaksUntilOffline = 3
const firstRetryMs = 1_000
const longestRetryMs = 15_000

/**
 * Listens to the server's changes until the signal aborts. A browser allows six connections to one origin over
 * HTTP/1.1, so only one tab of it holds the stream and shares it with the others. Whichever tab takes over, or comes
 * back after a break, says the number of the last event it has and gets what it missed.
 */
export function listenToChanges(listener: Listener, signal: AbortSignal): void {
  const channel = new BroadcastChannel(name)
  let link: LinkState = { state: 'reconnecting', retryAt: null }
  let seq: number | undefined
  const publish = (message: Message) => {
    if (message.type === 'change') {
      seq = message.change.seq
      listener.onChange(message.change)
    } else if (message.type === 'reset') {
      seq = message.seq
      listener.onReset()
    } else if (message.type === 'seq') {
      seq = message.seq
    } else if (message.type === 'link') {
      link = message.link
      listener.onLink(link)
    }
  }
  let leads = false
  channel.onmessage = (event: MessageEvent<Message>) => {
    if (leads && event.data.type === 'hello') {
      channel.postMessage({ type: 'link', link } satisfies Message)
      if (seq !== undefined) channel.postMessage({ type: 'seq', seq } satisfies Message)
    }
    if (!leads) publish(event.data)
  }
  signal.addEventListener('abort', () => channel.close())
  channel.postMessage({ type: 'hello' } satisfies Message)

  void whenLeading(signal, () => {
    leads = true
    const stream = new HeldStream(
      (message) => {
        publish(message)
        channel.postMessage(message)
      },
      () => seq,
    )
    return stream.hold(signal)
  })
}

/** Runs `lead` in one tab at a time; without Web Locks every tab leads for itself. */
async function whenLeading(signal: AbortSignal, lead: () => Promise<void>): Promise<void> {
  if (!('locks' in navigator)) return lead()
  try {
    await navigator.locks.request(name, { signal }, lead)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** How long to wait before the next try: twice as long each time, with a random quarter so that tabs do not come at once. */
export function retryDelayMs(breaks: number, random = Math.random()): number {
  const delay = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.max(0, breaks - 1))
  return Math.round(delay * (0.75 + random / 4))
}

/** One stream that is opened again after each break. */
class HeldStream {
  readonly #publish: (message: Message) => void
  readonly #lastSeq: () => number | undefined
  #source: EventSource | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #watchdog: ReturnType<typeof setTimeout> | undefined
  #breaks = 0

  constructor(publish: (message: Message) => void, lastSeq: () => number | undefined) {
    this.#publish = publish
    this.#lastSeq = lastSeq
  }

  /** Ends when the signal aborts. */
  hold(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve()
      const backOnline = () => this.#open()
      window.addEventListener('online', backOnline)
      signal.addEventListener('abort', () => {
        window.removeEventListener('online', backOnline)
        clearTimeout(this.#retry)
        clearTimeout(this.#watchdog)
        this.#source?.close()
        resolve()
      })
      this.#open()
    })
  }

  #open(): void {
    clearTimeout(this.#retry)
    this.#source?.close()
    const seq = this.#lastSeq()
    const source = new EventSource(`/api${eventsPath}${seq === undefined ? '' : `?${afterParameter}=${seq}`}`)
    this.#source = source
    if (this.#breaks > 0) this.#say(null)
    source.onopen = () => this.#heard()
    // Not the browser's own way back: its pace is unknown, and it gives up after an answer such as 503.
    source.onerror = () => this.#broke()
    source.addEventListener('change', (event: MessageEvent<string>) => {
      this.#heard()
      const change = read(ChangeEvent, event.data)
      if (change !== undefined) this.#publish({ type: 'change', change })
    })
    for (const kind of ['hello', 'reset', 'beat'] as const) {
      source.addEventListener(kind, (event: MessageEvent<string>) => this.#marked(kind, event.data))
    }
    this.#watch()
  }

  #marked(kind: 'hello' | 'reset' | 'beat', data: string): void {
    this.#heard()
    const mark = read(StreamMark, data)
    if (mark !== undefined) this.#publish({ type: kind === 'reset' ? 'reset' : 'seq', seq: mark.seq })
    if (kind === 'beat') return
    this.#breaks = 0
    this.#publish({ type: 'link', link: { state: 'live' } })
  }

  #heard(): void {
    this.#watch()
  }

  /** A server that is gone without a word leaves a connection that looks open. */
  #watch(): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(() => this.#broke(), silenceMs)
  }

  #broke(): void {
    this.#source?.close()
    clearTimeout(this.#watchdog)
    clearTimeout(this.#retry)
    this.#breaks += 1
    const delay = retryDelayMs(this.#breaks)
    this.#retry = setTimeout(() => this.#open(), delay)
    this.#say(Date.now() + delay)
  }

  #say(retryAt: number | null): void {
    const isLong = this.#breaks >= breaksUntilOffline || !navigator.onLine
    this.#publish({ type: 'link', link: { state: isLong ? 'offline' : 'reconnecting', retryAt } })
  }
}

function read<T>(schema: { safeParse(value: unknown): { data?: T } }, data: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(data)).data
  } catch {
    return undefined
  }
}
