import { dayMs } from '@signet/shared/vocabulary/time'

/** What ends within this has to be seen to. */
export const endingSoonMs = 30 * dayMs
/** What was used within this is taken to be in use. */
export const recentUseMs = 30 * dayMs

/** A secret or certificate that an application proves itself with. */
export interface ClientCredential {
  readonly kind: 'secret' | 'certificate'
  readonly id: string
  /** What the operator knows it by. */
  readonly label: string
  readonly endsAt: number
  readonly lastUsedAt: number | null
}

/**
 * Those that the application needs and that have ended or end soon, the first to end first: it uses them, or it will have
 * nothing to prove itself with once the last of them has ended. Others that end beside newer ones are no trouble.
 */
export function endingCredentials(
  credentials: readonly ClientCredential[],
  hasFederated: boolean,
  nowMs: number,
): ClientCredential[] {
  const last = Math.max(...credentials.map(({ endsAt }) => endsAt))
  return credentials
    .filter(({ endsAt }) => endsAt < nowMs + endingSoonMs)
    .filter((each) => isUsed(each, nowMs) || (each.endsAt === last && !hasFederated))
    .sort((one, other) => one.endsAt - other.endsAt)
}

/** Whether code somewhere still proves itself with it. */
export function isUsed({ lastUsedAt }: Pick<ClientCredential, 'lastUsedAt'>, nowMs: number): boolean {
  return lastUsedAt !== null && lastUsedAt >= nowMs - recentUseMs
}
