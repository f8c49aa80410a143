import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { deploymentApi } from '@signet/shared/api/deployment'
import { AuditLog } from '../audit/index.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { type Config, readConfig } from '../platform/config.ts'
import { FileRootKey } from '../platform/crypto/root-key/file-root-key.ts'
import type { RootKeyProvider } from '../platform/crypto/root-key/root-key-provider.ts'
import { rootKeyProvider } from '../platform/crypto/root-key/root-key-settings.ts'
import { DataKeysStore } from '../platform/database/data-keys-store.ts'
import { Database } from '../platform/database/database.ts'
import { Cursors } from '../platform/database/paging.ts'
import { replaceRootKey } from '../platform/database/rekey.ts'
import { deploymentSettings } from '../platform/database/settings-store.ts'
import { newGuid } from '../platform/identifiers.ts'
import { SignetError, StartupError } from '../platform/signet-error.ts'
import { ConsoleClient } from './console-client.ts'
import { ownCommand } from './own-command.ts'

const nextPrefix = 'SIGNET_NEXT_ROOT_KEY'

/**
 * `signet rekey`: the data under another root key. Without settings of a next provider a root key in a file is followed by
 * a new one in the same place, and the old one is kept beside it. Killed at any point, running it again, or starting the
 * server, goes on from there.
 *
 * @returns what to tell the operator
 * @throws StartupError while a server runs on this data, and when a key is missing or wrong; nothing was changed then
 */
export async function rekey(environment: NodeJS.ProcessEnv, clock: Clock = systemClock): Promise<string> {
  process.umask(0o077)
  const config = readConfig(settingsOf(environment, 'now'))
  if (!existsSync(join(config.dataDir, 'signet.db'))) {
    throw new StartupError(`there is no data in ${config.dataDir}: set SIGNET_DATA_DIR to the folder`)
  }
  await refuseWhileServing(config)
  const from = rootKeyProvider({ ...config, environment, clock })
  const database = Database.open(config.dataDir, clock)
  try {
    const ref = await new DataKeysStore(database).rootKeyId()
    if (ref === null) throw new StartupError('there is nothing under a root key yet: start the server once')
    const wasCutShort = await isUnderSuccessor(from, config, ref)
    await from.settle?.(ref)
    if (wasCutShort) return words({ keyId: ref, where: from.describe().where, isElsewhere: false })
    const to = await nextProvider({ environment, config, from, clock })
    const { tenantId } = await deploymentSettings(database, clock)
    const audit = new AuditLog({ database, cursors: new Cursors(randomBytes(32)), clock, tenantId })
    const actor = { kind: 'console', id: null, label: 'console of this host' } as const
    const replaced = await replaceRootKey({ database, from, to }, (tx, { before, after }) =>
      audit.append(
        tx,
        { actor, correlationId: newGuid(), ip: null },
        {
          action: 'root_key.replaced',
          target: { kind: 'root_key', id: after, label: `root key ${after}` },
          before: { keyId: before, provider: from.describe().provider },
          after: { keyId: after, provider: to.describe().provider },
        },
      ),
    )
    if (!replaced) throw new StartupError('the data is under that root key already: nothing was changed')
    await from.settle?.(replaced.after)
    const isElsewhere = hasNextSettings(environment)
    const { where } = isElsewhere ? to.describe() : from.describe()
    return words({ keyId: replaced.after, where, isElsewhere })
  } finally {
    await database.close()
  }
}

/** Whether an earlier run came as far as the data, and not as far as the file. */
async function isUnderSuccessor(from: RootKeyProvider, config: Config, ref: string): Promise<boolean> {
  if (!(from instanceof FileRootKey) || !existsSync(`${config.rootKeyFile}.next`)) return false
  return (await (await from.successor()).health()) === ref
}

function hasNextSettings(environment: NodeJS.ProcessEnv): boolean {
  return Object.keys(environment).some((name) => name.startsWith(nextPrefix))
}

/** The settings in force, or those of the next provider under the names that they will have then. */
function settingsOf(environment: NodeJS.ProcessEnv, which: 'now' | 'next'): NodeJS.ProcessEnv {
  const wanted = Object.entries(environment).filter(([name]) => name.startsWith(nextPrefix) === (which === 'next'))
  return Object.fromEntries(wanted.map(([name, value]) => [name.replace(nextPrefix, 'SIGNET_ROOT_KEY'), value]))
}

async function nextProvider(given: {
  environment: NodeJS.ProcessEnv
  config: Config
  from: RootKeyProvider
  clock: Clock
}): Promise<RootKeyProvider> {
  const { environment, config, from, clock } = given
  if (!hasNextSettings(environment)) {
    if (from instanceof FileRootKey) return from.successor()
    throw new StartupError(
      `the root key is kept by ${from.describe().provider}, which makes none by itself: say the next one with ${nextPrefix}_PROVIDER and the settings of that provider, each with NEXT in its name`,
    )
  }
  const settings = settingsOf(environment, 'next')
  const file = settings['SIGNET_ROOT_KEY_FILE']
  const rootKeyFile = file === undefined ? config.rootKeyFile : resolve(file)
  const to = rootKeyProvider({ dataDir: config.dataDir, rootKeyFile, environment: settings, clock })
  await to.create?.()
  return to
}

function words({ keyId, where, isElsewhere }: { keyId: string; where: string; isElsewhere: boolean }): string {
  return [
    `The data is under root key ${keyId} now (${where}). The one before opens it no more.`,
    isElsewhere
      ? `Take the settings that begin with ${nextPrefix}, without NEXT, for the server from now on.`
      : 'The old key lies beside the new one, named by its ID: copies of the data from before need it. Delete it with the last of them.',
    `Take new recovery shares: ${ownCommand()} recovery-shares. The old ones still open the data.`,
    '',
  ].join('\n')
}

/** It holds the purpose keys, and would go on wrapping new ones under the old root key. */
async function refuseWhileServing({ dataDir }: Config): Promise<void> {
  const status = await new ConsoleClient(dataDir).call(deploymentApi.sealStatus, {}).catch((error: unknown) => {
    if (error instanceof StartupError || error instanceof SignetError) return undefined
    throw error
  })
  if (status) throw new StartupError('a server runs on this data: stop it, change the root key, start it again')
}
