import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { RootKeyProvider } from '../crypto/root-key/root-key-provider.ts'
import {
  EnvelopeError,
  keyIdOf,
  openWith,
  type SealedPlace,
  type SealingKey,
  type SealPurpose,
  sealWith,
} from '../crypto/sealing.ts'
import { newGuid } from '../identifiers.ts'
import { StartupError } from '../signet-error.ts'
import { DataKeysStore } from './data-keys-store.ts'
import type { Database } from './database.ts'
import { unwrapDataKey, wrapForRecovery } from './recovery.ts'

interface PurposeKey {
  readonly purpose: string
  readonly key: SealingKey
  readonly active: boolean
}

/** Told of a stored value that was refused, with the reason. */
export type RefusalObserver = (place: SealedPlace, reason: string) => void

/**
 * Seals and opens values of the database. Each purpose has a key of its own, kept wrapped under the root key; the
 * envelope names its key, so nothing is tried on trust (SEC-55, SEC-59).
 */
export class Sealer {
  readonly #keys: ReadonlyMap<string, PurposeKey>
  readonly #active: ReadonlyMap<string, SealingKey>
  #onRefusal: RefusalObserver = () => undefined

  private constructor(keys: readonly PurposeKey[]) {
    this.#keys = new Map(keys.map((entry) => [entry.key.id.toString('hex'), entry]))
    this.#active = new Map(keys.filter((entry) => entry.active).map((entry) => [entry.purpose, entry.key]))
  }

  /**
   * Unwraps every purpose key, which proves the root key before anything is written (SEC-63), and makes missing ones.
   * With the purpose `integrity` the database tags its rows from then on. A database that has none yet may have its root key made.
   *
   * @throws RootKeyUnavailable when the root key is out of reach; StartupError when it is not the one this database was
   *   sealed under
   */
  static async open(
    db: Database,
    root: RootKeyProvider,
    purposes: readonly SealPurpose[],
    clock: Clock,
  ): Promise<Sealer> {
    const store = new DataKeysStore(db)
    const rows = await store.keys()
    const [first] = rows
    if (!first) await root.create?.()
    else await root.settle?.(first.root_key_ref)
    const rootKeyId = await root.health()
    const foreign = rows.find((row) => row.root_key_ref !== rootKeyId)
    if (foreign) throw wrongRootKey(foreign.root_key_ref, rootKeyId, root)
    const keys: PurposeKey[] = []
    for (const row of rows) {
      const key = await unwrapDataKey(root, row)
      keys.push({ purpose: row.purpose, key: { id: idOf(row.id), key }, active: row.state === 'active' })
    }
    for (const purpose of purposes) {
      if (keys.some((entry) => entry.active && entry.purpose === purpose)) continue
      const key = await createKey({ db, store, root, rootKeyId, purpose, clock })
      keys.push({ purpose, key, active: true })
    }
    const integrity = keys.find(({ active, purpose }) => active && purpose === 'integrity')
    if (integrity) db.tagRows(integrity.key.key)
    return new Sealer(keys)
  }

  /** Calls back for every value that does not open, before the caller is told (SEC-60). */
  onRefusal(observer: RefusalObserver): void {
    this.#onRefusal = observer
  }

  /** The key of this purpose itself, for authenticating in place of sealing. */
  keyOf(purpose: SealPurpose): Buffer {
    return this.#activeKey(purpose).key
  }

  seal(purpose: SealPurpose, place: SealedPlace, plaintext: Uint8Array): Buffer {
    return sealWith(this.#activeKey(purpose), purpose, place, plaintext)
  }

  /** @throws EnvelopeError that names the place */
  open(purpose: SealPurpose, place: SealedPlace, envelope: Uint8Array): Buffer {
    try {
      return this.openForeign(purpose, place, envelope)
    } catch (cause) {
      if (!(cause instanceof EnvelopeError)) throw cause
      this.#onRefusal(place, cause.reason)
      throw new EnvelopeError(cause.reason, { cause, place })
    }
  }

  /** As `open`, of an envelope that somebody brought along: one that does not open is no damage here. @throws EnvelopeError */
  openForeign(purpose: SealPurpose, place: SealedPlace, envelope: Uint8Array): Buffer {
    const entry = this.#keys.get(keyIdOf(envelope).toString('hex'))
    if (entry?.purpose !== purpose) throw new EnvelopeError('its key is not here, or is for another purpose')
    return openWith(entry.key, purpose, place, envelope)
  }

  #activeKey(purpose: SealPurpose): SealingKey {
    const key = this.#active.get(purpose)
    if (!key) throw new Error(`no sealing key for ${purpose}`)
    return key
  }
}

function idOf(id: string): Buffer {
  return Buffer.from(id, 'hex')
}

const mends = {
  file: 'set SIGNET_ROOT_KEY_FILE to the right one',
  environment: 'set SIGNET_ROOT_KEY to the right one',
  kms: 'set SIGNET_ROOT_KEY_KMS_URL to the service that has the right one',
  pkcs11: 'set SIGNET_ROOT_KEY_PKCS11_TOKEN and SIGNET_ROOT_KEY_PKCS11_KEY_ID to the right one',
}

function wrongRootKey(wanted: string, given: string, root: RootKeyProvider): StartupError {
  const { provider } = root.describe()
  return new StartupError(
    `this data was sealed under root key ${wanted}, but the root key given (${provider}) is ${given}: ${mends[provider]}, or check SIGNET_ROOT_KEY_PROVIDER; nothing was changed`,
  )
}

/** A key that is made after recovery shares were taken is wrapped for them too, so that they go on opening everything. */
async function createKey(parts: {
  db: Database
  store: DataKeysStore
  root: RootKeyProvider
  rootKeyId: string
  purpose: SealPurpose
  clock: Clock
}): Promise<SealingKey> {
  const { db, store, root, purpose } = parts
  const id = newGuid().replaceAll('-', '')
  const key = randomBytes(32)
  const wrapped = await root.wrap({ keyId: id, purpose }, key)
  const set = await store.recoverySet()
  const recovery_wrapped = set ? await wrapForRecovery(root, set, { id, purpose }, key) : null
  await db.transact((tx) =>
    store.insert(tx, {
      id,
      purpose,
      wrapped,
      root_key_ref: parts.rootKeyId,
      recovery_wrapped,
      state: 'active',
      created_at: parts.clock.now(),
    }),
  )
  return { id: idOf(id), key }
}
