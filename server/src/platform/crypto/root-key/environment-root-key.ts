import { StartupError } from '../../signet-error.ts'
import type { SealingKey } from '../sealing.ts'
import { localRootKey, rootKeyBytes, unwrapLocally, wrapLocally } from './local-root-key.ts'
import type { RootKeyProvider, WrappedPlace } from './root-key-provider.ts'

/** Of 32 random bytes some 30 differ from each other; fewer than this comes of no random source. */
const fewestDifferentBytes = 16

const mend = 'make one with `openssl rand -base64 32`'

/** The root key from SIGNET_ROOT_KEY, for platforms that put secrets into the environment. It is never printed. */
export class EnvironmentRootKey implements RootKeyProvider {
  readonly #key: SealingKey

  /** @throws StartupError when the value is absent, malformed or no random key; it is not repeated */
  constructor(value: string | undefined) {
    this.#key = localRootKey(parse(value))
  }

  describe() {
    return { provider: 'environment', where: 'SIGNET_ROOT_KEY' } as const
  }

  async health(): Promise<string> {
    return this.#key.id.toString('hex')
  }

  async wrap(place: WrappedPlace, key: Buffer): Promise<Buffer> {
    return wrapLocally(this.#key, place, key)
  }

  async unwrap(place: WrappedPlace, wrapped: Buffer): Promise<Buffer> {
    return unwrapLocally(this.#key, place, wrapped)
  }
}

function parse(value: string | undefined): Buffer {
  if (!value) {
    throw new StartupError(`SIGNET_ROOT_KEY is not set, but SIGNET_ROOT_KEY_PROVIDER is environment: ${mend}`)
  }
  const key = Buffer.from(value, 'base64')
  if (key.length !== rootKeyBytes || key.toString('base64') !== value) {
    throw new StartupError(`SIGNET_ROOT_KEY is not the base64 of 32 bytes: ${mend}`)
  }
  if (isWeak(key)) throw new StartupError(`SIGNET_ROOT_KEY is no random key: ${mend}`)
  return key
}

/** Repeated bytes and text that somebody typed; a random key is neither but once in 10^13. */
function isWeak(key: Buffer): boolean {
  return new Set(key).size < fewestDifferentBytes || key.every((byte) => byte >= 0x20 && byte < 0x7f)
}
