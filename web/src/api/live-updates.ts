import type { ChangeEvent } from '@signet/shared/api/events'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { setLink } from './connection.ts'
import { listenToChanges } from './event-stream.ts'
import { type QueryRoot, rootsOf } from './query-roots.ts'
import { sessionKey } from './session.ts'

const batchMs = 250

/** Refreshes what is on screen when the server says that it changed, and says how the link to the server is. */
export function useLiveUpdates(): void {
  const client = useQueryClient()
  useEffect(() => {
    const stop = new AbortController()
    const refresh = new Refresher(client)
    let wasBroken = false
    listenToChanges(
      {
        onChange: (change) => refresh.add(change),
        onReset: () => refresh.everything(),
        onLink: (link) => {
          setLink(link)
          if (link.state === 'live') {
            if (wasBroken) refresh.failed()
            wasBroken = false
            return
          }
          // A stream that was refused may mean that the session has ended.
          if (!wasBroken) void client.invalidateQueries({ queryKey: sessionKey })
          wasBroken = true
        },
      },
      stop.signal,
    )
    return () => {
      refresh.stop()
      stop.abort()
    }
  }, [client])
}

/** Gathers changes for a moment, so that a burst of them is one refresh. */
class Refresher {
  readonly #client: QueryClient
  readonly #stale = new Set<QueryRoot>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(client: QueryClient) {
    this.#client = client
  }

  add(change: ChangeEvent): void {
    for (const root of rootsOf[change.kind]) this.#stale.add(root)
    this.#timer ??= setTimeout(() => this.#flush(), batchMs)
  }

  everything(): void {
    void this.#client.invalidateQueries()
  }

  /** What could not be loaded while the server was away is loaded now. */
  failed(): void {
    void this.#client.refetchQueries({ predicate: (query) => query.state.status === 'error' })
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #flush(): void {
    this.#timer = undefined
    const roots = [...this.#stale]
    this.#stale.clear()
    for (const root of roots) void this.#client.invalidateQueries({ queryKey: [root] })
  }
}
