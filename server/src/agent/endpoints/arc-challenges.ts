import { createHash, timingSafeEqual } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { minuteMs } from '@signet/shared/vocabulary/time'
import type { Clock, Timer } from '../../platform/clock.ts'
import { newSecret } from '../../platform/identifiers.ts'
import { SignetError } from '../../platform/signet-error.ts'

const lifetimeMs = minuteMs
const mostOutstanding = 32
const nameStart = 'signet-'
const modes = { above: 0o755, folder: 0o750, file: 0o640 } as const
const writableByAll = 0o002

interface Challenge {
  readonly digest: Buffer
  readonly expiry: Timer
}

/** Whether challenge files can be put in a folder that is there, or that can be made; never in one that everybody can write. */
export function canHoldChallenges(folder: string): boolean {
  const [outermost] = missingFolders(folder)
  const place = outermost === undefined ? folder : dirname(outermost)
  try {
    accessSync(place, constants.W_OK | constants.X_OK)
    const stats = statSync(place)
    return stats.isDirectory() && (outermost !== undefined || (stats.mode & writableByAll) === 0)
  } catch {
    return false
  }
}

/** Those that would have to be made, the outermost first. */
function missingFolders(folder: string): string[] {
  if (existsSync(folder) || dirname(folder) === folder) return []
  return [...missingFolders(dirname(folder)), folder]
}

/**
 * Challenge files of Azure Arc (SEC-100): whoever can read a file in a folder that clients insist on is let in. Names and
 * contents are ours alone; each works once, and for a minute.
 */
export class ArcChallenges {
  readonly #folder: string
  readonly #group: number | undefined
  readonly #clock: Clock
  readonly #outstanding = new Map<string, Challenge>()

  /** @param options.group whose members may read the files; that of the agent unless given */
  constructor(options: { folder: string; group: number | undefined; clock: Clock }) {
    this.#folder = options.folder
    this.#group = options.group
    this.#clock = options.clock
    this.#removeLeftovers()
  }

  /**
   * Makes a file with a new secret in it.
   *
   * @returns its path
   * @throws SignetError `too_many_requests` while 32 are outstanding | `unavailable` when it cannot be written
   */
  issue(): string {
    if (this.#outstanding.size >= mostOutstanding) {
      throw new SignetError('too_many_requests', 'Too many challenges are outstanding.', { retryAfterSeconds: 1 })
    }
    const file = join(this.#folder, `${nameStart}${newSecret(16)}.key`)
    const secret = newSecret(32)
    try {
      this.#write(file, secret)
    } catch (cause) {
      throw new SignetError('unavailable', 'The challenge file cannot be written.', { cause, retryAfterSeconds: 5 })
    }
    const expiry = this.#clock.after(lifetimeMs, () => this.#remove(file))
    this.#outstanding.set(file, { digest: digestOf(secret), expiry })
    return file
  }

  /** Takes the secret of a file that is outstanding, and the file with it. @returns whether there was one */
  redeem(secret: string): boolean {
    const given = digestOf(secret)
    let redeemed: string | undefined
    for (const [file, { digest }] of this.#outstanding) if (timingSafeEqual(given, digest)) redeemed = file
    if (redeemed === undefined) return false
    this.#remove(redeemed)
    return true
  }

  /** Takes all files away. */
  close(): void {
    for (const file of [...this.#outstanding.keys()]) this.#remove(file)
  }

  #write(file: string, secret: string): void {
    this.#makeFolder()
    const descriptor = openSync(file, 'wx', modes.file)
    try {
      if (this.#group !== undefined) fchownSync(descriptor, -1, this.#group)
      fchmodSync(descriptor, modes.file)
      writeSync(descriptor, secret)
    } finally {
      closeSync(descriptor)
    }
  }

  /** Modes are set afterwards: the umask of a process that keeps secrets takes all bits but the owner's away. */
  #makeFolder(): void {
    for (const folder of missingFolders(this.#folder)) {
      mkdirSync(folder)
      chmodSync(folder, folder === this.#folder ? modes.folder : modes.above)
      if (this.#group !== undefined && folder === this.#folder) chownSync(folder, -1, this.#group)
    }
  }

  #remove(file: string): void {
    this.#outstanding.get(file)?.expiry.cancel()
    this.#outstanding.delete(file)
    rmSync(file, { force: true })
  }

  /** Of an agent that died; one that lives beside this one made its own within the last minute. */
  #removeLeftovers(): void {
    if (!existsSync(this.#folder)) return
    for (const name of readdirSync(this.#folder)) {
      const file = join(this.#folder, name)
      const isOld =
        (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY) <
        this.#clock.now() - lifetimeMs
      if (name.startsWith(nameStart) && isOld) rmSync(file, { force: true })
    }
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
