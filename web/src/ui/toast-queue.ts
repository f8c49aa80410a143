export interface ToastWish {
  readonly tone: 'ok' | 'warn' | 'bad'
  readonly title: string
  readonly description?: string | undefined
  /** Offered for ten seconds where the act can be taken back. */
  readonly onUndo?: () => void
}

type Taker = (wish: ToastWish) => void

/** What was said before there was anything to show it with. */
const waiting: ToastWish[] = []
let taker: Taker | undefined
let onWait: (() => void) | undefined

/** Shows a message, or keeps it until something can. */
export function sayToast(wish: ToastWish): void {
  if (taker === undefined) {
    waiting.push(wish)
    onWait?.()
  } else {
    taker(wish)
  }
}

/** Hands over what waits and whatever comes. @returns ends that */
export function takeToasts(next: Taker): () => void {
  taker = next
  for (const wish of waiting.splice(0)) next(wish)
  return () => {
    taker = undefined
  }
}

/** Tells of each message that has to wait. @returns ends that */
export function watchWaitingToasts(listener: () => void): () => void {
  onWait = listener
  return () => {
    onWait = undefined
  }
}
