import type { Verdict } from './verdict.ts'

/** What a simulation is given; each says in its own words what sizes it has when none are asked for. */
export interface SimOptions {
  readonly verdict: Verdict
  /** How many slots, runs or objects it works with: its own number when absent. */
  readonly size: number | undefined
  /** How long it runs, where that is of choice: its own time when absent. */
  readonly seconds: number | undefined
  /** Every draw of chance follows from it, so that a run can be repeated. */
  readonly seed: number
}

/** Numbers in [0, 1) that follow from a seed (mulberry32): the same ones at every run. */
export function seededShares(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
