import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { consoleApi } from '@signet/shared/api/console'
import { deploymentApi } from '@signet/shared/api/deployment'
import { AuditLog } from '../audit/index.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { type Config, readConfig } from '../platform/config.ts'
import { ShareCollector } from '../platform/crypto/recovery-share.ts'
import { FileRootKey } from '../platform/crypto/root-key/file-root-key.ts'
import { Database } from '../platform/database/database.ts'
import { Cursors } from '../platform/database/paging.ts'
import { recoverRootKey } from '../platform/database/recovery.ts'
import { deploymentSettings } from '../platform/database/settings-store.ts'
import { newGuid } from '../platform/identifiers.ts'
import { SignetError, StartupError } from '../platform/signet-error.ts'
import { ConsoleClient } from './console-client.ts'
import { ownCommand } from './own-command.ts'

export const recoveryReminder = `No recovery shares were taken yet: run \`${ownCommand()} recovery-shares\`, or losing the root key loses the data.`

/** `signet recovery-shares`: a new set, printed this once. */
export async function takeRecoveryShares(
  environment: NodeJS.ProcessEnv,
  wanted: { shares: number; threshold: number },
): Promise<string> {
  const client = new ConsoleClient(readConfig(environment).dataDir)
  const { setId, threshold, shares } = await client.call(consoleApi.takeRecoveryShares, { body: wanted })
  return [
    `Recovery shares, set ${setId}. Any ${threshold} of these ${shares.length} open the data without the root key.`,
    'They are shown this once. Keep each in a place of its own; earlier sets open nothing any more.',
    '',
    ...shares,
    '',
    'To recover: signet recover-root-key, and give the shares on its standard input.',
    '',
  ].join('\n')
}

/**
 * `signet recover-root-key`: a new root key in a file, from shares on standard input. Needs no provider, and no server
 * but a sealed one, which then opens by itself.
 *
 * @returns what to tell the operator
 * @throws StartupError naming the share, the set or the file that is at fault; nothing was changed then
 */
export async function recoverFromShares(
  environment: NodeJS.ProcessEnv,
  input: NodeJS.ReadableStream,
  clock: Clock = systemClock,
): Promise<string> {
  process.umask(0o077)
  const config = readConfig(environment)
  if (!existsSync(join(config.dataDir, 'signet.db'))) {
    throw new StartupError(`there is no data in ${config.dataDir} to recover: set SIGNET_DATA_DIR to the folder`)
  }
  const root = new FileRootKey({ file: config.rootKeyFile, dataDir: config.dataDir })
  await refuseWhileOpen(config)
  const shares = await readShares(input)
  const secret = shares.combine()
  const database = Database.open(config.dataDir, clock)
  try {
    const { tenantId } = await deploymentSettings(database, clock)
    // Nothing is listed here, so the cursors of no list are ever read again.
    const audit = new AuditLog({ database, cursors: new Cursors(randomBytes(32)), clock, tenantId })
    const actor = { kind: 'console', id: null, label: 'console of this host' } as const
    const keyId = await recoverRootKey({ database, root, setId: shares.setId ?? '', secret }, (tx, newKeyId) =>
      audit.append(
        tx,
        { actor, correlationId: newGuid(), ip: null },
        {
          action: 'root_key.recovered',
          target: { kind: 'root_key', id: newKeyId, label: `root key ${newKeyId}` },
          after: { recoverySet: shares.setId },
        },
      ),
    )
    return words(keyId, root.describe().where, environment)
  } finally {
    await database.close()
  }
}

function words(keyId: string, file: string, environment: NodeJS.ProcessEnv): string {
  const { SIGNET_ROOT_KEY_PROVIDER: provider = 'file' } = environment
  return [
    `Root key ${keyId} is in ${file} and opens the data.`,
    ...(provider === 'file' ? [] : ['Set SIGNET_ROOT_KEY_PROVIDER to file and start the server again.']),
    'These shares still open the data, and now they have been together: take new ones with signet recovery-shares.',
    '',
  ].join('\n')
}

/** A server that is open has its keys: there is nothing to recover, and it would not notice. */
async function refuseWhileOpen({ dataDir }: Config): Promise<void> {
  const status = await new ConsoleClient(dataDir).call(deploymentApi.sealStatus, {}).catch((error: unknown) => {
    if (error instanceof StartupError || error instanceof SignetError) return undefined
    throw error
  })
  if (status && !status.sealed) {
    throw new StartupError('a server that is not sealed runs on this data: there is nothing to recover')
  }
}

/** One share a line, until there are enough; empty lines are passed over. Nothing is taken from arguments (SEC-65). */
async function readShares(input: NodeJS.ReadableStream): Promise<ShareCollector> {
  const collector = new ShareCollector()
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  if ('isTTY' in input && input.isTTY) process.stderr.write('Give one recovery share a line.\n')
  for await (const line of lines) {
    if (line.trim() === '') continue
    collector.add(line)
    if (collector.missing === 0) break
  }
  lines.close()
  return collector
}
