import { ChangeEvent, eventsPath } from '@signet/shared/api/events'

export type LinkState = 'live' | 'reconnecting'

type Message =
  | { readonly type: 'change'; readonly change: ChangeEvent }
  | { readonly type: 'state'; readonly state: LinkState }
  | { readonly type: 'hello' }

interface Listener {
  readonly onChange: (change: ChangeEvent) => void
  readonly onState: (state: LinkState) => void
}

const name = 'signet-events'
const retryMs = 3_000

/**
 * Listens to the server's changes until the signal aborts. A browser allows six connections to one origin over
 * HTTP/1.1, so only one tab of it holds the stream and shares it with the others.
 */
export function listenToChanges(listener: Listener, signal: AbortSignal): void {
  const channel = new BroadcastChannel(name)
  let state: LinkState = 'reconnecting'
  const publish = (message: Message) => {
    if (message.type === 'change') listener.onChange(message.change)
    if (message.type === 'state') {
      state = message.state
      listener.onState(state)
    }
  }
  let leads = false
  channel.onmessage = (event: MessageEvent<Message>) => {
    if (leads && event.data.type === 'hello') channel.postMessage({ type: 'state', state } satisfies Message)
    if (!leads) publish(event.data)
  }
  signal.addEventListener('abort', () => channel.close())
  channel.postMessage({ type: 'hello' } satisfies Message)

  void whenLeading(signal, () => {
    leads = true
    return holdStream(signal, (message) => {
      publish(message)
      channel.postMessage(message)
    })
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

/** Keeps one stream open, opens it again after a break, and ends when the signal aborts. */
function holdStream(signal: AbortSignal, publish: (message: Message) => void): Promise<void> {
  return new Promise((resolve) => {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      source = new EventSource(`/api${eventsPath}`)
      source.onopen = () => publish({ type: 'state', state: 'live' })
      source.addEventListener('change', (event: MessageEvent<string>) => {
        const change = readChange(event.data)
        if (change !== null) publish({ type: 'change', change })
      })
      source.onerror = () => {
        publish({ type: 'state', state: 'reconnecting' })
        // The browser comes back by itself after a break, but not after an answer such as 401 or 503.
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, retryMs)
      }
    }
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      source?.close()
      resolve()
    })
    open()
  })
}

function readChange(data: string): ChangeEvent | null {
  try {
    return ChangeEvent.safeParse(JSON.parse(data)).data ?? null
  } catch {
    return null
  }
}
