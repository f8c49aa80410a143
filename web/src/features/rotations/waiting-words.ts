import type { RotationSummary } from '@signet/shared/api/rotation'
import { durationWords, relativeWords } from '../../ui/duration.ts'

/** Why an open rotation has not gone on, and when something happens next. */
export interface WaitingWords {
  readonly reason: string
  readonly next: string
  /** Somebody should look at it. */
  readonly isStuck: boolean
}

/** Agents pick up what they are told within seconds; one that is connected and does not is worth a look. */
const promptMs = 60_000

/** Undefined for a rotation that has ended. */
export function waitingWords(run: RotationSummary, now: number): WaitingWords | undefined {
  const { waiting } = run
  if (waiting === null) return undefined
  if (run.activatedAt !== null) {
    return {
      reason: 'Both are accepted.',
      next: `Old one retires ${relativeWords(waiting.nextTryAt, now)}`,
      isStuck: false,
    }
  }
  const givesUp = waiting.givesUpAt === null ? '' : `; gives up ${relativeWords(waiting.givesUpAt, now)}`
  const next = `Next try ${relativeWords(Math.max(waiting.nextTryAt, now), now)}${givesUp}`
  return { ...whyNot(run, waiting.agent, now), next }
}

function whyNot(
  run: RotationSummary,
  agent: NonNullable<RotationSummary['waiting']>['agent'],
  now: number,
): Pick<WaitingWords, 'reason' | 'isStuck'> {
  if (agent === null) return { reason: 'The agent that held the certificate is gone.', isStuck: true }
  if (!agent.connected) {
    const since = agent.lastSeenAt === null ? ', never connected' : ` for ${durationWords(now - agent.lastSeenAt)}`
    return { reason: `Agent offline${since}.`, isStuck: true }
  }
  const turn =
    run.preparedAt === null
      ? 'The connected agent has not asked for a certificate yet'
      : 'The connected agent has not confirmed the certificate yet'
  const since = now - (run.preparedAt ?? run.requestedAt)
  return since < promptMs
    ? { reason: `${turn}.`, isStuck: false }
    : { reason: `${turn}: ${durationWords(since)}.`, isStuck: true }
}
