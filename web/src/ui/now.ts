import { useSyncExternalStore } from 'react'

const second = 1_000

/** One timer per period for the whole page, so that every time on it steps together. */
class Ticker {
  readonly #periodMs: number
  readonly #listeners = new Set<() => void>()
  #now = Date.now()
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(periodMs: number) {
    this.#periodMs = periodMs
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    this.#now = Date.now()
    this.#timer ??= setInterval(() => {
      this.#now = Date.now()
      for (const each of this.#listeners) each()
    }, this.#periodMs)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  readonly read = (): number => {
    if (this.#timer === undefined && Date.now() - this.#now >= this.#periodMs) this.#now = Date.now()
    return this.#now
  }
}

const tickers = { second: new Ticker(second), slow: new Ticker(15 * second) } as const

/** The current instant, kept current while the component is shown. */
export function useNow(pace: keyof typeof tickers = 'slow'): number {
  const ticker = tickers[pace]
  return useSyncExternalStore(ticker.subscribe, ticker.read)
}

/** The pace at which words about an instant change: by the second within two minutes of it. */
export function paceFor(at: number): keyof typeof tickers {
  return Math.abs(at - Date.now()) < 120 * second ? 'second' : 'slow'
}
