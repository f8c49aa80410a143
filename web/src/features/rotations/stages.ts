import type { RotationAttempt, RotationDetail, RotationSummary } from '@signet/shared/api/rotation'
import { keyAlgorithmName, keyLocationWords, triggerWords } from '../../api/words.ts'

export interface Stage {
  readonly name: string
  readonly at: number | null
  /** `waiting` is the one that comes next; `never` will not come any more. */
  readonly status: 'done' | 'waiting' | 'later' | 'never'
  readonly detail: string
  /** Who took it; null where nobody in particular did. */
  readonly by: string | null
  /** What proves it: names and values to look up elsewhere. */
  readonly proof: readonly { readonly name: string; readonly value: string }[]
}

type Run = Pick<RotationDetail, 'steps' | 'firstToken'> & RotationSummary

/** The stages of one rotation in order, each with the instant it was reached, and what proves it. */
export function stagesOf(run: Run): Stage[] {
  const over = run.state === 'failed' || run.state === 'cancelled' || run.state === 'rolled_back'
  let waiting = false
  return reached(run).map((stage) => {
    if (stage.at !== null) return { ...stage, status: 'done' }
    if (over) return { ...stage, status: 'never' }
    const status = waiting ? 'later' : 'waiting'
    waiting = true
    return { ...stage, status }
  })
}

function reached(run: Run): Omit<Stage, 'status'>[] {
  const stages = [requested(run), issued(run), activated(run), firstUse(run)]
  if (run.from !== null) {
    stages.push({
      name: 'Old certificate retired',
      at: retiredAt(run),
      detail: 'It is no longer accepted.',
      by: byOf(run, 'completed'),
      proof: [{ name: 'old serial number', value: run.from.serial }],
    })
  }
  return stages
}

function requested(run: Run): Omit<Stage, 'status'> {
  const reason = run.steps.find((step) => step.toState === 'requested')?.detail
  const why = `Cause: ${triggerWords[run.trigger].toLowerCase()}.`
  return {
    name: 'Requested',
    at: run.requestedAt,
    detail: reason ? `${why} Reason: ${reason}` : why,
    by: run.actor.label,
    proof: [],
  }
}

function issued(run: Run): Omit<Stage, 'status'> {
  const key =
    run.to === null
      ? 'For a key made on the instance.'
      : `${keyAlgorithmName(run.to.keyAlgorithm)} key: ${keyLocationWords[run.to.keyLocation].toLowerCase()}. The request was signed with it.`
  return {
    name: 'Certificate issued',
    at: run.preparedAt,
    detail: run.from === null ? key : `${key} Both certificates are accepted from here.`,
    by: byOf(run, 'prepared'),
    proof: run.to === null ? [] : [{ name: 'serial number', value: run.to.serial }],
  }
}

function activated(run: Run): Omit<Stage, 'status'> {
  return {
    name: 'Activated',
    at: run.activatedAt,
    detail: 'The agent holds key and certificate and signs with the new key.',
    by: byOf(run, 'activated'),
    proof: [],
  }
}

function firstUse({ to, firstToken }: Run): Omit<Stage, 'status'> {
  return {
    name: 'First use',
    at: to?.firstUsedAt ?? null,
    detail:
      firstToken === null ? 'First token obtained with the new certificate.' : `A token for ${firstToken.audience}.`,
    by: null,
    proof:
      firstToken === null
        ? []
        : [
            { name: 'correlation ID', value: firstToken.correlationId },
            { name: 'token ID (uti)', value: firstToken.uti },
          ],
  }
}

/** The one whose step led there. */
function byOf({ steps }: { steps: readonly RotationAttempt[] }, state: RotationAttempt['toState']): string | null {
  return steps.find((step) => step.toState === state && step.outcome === 'ok')?.actor.label ?? null
}

/** Only once it has happened: the planned end of the overlap is in `overlapUntil`. */
function retiredAt({ from, state, finishedAt, overlapUntil }: RotationSummary): number | null {
  if (from?.state === 'revoked') return from.revokedAt
  if (state === 'completed') return finishedAt
  return from?.state === 'retired' ? overlapUntil : null
}
