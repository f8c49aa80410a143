import type { Verdict } from './verdict.ts'

/** How large a simulation is. */
export interface SimSize {
  /** How many of its unit it works with. */
  readonly size: number
  /** How long it runs, where that is of choice. */
  readonly seconds?: number
}

/** What one run of a simulation is given. */
export interface SimOptions extends SimSize {
  readonly verdict: Verdict
  /** Every draw of chance follows from it, so that a run can be repeated. */
  readonly seed: number
  /** What is broken on purpose, by its name among the faults; undefined for a run that counts. */
  readonly fault: string | undefined
}

/** One simulation of data-and-scale §13. */
export interface Simulation {
  /** What must hold, in the words of the design and with its figures. */
  readonly criterion: string
  /** What `size` counts, and what of it is not of choice. */
  readonly unit: string
  /** `plain` unless said otherwise, `full` for a machine that has time, `brief` for tests and for each fault. */
  readonly sizes: Readonly<Record<'plain' | 'full' | 'brief', SimSize>>
  /** What can be broken on purpose, each with words from the name of the check that has to fail for it. */
  readonly faults: Readonly<Record<string, string>>
  run(options: SimOptions): Promise<void>
}
