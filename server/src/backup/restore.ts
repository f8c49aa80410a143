import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../platform/clock.ts'
import { type RootKeyProvider, RootKeyUnavailable } from '../platform/crypto/root-key/root-key-provider.ts'
import { RowTags, wordsOfChanged } from '../platform/database/row-tags.ts'
import { openSqlite } from '../platform/database/sqlite.ts'
import { StartupError } from '../platform/signet-error.ts'
import { Anchor, type AnchorContent } from './anchor.ts'
import { openBackup, readHeader } from './backup-file.ts'
import type { RestoreMark } from './marks-store.ts'
import { checkpoint, contentOf, newestAt, restoreMark, settle, tenantOf, wrappedKey } from './restored-data-store.ts'
import { type Taking, takingsAfter } from './takings-store.ts'

type Sqlite = ReturnType<typeof openSqlite>

export interface RestoreParts {
  readonly dataDir: string
  readonly anchorFile: string
  readonly root: RootKeyProvider
  readonly clock: Clock
}

/** What an operator is told, and what waits for the release. */
export interface Restored {
  readonly mark: RestoreMark
  /** Where the data that was there before is now; undefined when there was none. */
  readonly movedTo: string | undefined
}

/** Folder of a restore that is under way; while it is there, no server starts on the data. */
export const restoringFolder = (dataDir: string) => join(dataDir, 'restoring')

const databases = ['signet.db', 'telemetry.db'] as const
/** Times of the audit log never go back, but those of two processes may differ by a moment. */
const slackMs = 60_000

/**
 * Puts a backup in the place of the data of a server that is stopped. What was taken away since the backup was made is taken
 * away again, as the anchor file and the data that was there know it; sessions and one-time values are void; no token is
 * issued until somebody releases it (SEC-68).
 *
 * @param options.isRepeat the same backup may be restored a second time
 * @throws StartupError naming what is wrong; nothing was changed then
 */
export async function restoreBackup(
  file: string,
  parts: RestoreParts,
  options: { isRepeat?: boolean } = {},
): Promise<Restored> {
  const { dataDir, root } = parts
  const { header } = readHeader(file)
  const given = await root.health()
  if (given !== header.rootKeyId) {
    throw new StartupError(
      `this backup was made under root key ${header.rootKeyId}, but the root key given is ${given}: give that one; nothing was changed`,
    )
  }
  const key = await unwrapped(root, {
    id: header.keyId,
    purpose: 'backup',
    wrapped: Buffer.from(header.wrappedKey, 'base64'),
  })
  const staging = restoringFolder(dataDir)
  rmSync(staging, { recursive: true, force: true })
  mkdirSync(staging, { recursive: true, mode: 0o700 })
  try {
    openBackup(file, key, staging)
    const before = knownBefore(dataDir, header)
    if (before?.mark?.backupNumber === header.number && !options.isRepeat) {
      throw new StartupError(
        `backup ${header.number} was restored here already: whatever came after that would be lost too. Give --again if that is meant; nothing was changed`,
      )
    }
    const db = openSqlite(join(staging, 'signet.db'))
    try {
      await keepTags(db, root, 'restore an earlier backup')
      const anchor = await anchorOf(db, parts)
      const anchored = sameDeployment(anchor, header.tenantId)
      const mark = settle(db, parts.clock, {
        anchored,
        takings: allOf([...(before?.takings ?? []), ...(anchored?.takings ?? [])], header.madeAt),
        ...{ backupNumber: header.number, dataFrom: header.madeAt, epochs: [header.epoch, before?.mark?.epoch ?? 0] },
      })
      const content = contentOf(db, anchored, header.tenantId, mark)
      checkpoint(db)
      const movedTo = swap(dataDir, staging, mark.epoch)
      anchor.write(content)
      rmSync(staging, { recursive: true, force: true })
      return { mark, movedTo }
    } finally {
      if (db.open) db.close()
    }
  } catch (error) {
    // What was moved already is put in place by the next try.
    if (existsSync(join(dataDir, 'signet.db')) || existsSync(join(staging, 'telemetry.db')))
      rmSync(staging, { recursive: true, force: true })
    throw error
  }
}

/**
 * Goes on with data that was put back by other means, and that the anchor therefore refuses: the same as a restore, in place.
 *
 * @throws StartupError when there is no data, or nothing to accept
 */
