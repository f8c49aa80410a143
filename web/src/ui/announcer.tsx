import { useSyncExternalStore } from 'react'

let message = ''
const listeners = new Set<() => void>()

/** Has assistive technology say something without moving the focus. */
export function announce(text: string): void {
  // A trailing no-break space makes a repeated message a new one.
  message = text === message ? `${text}\u00a0` : text
  for (const each of listeners) each()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The page's one polite live region; stands once, in the root of the app. */
export function Announcer() {
  const text = useSyncExternalStore(subscribe, () => message)
  return (
    <div aria-live="polite" className="sr-only">
      {text}
    </div>
  )
}
