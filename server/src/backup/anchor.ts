import { createHmac, timingSafeEqual } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { z } from 'zod'
import { writePrivateFile } from '../platform/data-folder.ts'
import { StartupError } from '../platform/signet-error.ts'
import { Taking } from './takings-store.ts'

/** What a deployment knows of itself outside its data. */
export const AnchorContent = z.object({
  format: z.literal(1),
  tenantId: z.guid(),
  /** Raised by every restore. */
  epoch: z.int(),
  /** Number of the newest change there was; a database that has less went back. */
  seq: z.int(),
  /** Highest number a backup has had. */
  backupNumber: z.int(),
  /** What was taken away lately, oldest first: it stays taken away, whatever is restored. */
  takings: z.array(Taking),
})
export type AnchorContent = z.infer<typeof AnchorContent>

const Sealed = z.object({ content: z.string(), mac: z.base64() })

/** The anchor file (SEC-136): outside the data folder, so that who puts old data back does not put it back with them. */
export class Anchor {
  readonly file: string
  readonly #key: Buffer

  /** @throws StartupError when the file would be inside the data folder */
  constructor(file: string, dataDir: string, key: Buffer) {
    if (!relative(dataDir, file).startsWith('..')) {
      throw new StartupError(
        `the anchor file ${file} lies in the data folder: set SIGNET_ANCHOR_FILE to a place outside it`,
      )
    }
    this.file = file
    this.#key = key
  }

  /** @returns undefined where there is none. @throws StartupError when it was changed, or is of other keys */
  read(): AnchorContent | undefined {
    if (!existsSync(this.file)) return undefined
    try {
      const { content, mac } = Sealed.parse(JSON.parse(readFileSync(this.file, 'utf8')))
      const given = Buffer.from(mac, 'base64')
      const own = this.#mac(content)
      if (given.length !== own.length || !timingSafeEqual(given, own)) throw new Error('its code is wrong')
      return AnchorContent.parse(JSON.parse(content))
    } catch (cause) {
      const words = `the anchor file ${this.file} was changed, or belongs to other data`
      throw new StartupError(`${words}: put the right one back, or set SIGNET_ANCHOR_FILE`, { cause })
    }
  }

  write(anchored: AnchorContent): void {
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 })
    const content = JSON.stringify(anchored)
    writePrivateFile(this.file, JSON.stringify({ content, mac: this.#mac(content).toString('base64') }))
  }

  #mac(content: string): Buffer {
    return createHmac('sha256', this.#key).update(content).digest()
  }
}

/** Where the data stands, to be held against the anchor. */
export type Standing = Pick<AnchorContent, 'tenantId' | 'epoch' | 'seq'>

/** @throws StartupError when the data is older than the anchor knows it to have been, or is other data */
export function refuseRegression(file: string, anchored: AnchorContent, standing: Standing): void {
  if (anchored.tenantId !== standing.tenantId) {
    throw new StartupError(
      `the anchor file ${file} is of another deployment: set SIGNET_ANCHOR_FILE to that of this data`,
    )
  }
  if (standing.epoch >= anchored.epoch && standing.seq >= anchored.seq) return
  throw new StartupError(
    `this data is older than the anchor file ${file} knows it to have been: it was put back. Run \`signet restore --accept\` to go on with it; what was revoked since stays revoked`,
  )
}
