import { dayMs } from '@signet/shared/vocabulary/time'
import type { CertificateAuthoritiesTable } from '../platform/database/schema.ts'

export type AuthorityRow = CertificateAuthoritiesTable

export const rootLifetimeMs = 10 * 365 * dayMs
export const issuingLifetimeMs = 5 * 365 * dayMs

/** The next one is known everywhere for at least this long: an agent that slept for as long as it may still has it in time. */
const distributionMs = 30 * dayMs

type Times = Pick<AuthorityRow, 'not_before' | 'not_after' | 'created_at'>

/** Made at half life of the one that signs (SEC-51). */
export function prepareAtOf(active: Times): number {
  return active.not_before + (active.not_after - active.not_before) / 2
}

/** Signs from five sixths of the life of the one before, but not before it was distributed; half way to that one's end at the latest. */
export function activateAtOf(active: Times, prepared: Times | undefined): number {
  const planned = active.not_before + ((active.not_after - active.not_before) * 5) / 6
  const left = prepared ? (active.not_after - prepared.created_at) / 2 : 0
  const distributed = prepared ? prepared.created_at + Math.min(distributionMs, left) : planned
  return Math.round(Math.max(planned, distributed))
}

export interface AuthoritySteps {
  readonly active: AuthorityRow | undefined
  /** Trusted nowhere any more: nothing it has signed is valid, or it never signed and cannot. */
  readonly retire: readonly AuthorityRow[]
  readonly activate: AuthorityRow | undefined
  /** Whether one has to be made; it is the one that signs when there is no other, and the next one otherwise. */
  readonly make: boolean
}

/**
 * What the schedule asks for in one scope at this instant. Taking the steps and asking again ends with no step.
 *
 * @param rows of the scope that are prepared, active or retiring
 * @param isFit whether a CA may sign for the names that this deployment has now
 * @param mayRetire whether the clock can be trusted with what cannot be undone
 * @param rootEnds a CA that ends with the root that signs now is followed once the next root signs
 */
export function authorityStepsDue(
  rows: readonly AuthorityRow[],
  now: number,
  given: { isFit: (row: AuthorityRow) => boolean; mayRetire: boolean; rootEnds: number },
): AuthoritySteps {
  const active = rows.find((row) => row.state === 'active')
  const standing = rows.find((row) => row.state === 'prepared')
  const prepared = standing && given.isFit(standing) ? standing : undefined
  const unfit = standing && !prepared ? [standing] : []
  const over = given.mayRetire ? rows.filter((row) => row.state === 'retiring' && row.leaves_until <= now) : []
  const isDue = !active || !given.isFit(active) || (prepared && activateAtOf(active, prepared) <= now)
  const isHalfWay = active !== undefined && prepareAtOf(active) <= now && active.not_after < given.rootEnds
  return {
    active,
    retire: [...unfit, ...over],
    activate: isDue ? prepared : undefined,
    make: !prepared && (isDue || isHalfWay),
  }
}

export function isNothing({ retire, activate, make }: AuthoritySteps): boolean {
  return retire.length === 0 && !activate && !make
}
