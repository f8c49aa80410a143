import type { KeyObject } from 'node:crypto'
import { SignetError } from '../signet-error.ts'
import { Thread } from '../thread.ts'

/** What became of one request. */
export type ReadAnswer = { readonly publicKey: KeyObject } | { readonly refusal: string }

/** As many wait as are read in some seconds; whoever comes on top is told to come again. */
const mostWaiting = 1_000

/** One for the process, as Node's own pool is; it starts with the first request and keeps nothing alive. */
const thread = new Thread<Uint8Array, ReadAnswer>(
  new URL('./certification-request-thread.ts', import.meta.url),
  'certification request thread',
)

/**
 * The public key of a PKCS#10 request, read and verified beside the main thread (SEC-169); the rules are those of
 * `readCertificationRequest`.
 *
 * @throws SignetError `csr_refused` with the reason | `unavailable` when too many wait
 */
export async function provenKeyOf(der: Buffer): Promise<KeyObject> {
  if (thread.waiting >= mostWaiting) {
    throw new SignetError('unavailable', 'Too many certificate requests at once.', { retryAfterSeconds: 5 })
  }
  const answer = await thread.ask(der)
  if ('refusal' in answer) throw new SignetError('csr_refused', answer.refusal)
  return answer.publicKey
}
