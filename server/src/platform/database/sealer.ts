import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
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
import { type Database, sqlOf } from './database.ts'

/**
 * Seals and opens values of the database. Each purpose has a key of its own, kept wrapped under the root key; the
 * envelope names its key, so nothing is tried on trust (SEC-55, SEC-59).
 */
export class Sealer {
  readonly #keys: ReadonlyMap<string, { purpose: string; key: SealingKey }>
  readonly #active: ReadonlyMap<SealPurpose, SealingKey>

  private constructor(keys: { purpose: SealPurpose; key: SealingKey; active: boolean }[]) {
    this.#keys = new Map(keys.map((entry) => [entry.key.id.toString('hex'), entry]))
    this.#active = new Map(keys.filter((entry) => entry.active).map((entry) => [entry.purpose, entry.key]))
  }

  /**
   * Unwraps every purpose key, which proves the root key before anything is written (SEC-63), and makes missing ones.
   *
   * @throws StartupError when the root key is not the one this database was sealed with
   */
  static async open(db: Database, root: SealingKey, purposes: readonly SealPurpose[], clock: Clock): Promise<Sealer> {
    const rows = await db.read.selectFrom('data_keys').selectAll().where('state', '<>', 'destroyed').execute()
    const keys = rows.map((row) => {
      const purpose = row.purpose as SealPurpose
      return { purpose, key: unwrap(row, root), active: row.state === 'active' }
    })
    for (const purpose of purposes) {
      if (keys.some((entry) => entry.active && entry.purpose === purpose)) continue
      keys.push({ purpose, key: await createKey(db, root, purpose, clock), active: true })
    }
    return new Sealer(keys)
  }

  /** A further key derived from nothing but this purpose's key; for authenticating, not for sealing. */
  keyOf(purpose: SealPurpose): Buffer {
    return this.#activeKey(purpose).key
  }

  seal(purpose: SealPurpose, place: SealedPlace, plaintext: Uint8Array): Buffer {
    return sealWith(this.#activeKey(purpose), purpose, place, plaintext)
  }

  /** @throws EnvelopeError */
  open(purpose: SealPurpose, place: SealedPlace, envelope: Uint8Array): Buffer {
    const entry = this.#keys.get(keyIdOf(envelope).toString('hex'))
    if (!entry || entry.purpose !== purpose) throw new EnvelopeError('its key is not here, or is for another purpose')
    return openWith(entry.key, purpose, place, envelope)
  }

  #activeKey(purpose: SealPurpose): SealingKey {
    const key = this.#active.get(purpose)
    if (!key) throw new Error(`no sealing key for ${purpose}`)
    return key
  }
}

function wrapPlace(id: string): SealedPlace {
  return { table: 'data_keys', rowId: id, column: 'wrapped', version: 1 }
}

function unwrap(row: { id: string; wrapped: Buffer; root_key_ref: string }, root: SealingKey): SealingKey {
  const given = root.id.toString('hex')
  if (row.root_key_ref !== given) {
    throw new StartupError(
      `this data was sealed under root key ${row.root_key_ref}, but the root key given is ${given}: set SIGNET_ROOT_KEY_FILE to the right one; nothing was changed`,
    )
  }
  try {
    return { id: Buffer.from(row.id, 'hex'), key: openWith(root, 'root-wrap', wrapPlace(row.id), row.wrapped) }
  } catch (cause) {
    throw new StartupError(`data key ${row.id} does not open under root key ${given}: restore the data folder`, {
      cause,
    })
  }
}

async function createKey(db: Database, root: SealingKey, purpose: SealPurpose, clock: Clock): Promise<SealingKey> {
  const id = newGuid().replaceAll('-', '')
  const key = randomBytes(32)
  const wrapped = sealWith(root, 'root-wrap', wrapPlace(id), key)
  await db.transact((tx) =>
    sqlOf(tx)
      .insertInto('data_keys')
      .values({
        id,
        purpose,
        wrapped,
        root_key_ref: root.id.toString('hex'),
        state: 'active',
        created_at: clock.now(),
      })
      .execute(),
  )
  return { id: Buffer.from(id, 'hex'), key }
}
