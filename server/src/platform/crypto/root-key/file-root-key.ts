import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { StartupError } from '../../signet-error.ts'
import type { SealingKey } from '../sealing.ts'
import { localRootKey, rootKeyBytes, unwrapLocally, wrapLocally } from './local-root-key.ts'
import { type RootKeyProvider, RootKeyUnavailable, type WrappedPlace } from './root-key-provider.ts'

const header = 'signet-root-key-v1'

/**
 * The root key in a file of its own: 0400 and outside the data folder, so that a copy of the data alone opens nothing
 * (SEC-56). It is read for each use and overwritten in memory after it (SEC-65).
 */
export class FileRootKey implements RootKeyProvider {
  readonly #file: string
  readonly #dataDir: string

  /** @throws StartupError when the file would lie inside the data folder */
  constructor(options: { file: string; dataDir: string }) {
    this.#file = options.file
    this.#dataDir = options.dataDir
    refuseInsideData(options.file, options.dataDir)
  }

  describe() {
    return { provider: 'file', where: this.#file } as const
  }

  async health(): Promise<string> {
    return this.#use((key) => key.id.toString('hex'))
  }

  async wrap(place: WrappedPlace, key: Buffer): Promise<Buffer> {
    return this.#use((root) => wrapLocally(root, place, key))
  }

  async unwrap(place: WrappedPlace, wrapped: Buffer): Promise<Buffer> {
    return this.#use((root) => unwrapLocally(root, place, wrapped))
  }

  /** A new key where there is no file; an existing one is left as it is. @throws StartupError */
  async create(): Promise<void> {
    refuseInsideData(this.#file, this.#dataDir)
    if (!existsSync(this.#file)) createKeyFile(this.#file)
  }

  /** A new key, and nothing but a new one. @throws StartupError when a file is there: recovery never overwrites a key */
  async createFresh(): Promise<void> {
    if (existsSync(this.#file)) {
      throw new StartupError(
        `there is a file at ${this.#file} already: move it away first, or set SIGNET_ROOT_KEY_FILE to another place`,
      )
    }
    await this.create()
  }

  /** A key in a file beside this one, to take its place: the same again after a change that was cut short. */
  async successor(): Promise<FileRootKey> {
    const next = new FileRootKey({ file: nextOf(this.#file), dataDir: this.#dataDir })
    if (existsSync(nextOf(this.#file))) return next
    const draft = `${nextOf(this.#file)}.tmp`
    rmSync(draft, { force: true })
    refuseInsideData(this.#file, this.#dataDir)
    createKeyFile(draft)
    moveDurably(draft, nextOf(this.#file))
    return next
  }

  /**
   * Puts the successor in its place when the data is under it. The key before stays beside it, by its ID: copies of the
   * data from before open with nothing else.
   */
  async settle(ref: string): Promise<void> {
    const next = nextOf(this.#file)
    if (!existsSync(next)) return
    if ((await new FileRootKey({ file: next, dataDir: this.#dataDir }).health()) !== ref) return
    if (existsSync(this.#file)) moveDurably(this.#file, `${this.#file}.${await this.health()}`)
    moveDurably(next, this.#file)
  }

  #use<T>(work: (key: SealingKey) => T): T {
    refuseInsideData(this.#file, this.#dataDir)
    const key = readKeyFile(this.#file)
    try {
      return work(key)
    } finally {
      key.key.fill(0)
    }
  }
}

function nextOf(file: string): string {
  return `${file}.next`
}

function moveDurably(from: string, to: string): void {
  try {
    renameSync(from, to)
    const folder = openSync(dirname(to), 'r')
    fsyncSync(folder)
    closeSync(folder)
  } catch (cause) {
    throw new StartupError(`the root key ${from} cannot be moved to ${to}: make its folder writable`, { cause })
  }
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
    const line = `${header} ${randomBytes(rootKeyBytes).toString('base64')}\n`
    writeFileSync(file, line, { mode: 0o400, flag: 'wx', flush: true })
    chmodSync(file, 0o400)
  } catch (cause) {
    throw new StartupError(
      `the root key ${file} cannot be written: make its folder writable or set SIGNET_ROOT_KEY_FILE`,
      { cause },
    )
  }
}

function readKeyFile(file: string): SealingKey {
  try {
    const mode = statSync(file).mode & 0o777
    if (mode !== 0o400) {
      throw new StartupError(
        `the root key ${file} has mode 0${mode.toString(8)}: run chmod 0400 on it, so that nobody else can read it`,
      )
    }
    return parseKey(file, readFileSync(file, 'utf8'))
  } catch (error) {
    throw error instanceof StartupError ? error : readFault(file, error)
  }
}

/** A file that is not there may be put back, a disk may be mounted again; a file that may not be read has to be mended. */
function readFault(file: string, cause: unknown): StartupError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  const mend = 'put the file back or set SIGNET_ROOT_KEY_FILE to where it is'
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new RootKeyUnavailable(`the root key ${file} is missing`, mend, { cause })
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new StartupError(`the root key ${file} cannot be read: make it a file of the user who runs Signet`, {
      cause,
    })
  }
  return new RootKeyUnavailable(`the root key ${file} cannot be read (${code})`, mend, { cause })
}

function parseKey(file: string, text: string): SealingKey {
  const [name, encoded, ...rest] = text.trim().split(' ')
  const key = Buffer.from(encoded ?? '', 'base64')
  if (name !== header || rest.length > 0 || key.length !== rootKeyBytes) {
    throw new StartupError(`the root key ${file} is damaged: restore it from your copy`)
  }
  return localRootKey(key)
}
