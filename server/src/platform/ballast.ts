import { closeSync, fsyncSync, openSync, renameSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const chunkBytes = 2 ** 20

/**
 * Space that is held back: with the disk full even a DELETE fails, so this is given up for the last records and a clean
 * shutdown (SEC-141).
 */
export class Ballast {
  readonly #file: string

  private constructor(file: string) {
    this.#file = file
  }

  /**
   * The ballast of a data folder, made where it is missing or of another size; of real blocks, since an empty promise holds
   * nothing back. Where the disk has no room for twice as much there is none, rather than a disk that is full.
   */
  static hold(dataDir: string, bytes: number): Ballast {
    const ballast = new Ballast(join(dataDir, 'ballast'))
    if (sizeOf(ballast.#file) === bytes) return ballast
    ballast.release()
    const { bavail, bsize } = statfsSync(dataDir)
    if (bytes > 0 && bavail * bsize > 2 * bytes) write(ballast.#file, bytes)
    return ballast
  }

  get isHeld(): boolean {
    return sizeOf(this.#file) > 0
  }

  release(): void {
    rmSync(this.#file, { force: true })
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function write(file: string, bytes: number): void {
  const temporary = `${file}.tmp`
  const chunk = Buffer.alloc(chunkBytes, 0x5a)
  const opened = openSync(temporary, 'w', 0o600)
  try {
    for (let left = bytes; left > 0; left -= chunkBytes) writeSync(opened, chunk, 0, Math.min(left, chunkBytes))
    fsyncSync(opened)
    closeSync(opened)
    renameSync(temporary, file)
  } catch {
    // The disk filled up meanwhile.
    rmSync(temporary, { force: true })
  }
}
