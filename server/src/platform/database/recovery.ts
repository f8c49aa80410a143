import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { newShareSetId, recoverySecretBytes, type ShareSet, writeShares } from '../crypto/recovery-share.ts'
import type { FileRootKey } from '../crypto/root-key/file-root-key.ts'
import { localRootKey } from '../crypto/root-key/local-root-key.ts'
import { type RootKeyProvider, RootKeyUnavailable } from '../crypto/root-key/root-key-provider.ts'
import { EnvelopeError, openWith, type SealedPlace, sealWith } from '../crypto/sealing.ts'
import { SignetError, StartupError } from '../signet-error.ts'
import type { Tx } from '../transaction.ts'
import { type DataKeyRow, DataKeysStore, type RecoverySetRow } from './data-keys-store.ts'
import type { Database } from './database.ts'

type KeyName = Pick<DataKeyRow, 'id' | 'purpose'>

/**
 * The second way to the purpose keys (SEC-58): each is wrapped under a recovery secret as well. That secret stands in
 * the database under the root key, for keys made later, and outside it only as shares that were shown once.
 */
export class RecoveryShares {
  readonly #store: DataKeysStore
  readonly #parts: { database: Database; root: RootKeyProvider; clock: Clock }

  constructor(parts: { database: Database; root: RootKeyProvider; clock: Clock }) {
    this.#store = new DataKeysStore(parts.database)
    this.#parts = parts
  }

  /** The set that opens this data; undefined until one was taken. */
  async current(): Promise<(ShareSet & { readonly takenAt: number }) | undefined> {
    const row = await this.#store.recoverySet()
    return row && { id: row.id, shares: row.shares, threshold: row.threshold, takenAt: row.created_at }
  }

  /**
   * A new set; the one before it opens nothing any more.
   *
   * @param within appends what else belongs into the transaction
   * @returns the shares as text, which nobody can have a second time
   * @throws SignetError `unavailable` while the root key is out of reach
   */
  async take(
    wanted: { shares: number; threshold: number },
    within: (tx: Tx, set: ShareSet) => Promise<void>,
  ): Promise<{ set: ShareSet; shares: string[] }> {
    const { database, root, clock } = this.#parts
    const set = { ...wanted, id: newShareSetId(randomBytes) }
    const secret = randomBytes(recoverySecretBytes)
    try {
      const rows = await this.#store.keys()
      const wrapped = new Map<string, Buffer>()
      for (const row of rows) wrapped.set(row.id, wrapUnder(secret, row, await unwrapDataKey(root, row)))
      const row = { ...set, wrapped: await root.wrap(recoverySecretPlace(set.id), secret), created_at: clock.now() }
      await database.transact(async (tx) => {
        await this.#requireSame(tx, rows)
        await this.#store.replaceRecoverySet(tx, row, wrapped)
        await within(tx, set)
      })
      return { set, shares: writeShares(secret, set, randomBytes) }
    } catch (cause) {
      if (cause instanceof RootKeyUnavailable) throw new SignetError('unavailable', cause.message, { cause })
      throw cause
    } finally {
      secret.fill(0)
    }
  }

  async #requireSame(tx: Tx, rows: readonly DataKeyRow[]): Promise<void> {
    const now = await this.#store.keys(tx)
    const isSame =
      now.length === rows.length &&
      now.every((row) => rows.some((before) => before.id === row.id && before.wrapped.equals(row.wrapped)))
    if (!isSame) throw new SignetError('conflict', 'The keys changed in the meantime. Take the shares again.')
  }
}

/**
 * Puts the purpose keys under a new root key in a file, with nothing but the shares. The file is written first and the
 * database follows in one transaction; the shares open it before and after, so there is no moment without a key.
 *
 * @param secret what the shares give; overwritten
 * @param within appends what else belongs into the transaction
 * @returns the ID of the new root key
 * @throws StartupError when the shares are of another set, or do not open this data; nothing was changed then
 */
export async function recoverRootKey(
  parts: { database: Database; root: FileRootKey; setId: string; secret: Buffer },
  within: (tx: Tx, keyId: string) => Promise<void>,
): Promise<string> {
  const { database, root, setId, secret } = parts
  const store = new DataKeysStore(database)
  const set = await store.recoverySet()
  if (!set) throw new StartupError('no recovery shares were taken of this data, so none opens it')
  if (set.id !== setId) {
    throw new StartupError(
      `these shares are of set ${setId}, but this data is opened by set ${set.id}: give shares of that`,
    )
  }
  const opened = (await store.keys()).map((row) => ({ row, key: unwrapUnder(secret, setId, row) }))
  await root.createFresh()
  const ref = await root.health()
  const keys = new Map<string, Buffer>()
  for (const { row, key } of opened) {
    keys.set(row.id, await root.wrap({ keyId: row.id, purpose: row.purpose }, key))
    key.fill(0)
  }
  const recoverySet = await root.wrap(recoverySecretPlace(setId), secret)
  secret.fill(0)
  await database.transact(async (tx) => {
    await store.rewrap(tx, { ref, keys, recoverySet })
    await within(tx, ref)
  })
  return ref
}

/** A purpose key that does not open under the very root key it names: its row was changed. */
export class DataKeyDamaged extends StartupError {
  readonly keyId: string
  readonly reason: string

  constructor(row: DataKeyRow, cause: EnvelopeError) {
    super(`data key ${row.id} does not open under root key ${row.root_key_ref}: restore the data folder`, { cause })
    this.name = 'DataKeyDamaged'
    this.keyId = row.id
    this.reason = cause.reason
  }
}

/** @throws DataKeyDamaged | RootKeyUnavailable */
export async function unwrapDataKey(root: RootKeyProvider, row: DataKeyRow): Promise<Buffer> {
  try {
    return await root.unwrap({ keyId: row.id, purpose: row.purpose }, row.wrapped)
  } catch (cause) {
    if (!(cause instanceof EnvelopeError)) throw cause
    throw new DataKeyDamaged(row, cause)
  }
}

/** A purpose key that is made later, wrapped for the shares that exist already. */
export async function wrapForRecovery(
  root: RootKeyProvider,
  set: RecoverySetRow,
  name: KeyName,
  key: Buffer,
): Promise<Buffer> {
  const secret = await root.unwrap(recoverySecretPlace(set.id), set.wrapped)
  const wrapped = wrapUnder(secret, name, key)
  secret.fill(0)
  return wrapped
}

/** What the recovery secret is bound to under the root key. */
export function recoverySecretPlace(setId: string) {
  return { keyId: setId, purpose: 'recovery' }
}

function recoveryPlace({ id, purpose }: KeyName): SealedPlace {
  return { table: 'data_keys', rowId: `${id}/${purpose}`, column: 'recovery_wrapped', version: 1 }
}

function wrapUnder(secret: Buffer, name: KeyName, key: Buffer): Buffer {
  return sealWith(localRootKey(secret), 'recovery-wrap', recoveryPlace(name), key)
}

function unwrapUnder(secret: Buffer, setId: string, row: DataKeyRow): Buffer {
  try {
    return openWith(localRootKey(secret), 'recovery-wrap', recoveryPlace(row), row.recovery_wrapped ?? Buffer.alloc(0))
  } catch (cause) {
    throw new StartupError(`the shares of set ${setId} do not open data key ${row.id}: check each of them`, { cause })
  }
}
