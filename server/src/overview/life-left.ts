import type { LifeStage } from '@signet/shared/api/overview'

const stages: readonly LifeStage[] = [2, 10, 25, 50]

/** Life of a certificate or key; instants are epoch milliseconds. */
export interface Life {
  readonly notBefore: number
  readonly notAfter: number
}

/** The lowest of 50, 25, 10 and 2 percent that what is left of a life does not exceed (SEC-53); null above all of them. */
export function lifeStage({ notBefore, notAfter }: Life, nowMs: number): LifeStage | null {
  const left = (100 * (notAfter - nowMs)) / (notAfter - notBefore)
  return stages.find((stage) => left <= stage) ?? null
}
