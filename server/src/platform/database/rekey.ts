import type { RootKeyProvider } from '../crypto/root-key/root-key-provider.ts'
import { StartupError } from '../signet-error.ts'
import type { Tx } from '../transaction.ts'
import { type DataKeyRow, DataKeysStore } from './data-keys-store.ts'
import type { Database } from './database.ts'
import { recoverySecretPlace, unwrapDataKey } from './recovery.ts'

/**
 * Puts the purpose keys under another root key, all in one transaction: at every instant exactly one of the two opens the
 * data. What is sealed under the purpose keys stays as it is. Each key is opened with the new root key before anything is
 * written, so that a provider that gives back something else is found out in time.
 *
 * @param within appends what else belongs into the transaction
 * @returns the IDs of both root keys; undefined when the data is under the new one already
 * @throws RootKeyUnavailable when either is out of reach; StartupError when `from` is not the one that opens this data, or
 *   `to` does not open what it wrapped; nothing was changed then
 */
export async function replaceRootKey(
  { database, from, to }: { database: Database; from: RootKeyProvider; to: RootKeyProvider },
  within: (tx: Tx, ids: { before: string; after: string }) => Promise<void>,
): Promise<{ before: string; after: string } | undefined> {
  const store = new DataKeysStore(database)
  const rows = await store.keys()
  const before = await store.rootKeyId()
  if (before === null) throw new StartupError('there is nothing under a root key yet: start the server once')
  const after = await to.health()
  if (after === before) return undefined
  if ((await from.health()) !== before) {
    throw new StartupError(
      `this data was sealed under root key ${before}, which is not the one given: nothing was changed`,
    )
  }
  const keys = new Map<string, Buffer>()
  for (const row of rows) {
    keys.set(row.id, await rewrapped(to, { keyId: row.id, purpose: row.purpose }, await unwrapDataKey(from, row)))
  }
  const set = await store.recoverySet()
  const secret = set && (await from.unwrap(recoverySecretPlace(set.id), set.wrapped))
  const recoverySet = secret && (await rewrapped(to, recoverySecretPlace(set.id), secret))
  await database.transact(async (tx) => {
    requireSame(rows, await store.keys(tx))
    await store.rewrap(tx, { ref: after, keys, recoverySet })
    await within(tx, { before, after })
  })
  return { before, after }
}

/** @param key overwritten */
async function rewrapped(to: RootKeyProvider, place: { keyId: string; purpose: string }, key: Buffer): Promise<Buffer> {
  const wrapped = await to.wrap(place, key)
  const again = await to.unwrap(place, wrapped)
  const isSame = again.equals(key)
  key.fill(0)
  again.fill(0)
  if (isSame) return wrapped
  throw new StartupError('the new root key does not open what it wrapped: nothing was changed')
}

function requireSame(before: readonly DataKeyRow[], now: readonly DataKeyRow[]): void {
  const isSame =
    now.length === before.length &&
    now.every((row) => before.some((one) => one.id === row.id && one.wrapped.equals(row.wrapped)))
  if (!isSame) throw new StartupError('the keys changed in the meantime: nothing was changed; try again')
}
