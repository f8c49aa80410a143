import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type BackupStatus, type BackupSummary, backupsApi, type RestoreStatus } from '@signet/shared/api/backups'
import { consoleApi } from '@signet/shared/api/console'
import { deploymentApi } from '@signet/shared/api/deployment'
import { acceptData, type Restored, restoreBackup } from '../backup/index.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { readConfig } from '../platform/config.ts'
import { rootKeyProvider } from '../platform/crypto/root-key/root-key-settings.ts'
import { ensurePrivateFolder } from '../platform/data-folder.ts'
import { SignetError, StartupError } from '../platform/signet-error.ts'
import { ConsoleClient } from './console-client.ts'

/** `signet backup`: made by the running server. */
export function makeBackup(client: ConsoleClient, folder: string | undefined): Promise<BackupSummary> {
  return client.call(consoleApi.makeBackup, { body: folder === undefined ? {} : { folder: resolve(folder) } })
}

/** `signet backup --list` */
export function listBackups(client: ConsoleClient): Promise<BackupStatus> {
  return client.call(backupsApi.status, {})
}

/** `signet restore --release` */
export function releaseRestore(client: ConsoleClient): Promise<RestoreStatus> {
  return client.call(backupsApi.release, { body: {} })
}

/**
 * `signet restore FILE`, or with `--accept` of data that was put back by other means. The server is stopped.
 *
 * @throws StartupError naming what is wrong; nothing was changed then
 */
export async function restore(
  environment: NodeJS.ProcessEnv,
  wanted: { file: string | undefined; isRepeat: boolean },
  clock: Clock = systemClock,
): Promise<Restored> {
  process.umask(0o077)
  const config = readConfig(environment)
  if (wanted.file !== undefined && !existsSync(wanted.file)) throw new StartupError(`there is no backup ${wanted.file}`)
  await refuseWhileRunning(config.dataDir)
  ensurePrivateFolder(config.dataDir, 'SIGNET_DATA_DIR')
  const root = rootKeyProvider({ ...config, environment, clock })
  const parts = { ...config, root, clock }
  return wanted.file === undefined ? acceptData(parts) : restoreBackup(resolve(wanted.file), parts, wanted)
}

async function refuseWhileRunning(dataDir: string): Promise<void> {
  const isAnswered = await new ConsoleClient(dataDir).call(deploymentApi.sealStatus, {}).then(
    () => true,
    (error: unknown) => error instanceof SignetError,
  )
  if (isAnswered) throw new StartupError('a server runs on this data: stop it first; nothing was changed')
}

const instant = (at: number) => new Date(at).toISOString()

export function printBackup({ number, file, bytes }: BackupSummary): string {
  return `Backup ${number}, verified: ${file} (${(bytes / 2 ** 20).toFixed(1)} MiB)`
}

export function printBackups({ backups, nextAt, failure, folder }: BackupStatus): string {
  return [
    ...backups.map(({ number, madeAt, file }) => `${String(number).padStart(6)}  ${instant(madeAt)}  ${file}`),
    ...(backups.length === 0 ? [`No backup in ${folder}.`] : []),
    nextAt === null ? 'None is made by itself.' : `Next: ${instant(nextAt)}`,
    ...(failure === null ? [] : [`The newest try failed: ${failure}`]),
  ].join('\n')
}

export function printRestored({ mark, movedTo }: Restored): string {
  return [
    mark.backupNumber === null ? 'Accepted the data as it is.' : `Restored backup ${mark.backupNumber}.`,
    `Gap: what was done from ${instant(mark.dataFrom)} to ${instant(mark.restoredAt)} is missing.`,
    `Taken away in it, and taken away again: ${mark.replayed}.`,
    'Sessions, sign-in codes and join tokens are void. Agents make new certificates once the server runs.',
    ...(movedTo ? [`The data that was there before is in ${movedTo}.`] : []),
    'No token is issued until you have looked: start the server, then run `signet restore --release`.',
  ].join('\n')
}

export function printReleased({ dataFrom, restoredAt }: RestoreStatus): string {
  return `Released: tokens are issued again. The gap was from ${instant(dataFrom)} to ${instant(restoredAt)}.`
}
