import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import { callOutbound, OutboundError } from '../../outbound.ts'
import { StartupError } from '../../signet-error.ts'
import { type RootKeyProvider, RootKeyUnavailable, type WrappedPlace } from './root-key-provider.ts'
import { readSecretFile, readTextFile } from './secret-file.ts'

const base64 = z.base64().max(8_192)
/** What the key service answers; docs/settings.md describes the protocol. */
const Health = z.object({ keyId: z.string().min(1).max(256) })
const Wrapped = z.object({ ciphertext: base64 })
const Unwrapped = z.object({ plaintext: base64 })

export interface KmsSettings {
  readonly url: string
  readonly caFile: string
  readonly tokenFile: string
  readonly allowPrivate: boolean
}

/**
 * A root key in a key service of its own, over a small HTTPS protocol: `GET health`, `POST wrap`, `POST unwrap` below
 * the configured URL. The key never comes here. The service is trusted by a pinned CA and knows Signet by a bearer
 * token; both files are read for each call, so that they can be replaced while the server runs.
 */
export class KmsRootKey implements RootKeyProvider {
  readonly #settings: KmsSettings
  readonly #clock: Clock

  constructor(settings: KmsSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
  }

  describe() {
    return { provider: 'kms', where: this.#settings.url } as const
  }

  async health(): Promise<string> {
    const { keyId } = await this.#call('GET', 'health', Health)
    return createHash('sha256').update('signet kms key id').update(keyId).digest('hex').slice(0, 32)
  }

  async wrap(place: WrappedPlace, key: Buffer): Promise<Buffer> {
    const body = { plaintext: key.toString('base64'), context: contextOf(place) }
    const { ciphertext } = await this.#call('POST', 'wrap', Wrapped, body)
    return Buffer.from(ciphertext, 'base64')
  }

  async unwrap(place: WrappedPlace, wrapped: Buffer): Promise<Buffer> {
    const body = { ciphertext: wrapped.toString('base64'), context: contextOf(place) }
    const { plaintext } = await this.#call('POST', 'unwrap', Unwrapped, body)
    return Buffer.from(plaintext, 'base64')
  }

  async #call<T>(method: 'GET' | 'POST', operation: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const { url, caFile, tokenFile, allowPrivate } = this.#settings
    const token = readSecretFile(tokenFile, 'SIGNET_ROOT_KEY_KMS_TOKEN_FILE')
    const ca = readTextFile(caFile, 'SIGNET_ROOT_KEY_KMS_CA_FILE')
    try {
      const { status, text } = await callOutbound({
        url: new URL(operation, url.endsWith('/') ? url : `${url}/`),
        method,
        headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ca,
        allowPrivate,
        clock: this.#clock,
      })
      return schema.parse(JSON.parse(accepted(status, text, operation)))
    } catch (error) {
      throw error instanceof StartupError ? error : this.#faultOf(error)
    }
  }

  #faultOf(cause: unknown): StartupError {
    const { url } = this.#settings
    if (!(cause instanceof OutboundError)) {
      return new RootKeyUnavailable(`the key service ${url} gives an answer that is not understood`, mend, { cause })
    }
    if (cause.fault === 'address') {
      return new StartupError(
        `the key service ${url} is refused: ${cause.message} unless SIGNET_ROOT_KEY_KMS_ALLOW_PRIVATE is true`,
        { cause },
      )
    }
    if (cause.fault === 'redirect') {
      return new StartupError(`the key service ${url} is refused: ${cause.message}; set SIGNET_ROOT_KEY_KMS_URL`, {
        cause,
      })
    }
    return new RootKeyUnavailable(`the key service ${url} is out of reach (${cause.message})`, mend, { cause })
  }
}

const mend = 'bring it back or set SIGNET_ROOT_KEY_KMS_URL'

/** Bound by the service as additional data: what was wrapped for one place opens in no other. */
function contextOf({ keyId, purpose }: WrappedPlace): string {
  return `signet|data_keys|${keyId}|${purpose}`
}

/** A body only of a success. 422 is the service's word for a ciphertext that it did not make. */
function accepted(status: number, text: string, operation: string): string {
  if (status >= 200 && status < 300) return text
  if (status === 422) {
    throw new StartupError('the key service does not open this data key: it holds another key, or the data is damaged')
  }
  const isRefusal = status === 401 || status === 403
  throw new RootKeyUnavailable(
    `the key service answers ${operation} with ${status}`,
    isRefusal ? 'put a token that it accepts into SIGNET_ROOT_KEY_KMS_TOKEN_FILE' : mend,
  )
}
