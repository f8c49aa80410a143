import { SignetError } from '../platform/signet-error.ts'
import { type KeyCredential, usabilityAt } from '../principals/index.ts'
import type { RunRow } from './rotation-store.ts'

/** Whether the credential that a run superseded can still take over again: it is retiring and accepted at this instant. */
export function canRollBack<T extends Pick<KeyCredential, 'state' | 'notBefore' | 'notAfter' | 'usableUntil'>>(
  run: Pick<RunRow, 'state'>,
  previous: T | undefined,
  now: number,
): previous is T {
  return run.state === 'activated' && previous?.state === 'retiring' && usabilityAt(previous, now) === 'usable'
}

/** Says why, by how far the rotation is. */
export function nothingToRollBackTo({ state, from_credential_id: from }: RunRow): SignetError {
  if (state === 'requested' || state === 'prepared') {
    return new SignetError('conflict', 'The new certificate is not in use yet; there is nothing to roll back.', {
      fix: 'The old certificate is still the one in use. Nothing has to be done.',
    })
  }
  if (from === null) {
    return new SignetError(
      'conflict',
      'It brought the first certificate of this identity; there is none to go back to.',
      {
        fix: 'Rotate now, which brings another one.',
      },
    )
  }
  return new SignetError('conflict', 'The overlap is over: the old certificate is not accepted any more.', {
    fix: 'Rotate now, which brings another certificate while the one in use stays.',
  })
}
