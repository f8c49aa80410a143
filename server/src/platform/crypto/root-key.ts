import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { StartupError } from '../signet-error.ts'
import type { SealingKey } from './sealing.ts'

const header = 'signet-root-key-v1'
const keyBytes = 32

/**
 * The root key from its file, which is made when `create` allows it. The file is 0400 and outside the data folder, so
 * that a copy of the data alone opens nothing (SEC-56).
 *
 * @throws StartupError naming the file and the mend
 */
export function loadRootKey(options: { file: string; dataDir: string; create: boolean }): SealingKey {
  refuseInsideData(options.file, options.dataDir)
  if (!existsSync(options.file)) {
    if (!options.create) {
      throw new StartupError(
        `the root key ${options.file} is missing, but the data folder ${options.dataDir} was sealed with one: put the file back or set SIGNET_ROOT_KEY_FILE to where it is`,
      )
    }
    createKeyFile(options.file)
  }
  const mode = statSync(options.file).mode & 0o777
  if (mode !== 0o400) {
    throw new StartupError(
      `the root key ${options.file} has mode 0${mode.toString(8)}: run chmod 0400 on it, so that nobody else can read it`,
    )
  }
  return parseKey(options.file, readFileSync(options.file, 'utf8'))
}

function refuseInsideData(file: string, dataDir: string): void {
  const folder = existsSync(dirname(file)) ? realpathSync(dirname(file)) : resolve(dirname(file))
  const data = existsSync(dataDir) ? realpathSync(dataDir) : resolve(dataDir)
  if (`${folder}${sep}`.startsWith(`${data}${sep}`)) {
    throw new StartupError(
      `the root key ${file} lies inside the data folder ${dataDir}: set SIGNET_ROOT_KEY_FILE to a place outside it, so that a copy of the data does not carry its key`,
    )
  }
}

function createKeyFile(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, `${header} ${randomBytes(keyBytes).toString('base64')}\n`, { mode: 0o400, flag: 'wx' })
    chmodSync(file, 0o400)
  } catch (cause) {
    throw new StartupError(
      `the root key ${file} cannot be written: make its folder writable or set SIGNET_ROOT_KEY_FILE`,
      {
        cause,
      },
    )
  }
}

function parseKey(file: string, text: string): SealingKey {
  const [name, encoded, ...rest] = text.trim().split(' ')
  const key = Buffer.from(encoded ?? '', 'base64')
  if (name !== header || rest.length > 0 || key.length !== keyBytes) {
    throw new StartupError(`the root key ${file} is damaged: restore it from your copy`)
  }
  const id = createHash('sha256').update('signet root key id').update(key).digest().subarray(0, 16)
  return { id, key }
}
