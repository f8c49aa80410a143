import type { RotationAttempt, RotationDetail, RotationSummary } from '@signet/shared/api/rotation'
import { keyAlgorithmName, keyLocationWords, triggerWords } from '../../api/words.ts'

export interface Stage {
  readonly name: string
  readonly at: number | null
  /** Done, at a time that nobody here knows: on the instance. */
  readonly isUntimed?: boolean
  /** `waiting` is the one that comes next; `never` will not come any more. */
  readonly status: 'done' | 'waiting' | 'later' | 'never'
  readonly detail: string
  /** Who took it; null where nobody in particular did. */
  readonly by: string | null
  /** What proves it: names and values to look up elsewhere. */
  readonly proof: readonly { readonly name: string; readonly value: string }[]
}

type Run = RotationDetail

/** The stages of one rotation in order, each with the instant it was reached, and what proves it. */
export function stagesOf(run: Run): Stage[] {
  const over = run.state === 'failed' || run.state === 'cancelled' || run.state === 'rolled_back'
  let waiting = false
  return reached(run).map((stage) => {
    if (stage.at !== null || stage.isUntimed) return { ...stage, status: 'done' }
    if (over) return { ...stage, status: 'never' }
    const status = waiting ? 'later' : 'waiting'
    waiting = true
    return { ...stage, status }
  })
}

function reached(run: Run): Omit<Stage, 'status'>[] {
  const stages = [
    due(run),
    keyCreated(run),
    requestSigned(run),
    issued(run),
    prepared(run),
    activated(run),
    firstUse(run),
  ]
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

function due(run: Run): Omit<Stage, 'status'> {
  const reason = run.steps.find((step) => step.toState === 'requested')?.detail
  const why = `Cause: ${triggerWords[run.trigger].toLowerCase()}.`
  return {
    name: 'Due',
    at: run.requestedAt,
    detail: reason ? `${why} Reason: ${reason}` : why,
    by: run.actor.label,
    proof: [],
  }
}

function keyCreated({ to }: Run): Omit<Stage, 'status'> {
  return {
    name: 'Key created',
    at: null,
    isUntimed: to !== null,
    detail:
      to === null
        ? 'On the instance.'
        : `${keyAlgorithmName(to.keyAlgorithm)} key: ${keyLocationWords[to.keyLocation].toLowerCase()}.`,
    by: null,
    proof: [],
  }
}

function requestSigned({ to }: Run): Omit<Stage, 'status'> {
  return {
    name: 'Request signed',
    at: null,
    isUntimed: to !== null,
    detail: to === null ? 'With the new key.' : 'With the new key: the proof that the instance has it was checked.',
    by: null,
    proof: [],
  }
}

function issued({ to, steps }: Run): Omit<Stage, 'status'> {
  return {
    name: 'Certificate issued',
    at: to?.issuedAt ?? null,
    detail: to?.issuer ? `Signed by ${to.issuer.subject}.` : 'Signed by the CA for identities.',
    by: byOf({ steps }, 'prepared'),
    proof: to === null ? [] : [{ name: 'serial number', value: to.serial }],
  }
}

function prepared(run: Run): Omit<Stage, 'status'> {
  return {
    name: 'Prepared',
    at: run.preparedAt,
    detail: run.from === null ? 'The certificate is accepted from here.' : 'Both certificates are accepted from here.',
    by: null,
    proof: [],
  }
}

function activated(run: Run): Omit<Stage, 'status'> {
  const old = run.from === null ? '' : ' The old certificate is retiring.'
  return {
    name: 'Active',
    at: run.activatedAt,
    detail: `${pickedUp(run)}${old}`,
    by: byOf(run, 'activated'),
    proof: [],
  }
}

function pickedUp({ to, activatedAt }: Run): string {
  const said = to?.acknowledgement ?? null
  if (said !== null) {
    const version = said.agentVersion === null ? '' : ` (agent ${said.agentVersion})`
    return `${said.agentName}${version} says that it holds key and certificate.`
  }
  if (activatedAt === null) return 'The agent holds key and certificate and signs with the new key.'
  return 'Known by its first use; no acknowledgement of the agent arrived.'
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
