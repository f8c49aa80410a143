import { useEffect, useReducer } from 'react'
import { useLater } from './later.ts'
import { sayToast, type ToastWish, watchWaitingToasts } from './toast-queue.ts'

/** Says that something worked, why it cannot be done (`warn`), or that it failed. Failures stay until they are closed. */
export function notify(tone: ToastWish['tone'], title: string, description?: string): void {
  sayToast({ tone, title, description })
}

/** Says that something worked, and takes it back on demand within ten seconds. */
export function notifyUndoable(title: string, onUndo: () => void): void {
  sayToast({ tone: 'ok', title, onUndo })
}

/** Where messages appear. What draws them is no part of the first paint; those that come earlier wait for it. */
export function Toaster() {
  // A message that waits is a reason to fetch it once more, if it could not be.
  const [, again] = useReducer((count: number) => count + 1, 0)
  useEffect(() => watchWaitingToasts(again), [])
  const drawing = useLater(() => import('./toasts.tsx'))
  return drawing && <drawing.Toasts />
}
