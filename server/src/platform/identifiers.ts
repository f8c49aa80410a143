import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { Clock } from './clock.ts'

/** Random GUID, lower case: leaks no time, so it is what goes on the wire. */
export function newGuid(): string {
  return randomUUID()
}

/** `bytes` random bytes as base64url. */
export function newSecret(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}

/** Uniform in [0, 1); for jitter, never for secrets. */
export function randomShare(): number {
  return randomInt(2 ** 32) / 2 ** 32
}

/** Makes UUIDv7 (RFC 9562 §5.7) that rise strictly within the process, even when the clock steps back. */
export class SequentialIds {
  readonly #clock: Clock
  #lastMs = 0
  #counter = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Ids made before by another process are passed, whatever the clock says. */
  startAfter(id: string): void {
    const madeAtMs = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
    this.#lastMs = Math.max(this.#lastMs, madeAtMs + 1)
  }

  next(): string {
    const now = this.#clock.now()
    if (now > this.#lastMs) {
      this.#lastMs = now
      this.#counter = randomInt(2 ** 11)
    } else if (++this.#counter >= 2 ** 12) {
      this.#lastMs += 1
      this.#counter = 0
    }
    const ms = this.#lastMs.toString(16).padStart(12, '0')
    const counter = this.#counter.toString(16).padStart(3, '0')
    // Variant and 62 random bits are those of a random GUID, whose randomness Node draws in bulk.
    return `${ms.slice(0, 8)}-${ms.slice(8)}-7${counter}-${randomUUID().slice(19)}`
  }
}

/**
 * IDs never go back: after the clock was set back they run ahead of it until it has caught up (SEC-145). A range of time
 * that is looked up by ID ends this much later, and is cut by the time in the row.
 */
const idLeadMs = dayMs

/** Rows from before the instant `ms` have lesser IDs than this, unless the clock was set back by more than a day. */
export function idBoundAt(ms: number): string {
  return firstIdAt(ms + idLeadMs)
}

/** The least UUID of the millisecond `ms`: no UUIDv7 made before then reaches it, none made later stays below. */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, Math.min(ms, 2 ** 48 - 1))
    .toString(16)
    .padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}
