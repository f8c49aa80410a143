import { minuteMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'

const mostGrants = 100
const grantMs = minuteMs

/**
 * Permissions for one token of a shorter life each, given by the token tester. A grant is known by the correlation ID of
 * its test, a random GUID that goes to the tested agent alone over its own channel, and is good for one token within a
 * minute. It can make a token shorter and nothing else, so there is nothing to gain by guessing one.
 */
export class TestGrants {
  readonly #clock: Pick<Clock, 'now'>
  readonly #grants = new Map<string, { lifetimeSeconds: number; until: number }>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  give(correlationId: string, lifetimeSeconds: number): void {
    const oldest = this.#grants.keys().next().value
    if (this.#grants.size >= mostGrants && oldest !== undefined) this.#grants.delete(oldest)
    this.#grants.set(correlationId, { lifetimeSeconds, until: this.#clock.now() + grantMs })
  }

  /** The test is over; what it did not use is gone. */
  withdraw(correlationId: string): void {
    this.#grants.delete(correlationId)
  }

  /** The life of a token that would have `lifetimeSeconds`; spends the grant of this request, if it has one. */
  shorten(correlationId: string, lifetimeSeconds: number): number {
    const grant = this.#grants.get(correlationId)
    if (!grant) return lifetimeSeconds
    this.#grants.delete(correlationId)
    return grant.until > this.#clock.now() ? Math.min(lifetimeSeconds, grant.lifetimeSeconds) : lifetimeSeconds
  }
}
