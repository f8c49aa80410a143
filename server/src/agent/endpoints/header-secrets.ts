import { createHash, timingSafeEqual } from 'node:crypto'
import { newSecret } from '../../platform/identifiers.ts'
import { Secret } from '../../platform/secret.ts'
import { SignetError } from '../../platform/signet-error.ts'

export const secretBytes = 32
const mostRuns = 1_000

/**
 * The secrets that the header of a dialect may carry (SEC-99): one of this start of the agent, for whoever reads the
 * environment files, and one of each `signet run`. Compared as digests: in equal time whatever is given, and of whatever
 * length.
 */
export class HeaderSecrets {
  /** Of this start. */
  readonly main: Secret
  readonly #mainDigest: Buffer
  readonly #runs = new Set<Buffer>()

  constructor(main: Secret = new Secret(newSecret(secretBytes))) {
    this.main = main
    this.#mainDigest = digestOf(main.reveal())
  }

  matches(given: string | string[] | undefined): boolean {
    if (typeof given !== 'string') return false
    const digest = digestOf(given)
    let isKnown = timingSafeEqual(digest, this.#mainDigest)
    for (const run of this.#runs) if (timingSafeEqual(digest, run)) isKnown = true
    return isKnown
  }

  /**
   * Takes the secret of a run as well, until what is returned is disposed of.
   *
   * @throws SignetError `too_many_requests` when a thousand runs are under way
   */
  admit(secret: Secret): Disposable {
    if (this.#runs.size >= mostRuns) throw new SignetError('too_many_requests', 'Too many runs are under way.')
    const digest = digestOf(secret.reveal())
    this.#runs.add(digest)
    return { [Symbol.dispose]: () => this.#runs.delete(digest) }
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
