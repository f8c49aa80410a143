import { lstatSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { ensurePrivateFolder, writePrivateFile } from '../platform/data-folder.ts'
import { StartupError } from '../platform/signet-error.ts'

const folderName = 'demo'
const markName = 'demo.json'

/** `making` until the whole history is there, `removing` from the order to remove it until the last file is gone. */
const Mark = z.object({ product: z.literal('signet-demo'), state: z.enum(['making', 'ready', 'removing']) })
type DemoState = z.infer<typeof Mark>['state'] | 'absent'

/**
 * The folder that a demo has for itself, with its own data, keys, agents and logs. Its mark says that everything in it was
 * made by the demo: a folder without one is never touched.
 */
export class DemoFolder {
  readonly root: string

  private constructor(root: string) {
    this.root = root
  }

  /** The one that belongs to a deployment: beside its data folder. */
  static beside(dataDir: string): DemoFolder {
    return new DemoFolder(join(dirname(dataDir), folderName))
  }

  /** The one that a data folder lies in; undefined when it is no demo's. */
  static holding(dataDir: string): DemoFolder | undefined {
    const folder = new DemoFolder(dirname(dataDir))
    if (basename(folder.root) !== folderName || folder.dataDir !== dataDir) return undefined
    return folder.#mark() ? folder : undefined
  }

  get dataDir(): string {
    return join(this.root, 'data')
  }

  get agentsDir(): string {
    return join(this.root, 'agents')
  }

  get logs(): string {
    return join(this.root, 'logs')
  }

  /** @throws StartupError when something is there that no demo has made */
  state(): DemoState {
    const entry = lstatSync(this.root, { throwIfNoEntry: false })
    if (!entry) return 'absent'
    const mark = entry.isDirectory() ? this.#mark() : undefined
    if (mark) return mark.state
    // Without its mark it is empty: the last moment of a removal, or the first of a beginning.
    if (entry.isDirectory() && readdirSync(this.root).length === 0) return 'absent'
    throw new StartupError(`${this.root} was not made by a demo of Signet: move it away, or set SIGNET_DATA_DIR`)
  }

  begin(): void {
    ensurePrivateFolder(this.root, 'SIGNET_DATA_DIR')
    this.#write('making')
  }

  markReady(): void {
    this.#write('ready')
  }

  /** From here on the removal is finished by whoever starts next, whatever happens. */
  orderRemoval(): void {
    if (this.state() !== 'absent') this.#write('removing')
  }

  /** Deletes the folder, the mark last. Links within are removed, what they lead to is not. @throws StartupError as `state` */
  remove(): void {
    if (this.state() !== 'absent') {
      this.#write('removing')
      for (const name of readdirSync(this.root)) {
        if (name !== markName) rmSync(join(this.root, name), { recursive: true, force: true })
      }
      rmSync(join(this.root, markName))
    }
    if (lstatSync(this.root, { throwIfNoEntry: false })) rmdirSync(this.root)
  }

  #mark(): z.infer<typeof Mark> | undefined {
    try {
      return Mark.parse(JSON.parse(readFileSync(join(this.root, markName), 'utf8')))
    } catch {
      return undefined
    }
  }

  #write(state: z.infer<typeof Mark>['state']): void {
    writePrivateFile(join(this.root, markName), `${JSON.stringify({ product: 'signet-demo', state })}\n`)
  }
}
