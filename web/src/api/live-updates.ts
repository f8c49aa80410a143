import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type LinkState, listenToChanges } from './event-stream.ts'
import { type QueryRoot, rootsOf } from './query-roots.ts'
import { sessionKey } from './session.ts'

const batchMs = 250

/** Refreshes what is on screen when the server says that it changed; tells how the link to the server is. */
export function useLiveUpdates(): LinkState {
  const client = useQueryClient()
  const [link, setLink] = useState<LinkState>('reconnecting')
  useEffect(() => {
    const stop = new AbortController()
    const stale = new Set<QueryRoot>()
    let timer: ReturnType<typeof setTimeout> | undefined
    let wasLive = false

    const flush = () => {
      timer = undefined
      const roots = [...stale]
      stale.clear()
      for (const root of roots) void client.invalidateQueries({ queryKey: [root] })
    }
    listenToChanges(
      {
        onChange: (change) => {
          for (const root of rootsOf[change.kind]) stale.add(root)
          timer ??= setTimeout(flush, batchMs)
        },
        onState: (state) => {
          setLink(state)
          // What happened during a break is not told again, so everything is read again.
          if (state === 'live' && wasLive) void client.invalidateQueries()
          // A stream that was refused may mean that the session has ended.
          if (state === 'reconnecting' && wasLive) void client.invalidateQueries({ queryKey: sessionKey })
          wasLive ||= state === 'live'
        },
      },
      stop.signal,
    )
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [client])
  return link
}
