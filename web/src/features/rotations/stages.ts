import type { RotationSummary } from '@signet/shared/api/rotation'

export interface Stage {
  readonly name: string
  readonly at: number | null
  /** `waiting` is the one that comes next; `never` will not come any more. */
  readonly status: 'done' | 'waiting' | 'later' | 'never'
  readonly detail: string
}

/** The stages of one rotation in order, each with the instant it was reached. */
export function stagesOf(run: RotationSummary): Stage[] {
  const over = run.state === 'failed' || run.state === 'cancelled'
  const reached: Omit<Stage, 'status'>[] = [
    { name: 'Requested', at: run.requestedAt, detail: 'The rotation was opened.' },
    {
      name: 'Certificate issued',
      at: run.preparedAt,
      detail:
        run.from === null
          ? 'For a key made on the instance.'
          : 'For a key made on the instance. Both certificates are accepted from here.',
    },
    { name: 'Activated', at: run.activatedAt, detail: 'The agent signs with the new key.' },
    { name: 'First use', at: run.to?.firstUsedAt ?? null, detail: 'First token obtained with the new certificate.' },
  ]
  if (run.from !== null) {
    reached.push({ name: 'Old certificate retired', at: retiredAt(run), detail: 'It is no longer accepted.' })
  }
  let waiting = false
  return reached.map((stage) => {
    if (stage.at !== null) return { ...stage, status: 'done' }
    if (over) return { ...stage, status: 'never' }
    const status = waiting ? 'later' : 'waiting'
    waiting = true
    return { ...stage, status }
  })
}

/** Only once it has happened: the planned end of the overlap is in `overlapUntil`. */
function retiredAt({ from, state, finishedAt, overlapUntil }: RotationSummary): number | null {
  if (from?.state === 'revoked') return from.revokedAt
  if (state === 'completed') return finishedAt
  return from?.state === 'retired' ? overlapUntil : null
}
