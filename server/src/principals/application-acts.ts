import type { Principal } from './principal.ts'

/** What an operator can do to an application, besides renaming it and changing what it authenticates with. */
export type ApplicationAct = 'pause' | 'resume' | 'delete' | 'restore'

export type ApplicationVerdict =
  | { readonly kind: 'change' | 'already' }
  | { readonly kind: 'refused'; readonly reason: string }

/** Whether an act would change something, has nothing to do, or is not possible. */
export function verdictOfApplication(
  act: ApplicationAct,
  { state, purgeAt }: Pick<Principal, 'state' | 'purgeAt'>,
  nowMs: number,
): ApplicationVerdict {
  if (act === 'delete') return { kind: state === 'deleted' ? 'already' : 'change' }
  if (act === 'restore') {
    if (state !== 'deleted') return { kind: 'already' }
    if (purgeAt === null || purgeAt > nowMs) return { kind: 'change' }
    return { kind: 'refused', reason: 'The 30 days in which the application could be restored are over.' }
  }
  if (state === 'deleted') return { kind: 'refused', reason: `The application is deleted; there is nothing to ${act}.` }
  return { kind: (state === 'suspended') === (act === 'pause') ? 'already' : 'change' }
}
