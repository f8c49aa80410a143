import { execFile } from 'node:child_process'
import { constants, createHash, createPublicKey, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto'
import { StartupError } from '../../signet-error.ts'
import { EnvelopeError } from '../sealing.ts'
import { localRootKey, rootKeyBytes, unwrapLocally, wrapLocally } from './local-root-key.ts'
import { type RootKeyProvider, RootKeyUnavailable, type WrappedPlace } from './root-key-provider.ts'
import { readSecretFile } from './secret-file.ts'

export interface Pkcs11Settings {
  /** Shared library of the token's maker. */
  readonly module: string
  /** Label of the token. */
  readonly token: string
  /** ID of the RSA key pair on it, hexadecimal; `pkcs11-tool` finds private keys by ID alone. */
  readonly keyId: string
  readonly pinFile: string
}

/** Tokens and SoftHSM know OAEP with SHA-1 above all; OAEP does not rest on its collision resistance. */
const oaepHash = 'sha1'
const oaepArguments = ['--mechanism', 'RSA-PKCS-OAEP', '--hash-algorithm', 'SHA-1', '--mgf', 'MGF1-SHA1']
const smallestModulusBits = 2_048
const longestRunMs = 20_000

/**
 * An RSA key pair on a PKCS#11 token. A purpose key is sealed under a one-time key, and that key is encrypted to the
 * token's public key; only the token can open it. The token is spoken to through OpenSC's `pkcs11-tool`, a process for
 * each call: the maker's library never runs inside the server. The PIN travels by that process's environment.
 */
export class Pkcs11RootKey implements RootKeyProvider {
  readonly #settings: Pkcs11Settings
  /** A wrong PIN is not tried again: after a few of them a token locks itself. */
  #refusedPin: string | undefined

  constructor(settings: Pkcs11Settings) {
    this.#settings = settings
  }

  describe() {
    return { provider: 'pkcs11', where: `key ${this.#settings.keyId} on token ${this.#settings.token}` } as const
  }

  async health(): Promise<string> {
    const spki = (await this.#publicKey()).export({ format: 'der', type: 'spki' })
    return createHash('sha256').update('signet pkcs11 key id').update(spki).digest('hex').slice(0, 32)
  }

  async wrap(place: WrappedPlace, key: Buffer): Promise<Buffer> {
    const publicKey = await this.#publicKey()
    const once = localRootKey(randomBytes(rootKeyBytes))
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    const encrypted = publicEncrypt({ key: publicKey, padding, oaepHash }, once.key)
    const length = Buffer.alloc(2)
    length.writeUInt16BE(encrypted.length)
    const wrapped = Buffer.concat([length, encrypted, wrapLocally(once, place, key)])
    once.key.fill(0)
    return wrapped
  }

  async unwrap(place: WrappedPlace, wrapped: Buffer): Promise<Buffer> {
    const length = wrapped.length < 2 ? 0 : wrapped.readUInt16BE(0)
    if (length === 0 || wrapped.length <= 2 + length) throw new EnvelopeError('it is no envelope')
    const onceKey = await this.#decrypt(wrapped.subarray(2, 2 + length))
    try {
      return unwrapLocally(localRootKey(onceKey), place, wrapped.subarray(2 + length))
    } finally {
      onceKey.fill(0)
    }
  }

  async #publicKey(): Promise<KeyObject> {
    const der = await this.#run(['--read-object', '--type', 'pubkey', '--id', this.#settings.keyId])
    const key = readPublicKey(der)
    if (key?.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < smallestModulusBits) {
      throw new StartupError(
        `the ${this.describe().where} is not an RSA key of 2048 bits or more: set SIGNET_ROOT_KEY_PKCS11_KEY_ID to one that is`,
      )
    }
    return key
  }

  async #decrypt(ciphertext: Buffer): Promise<Buffer> {
    const pin = readSecretFile(this.#settings.pinFile, 'SIGNET_ROOT_KEY_PKCS11_PIN_FILE')
    if (this.#refusedPin === pin) throw this.#pinRefused()
    const asked = ['--login', '--pin', 'env:TOKEN_PIN', '--decrypt', ...oaepArguments, '--id', this.#settings.keyId]
    try {
      return await this.#run(asked, { pin, input: ciphertext })
    } catch (error) {
      if (error instanceof PinRefused) this.#refusedPin = pin
      throw error
    }
  }

  async #run(asked: string[], secret: { pin?: string; input?: Buffer } = {}): Promise<Buffer> {
    const { module, token } = this.#settings
    const { pin, input } = secret
    const result = await runTool(['--module', module, '--token-label', token, ...asked], pin, input)
    if (result.output) return result.output
    throw this.#faultOf(result.words, result.cause)
  }

  #faultOf(words: string, cause: Error): StartupError {
    const { where } = this.describe()
    if ('code' in cause && cause.code === 'ENOENT') {
      return new StartupError('the program pkcs11-tool is not installed: install the package opensc', { cause })
    }
    if (/CKR_PIN_(INCORRECT|LOCKED|LEN_RANGE|INVALID|EXPIRED)/.test(words)) return this.#pinRefused()
    if (/C_Decrypt(Update|Final)? failed: rv = CKR_(?!DEVICE|TOKEN|SESSION)/.test(words)) {
      return new StartupError(`the ${where} does not open this data key: it is another key, or the data is damaged`)
    }
    if (/Failed to load|CKR_ARGUMENTS_BAD|Failed to find C_GetFunctionList/.test(words)) {
      return new StartupError(
        `the library ${this.#settings.module} does not serve: set SIGNET_ROOT_KEY_PKCS11_MODULE to the token's own`,
        { cause },
      )
    }
    const isMissing = /object not found/.test(words)
    return new RootKeyUnavailable(
      isMissing ? `the ${where} is missing` : `the token ${this.#settings.token} is out of reach`,
      isMissing ? 'set SIGNET_ROOT_KEY_PKCS11_KEY_ID to its ID' : 'put it back or set SIGNET_ROOT_KEY_PKCS11_TOKEN',
      { cause },
    )
  }

  #pinRefused(): StartupError {
    return new PinRefused(
      `the token ${this.#settings.token} refuses the PIN of ${this.#settings.pinFile}: put the right one there before the token locks itself; this one is not tried again`,
    )
  }
}

class PinRefused extends StartupError {}

function readPublicKey(der: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}

type ToolResult = { output: Buffer; words?: never; cause?: never } | { output?: never; words: string; cause: Error }

/** No shell; the environment holds nothing but what the tool needs, so no other secret of the server either. */
function runTool(asked: string[], pin: string | undefined, input: Buffer | undefined): Promise<ToolResult> {
  const { PATH, SOFTHSM2_CONF } = process.env
  const env = { PATH, ...(SOFTHSM2_CONF && { SOFTHSM2_CONF }), ...(pin !== undefined && { TOKEN_PIN: pin }) }
  return new Promise((resolve) => {
    const child = execFile(
      'pkcs11-tool',
      asked,
      { env, encoding: 'buffer', timeout: longestRunMs, maxBuffer: 65_536 },
      (cause, output, words) => {
        if (cause) resolve({ words: words.toString('utf8'), cause })
        else resolve({ output })
      },
    )
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}
