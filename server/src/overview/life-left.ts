import type { LifeStage } from '@signet/shared/api/overview'
import { hourMs } from '@signet/shared/vocabulary/time'

const stages: readonly LifeStage[] = [2, 10, 25, 50]

/** Life of a certificate or key; instants are epoch milliseconds. */
export interface Life {
  readonly notBefore: number
  readonly notAfter: number
}

/** Part of a life that is left, 0 to 1. */
export function lifeLeft({ notBefore, notAfter }: Life, nowMs: number): number {
  return Math.min(1, Math.max(0, (notAfter - nowMs) / Math.max(1, notAfter - notBefore)))
}

/** The lowest of 50, 25, 10 and 2 percent that what is left of a life does not exceed (SEC-53); null above all of them. */
export function lifeStage({ notBefore, notAfter }: Life, nowMs: number): LifeStage | null {
  const left = (100 * (notAfter - nowMs)) / (notAfter - notBefore)
  return stages.find((stage) => left <= stage) ?? null
}

/** How late a renewal may be before anybody is told: schedules are looked at by the hour, and short lives leave less. */
export function renewalGraceMs({ notBefore, notAfter }: Life): number {
  return Math.min(longestGraceMs, (notAfter - notBefore) / 10)
}

export const longestGraceMs = 2 * hourMs

/** Nothing replaces it in time: nothing is planned, it is planned too late, or what was planned did not happen. */
export function isOverdue(life: Life, renewsAt: number | null, nowMs: number): boolean {
  return renewsAt === null || renewsAt >= life.notAfter || renewsAt < nowMs - renewalGraceMs(life)
}
