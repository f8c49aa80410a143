import { useSyncExternalStore } from 'react'

/** How the link to the server is. `offline` is a break that lasts: nothing can be changed until it is over. */
export type LinkState =
  | { readonly state: 'live' }
  /** @property retryAt epoch milliseconds of the next try; null while one is under way */
  | { readonly state: 'reconnecting' | 'offline'; readonly retryAt: number | null }

let current: LinkState = { state: 'reconnecting', retryAt: null }
const listeners = new Set<() => void>()

export function setLink(link: LinkState): void {
  current = link
  for (const each of listeners) each()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useLink(): LinkState {
  return useSyncExternalStore(subscribe, () => current)
}

/** Why nothing can be changed at the moment; undefined when it can. */
export function useWritable(): string | undefined {
  const { state } = useLink()
  return state === 'offline' ? 'The server cannot be reached; changes are off until it answers again.' : undefined
}
