import type { CredentialSummary } from '@signet/shared/api/principals'
import type { RotationSummary } from '@signet/shared/api/rotation'
import { durationWords } from '../../ui/duration.ts'

/**
 * `proven`: at every moment of the handover one of both certificates was, or will be, accepted. `gap`: at some moment none
 * was. `untouched`: the old one was not replaced. `first`: there was none before. `ended`: somebody revoked on purpose.
 */
type Verdict = 'proven' | 'gap' | 'untouched' | 'first' | 'ended'

/** What the certificates of one rotation say about whether the identity could get tokens all along. */
export interface Continuity {
  readonly verdict: Verdict
  readonly headline: string
  /** The proof, by instants; `time` writes them. */
  readonly sentence: string
  /** How long both were accepted; null where there are no two. */
  readonly overlapMs: number | null
}

type Run = Pick<RotationSummary, 'state' | 'from' | 'to' | 'preparedAt' | 'activatedAt' | 'finishedAt'>

/** @param time how an instant is written @param now for what has not happened yet */
export function continuityOf(run: Run, time: (at: number) => string, now: number): Continuity {
  const { from, to } = run
  if (from === null) return firstOf(to, time)
  const old = acceptedUntil(from, run)
  if (to === null || run.activatedAt === null) return untouchedOf(run, from, old, time, now)
  const start = acceptedFrom(to, run)
  if (start > old) {
    return {
      verdict: 'gap',
      headline: `A gap of ${durationWords(start - old)} without an accepted certificate`,
      sentence: `The old one was accepted until ${time(old)}, the new one only from ${time(start)}.`,
      overlapMs: 0,
    }
  }
  const end = acceptedUntil(to, run)
  if (run.state === 'rolled_back' && to.revokedAt !== null) return rolledBackOf(to.revokedAt, old, start, time)
  if (to.revokedAt !== null && end < old) return revokedOf(to.revokedAt, old, start, time)
  const overlapMs = old - start
  const both = `both ${old > now ? 'are' : 'were'} accepted in between`
  const after = `the new one ${end > now ? 'is' : 'was'} accepted until ${time(end)}`
  return {
    verdict: 'proven',
    headline: 'At no moment without an accepted certificate',
    sentence: `Old until ${time(old)}, new from ${time(start)}, overlap ${exactWords(overlapMs)}: ${both}, and ${after}.`,
    overlapMs,
  }
}

function firstOf(to: CredentialSummary | null, time: (at: number) => string): Continuity {
  return {
    verdict: 'first',
    headline: 'The first certificate of this identity',
    sentence:
      to === null
        ? 'There was none before, and this one is not issued yet: nothing could be interrupted.'
        : `There was none before, so nothing could be interrupted. It is accepted from ${time(begin(to))}.`,
    overlapMs: null,
  }
}

/** Nothing replaced the old certificate: the rotation waits, failed or was called off. */
function untouchedOf(
  { state }: Run,
  from: CredentialSummary,
  old: number,
  time: (at: number) => string,
  now: number,
): Continuity {
  if (from.revokedAt !== null) {
    return {
      verdict: 'ended',
      headline: 'The identity was stopped on purpose',
      sentence: `The old certificate was accepted until it was revoked at ${time(from.revokedAt)}; no other took over.`,
      overlapMs: null,
    }
  }
  const why = { failed: 'The rotation failed', cancelled: 'The rotation was called off' }[state as string]
  if (old <= now && why === undefined) {
    return {
      verdict: 'gap',
      headline: `No accepted certificate since ${time(old)}`,
      sentence: 'The old one has run out, and the new one is not in use yet.',
      overlapMs: null,
    }
  }
  return {
    verdict: 'untouched',
    headline: why === undefined ? 'The old certificate is still in use' : `${why}; the old certificate was not touched`,
    sentence: `It ${old > now ? 'is' : 'was'} accepted until ${time(old)}, unless a later rotation replaced it.`,
    overlapMs: null,
  }
}

function revokedOf(revokedAt: number, old: number, start: number, time: (at: number) => string): Continuity {
  return {
    verdict: 'ended',
    headline: 'The new certificate was revoked during the overlap',
    sentence: `New from ${time(start)} until it was revoked at ${time(revokedAt)}; the old one was accepted until ${time(old)}.`,
    overlapMs: revokedAt - start,
  }
}

function rolledBackOf(revokedAt: number, old: number, start: number, time: (at: number) => string): Continuity {
  return {
    verdict: 'proven',
    headline: 'Rolled back: at no moment without an accepted certificate',
    sentence: `New from ${time(start)} until it was revoked at ${time(revokedAt)}; the old one was accepted all along, until ${time(old)}.`,
    overlapMs: revokedAt - start,
  }
}

/** A certificate is accepted from when it is registered; its own beginning lies a little before, for clocks that go wrong. */
function begin(credential: CredentialSummary): number {
  return Math.max(credential.notBefore, credential.issuedAt)
}

function acceptedFrom(to: CredentialSummary, { preparedAt }: Run): number {
  return Math.max(begin(to), preparedAt ?? 0)
}

/** Revocation, the end of an overlap and an early retirement come before the end that is written in the certificate. */
function acceptedUntil(credential: CredentialSummary, { from, state, finishedAt }: Run): number {
  const isRetiredByRun = credential === from && credential.state === 'retired' && state === 'completed'
  const ends = [credential.notAfter, credential.usableUntil, credential.revokedAt, isRetiredByRun ? finishedAt : null]
  return Math.min(...ends.filter((end) => end !== null))
}

/** To the second, since this is a proof. */
function exactWords(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  if (seconds < 60) return durationWords(ms)
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  return parts.flatMap(([value, unit]) => (value === 0 ? [] : [`${value} ${unit}`])).join(' ')
}