export async function acceptData(parts: RestoreParts): Promise<Restored> {
  const file = join(parts.dataDir, 'signet.db')
  if (!existsSync(file))
    throw new StartupError(`there is no data in ${parts.dataDir}: set SIGNET_DATA_DIR to the folder`)
  const db = openSqlite(file)
  try {
    await keepTags(db, parts.root, 'restore a backup with `signet restore`')
    const anchor = await anchorOf(db, parts)
    const anchored = anchor.read()
    if (!anchored) throw new StartupError(`there is no anchor file ${anchor.file}: nothing has to be accepted`)
    const tenantId = tenantOf(db)
    sameDeployment(anchor, tenantId)
    const dataFrom = newestAt(db)
    const mark = settle(db, parts.clock, {
      anchored,
      takings: allOf(anchored.takings, dataFrom),
      ...{ backupNumber: null, dataFrom, epochs: [restoreMark(db)?.epoch ?? 0] },
    })
    anchor.write(contentOf(db, anchored, tenantId, mark))
    return { mark, movedTo: undefined }
  } finally {
    db.close()
  }
}

/** The anchor of the data, under the key that is in the data. */
export async function anchorOf(db: Sqlite, { root, anchorFile, dataDir }: RestoreParts): Promise<Anchor> {
  return new Anchor(anchorFile, dataDir, await keyIn(db, 'anchor', root))
}

/**
 * What a restore writes is tagged like anything else, over rows that are as they were written (SEC-64).
 *
 * @throws StartupError when some are not
 */
async function keepTags(db: Sqlite, root: RootKeyProvider, mend: string): Promise<void> {
  const tags = new RowTags()
  tags.begin(await keyIn(db, 'integrity', root), db)
  const changed = await tags.findChanged(db)
  if (changed.length > 0) throw new StartupError(`${wordsOfChanged(changed)}: ${mend}; nothing was changed`)
}

async function keyIn(db: Sqlite, purpose: 'anchor' | 'integrity', root: RootKeyProvider): Promise<Buffer> {
  const row = wrappedKey(db, purpose)
  if (!row) throw new StartupError(`this data has no ${purpose} key: it is of another version of Signet`)
  return unwrapped(root, { ...row, purpose })
}

function sameDeployment(anchor: Anchor, tenantId: string): AnchorContent | undefined {
  const anchored = anchor.read()
  if (anchored && anchored.tenantId !== tenantId) {
    throw new StartupError(`the anchor file ${anchor.file} is of another deployment; nothing was changed`)
  }
  return anchored
}

/** What the data that is there now knows of the time since the backup; undefined when there is none, or none that can be read. */
function knownBefore(
  dataDir: string,
  header: { tenantId: string; madeAt: number },
): { mark: RestoreMark | undefined; takings: Taking[] } | undefined {
  const file = join(dataDir, 'signet.db')
  if (!existsSync(file)) return undefined
  let db: Sqlite
  try {
    db = openSqlite(file)
  } catch {
    return undefined
  }
  try {
    const tenantId = tenantOf(db)
    if (tenantId !== header.tenantId) {
      throw new StartupError(
        `the data folder ${dataDir} has the data of another deployment: set SIGNET_DATA_DIR to an empty one; nothing was changed`,
      )
    }
    return { mark: restoreMark(db), takings: takingsAfter(db, header.madeAt - slackMs) }
  } catch (error) {
    // Damaged data is what a restore is for.
    if (error instanceof StartupError) throw error
    return undefined
  } finally {
    db.close()
  }
}

/** Each taking once, in the order of their IDs, none from before the data. */
function allOf(takings: readonly Taking[], dataFrom: number): Taking[] {
  const byId = new Map(takings.filter(({ at }) => at >= dataFrom - slackMs).map((taking) => [taking.id, taking]))
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What was there is kept beside; a crash in between leaves the staging folder, and no server starts on that. */
function swap(dataDir: string, staging: string, epoch: number): string | undefined {
  const aside = join(dataDir, `before-restore-${epoch}`)
  const there = databases
    .flatMap((name) => [name, `${name}-wal`, `${name}-shm`])
    .filter((name) => existsSync(join(dataDir, name)))
  if (there.length > 0) mkdirSync(aside, { recursive: true, mode: 0o700 })
  for (const name of there) renameSync(join(dataDir, name), join(aside, name))
  for (const name of databases) renameSync(join(staging, name), join(dataDir, name))
  return there.length > 0 ? aside : undefined
}

async function unwrapped(
  root: RootKeyProvider,
  key: { id: string; purpose: string; wrapped: Buffer },
): Promise<Buffer> {
  try {
    return await root.unwrap({ keyId: key.id, purpose: key.purpose }, key.wrapped)
  } catch (cause) {
    if (cause instanceof RootKeyUnavailable) throw cause
    throw new StartupError(`the ${key.purpose} key does not open under this root key; nothing was changed`, { cause })
  }
}
