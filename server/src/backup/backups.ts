import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { BackupStatus, BackupSummary, RestoreStatus } from '@signet/shared/api/backups'
import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { DataKeysStore } from '../platform/database/data-keys-store.ts'
import type { Database } from '../platform/database/database.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { type RequestContext, systemContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import { backupName, backupNamePattern, readHeader } from './backup-file.ts'
import type { BackupAnswer, BackupOrder } from './backup-thread.ts'
import { MarksStore } from './marks-store.ts'
import { keptBackups } from './retention.ts'

export interface BackupSettings {
  readonly folder: string
  /** Between two that are made by themselves; 0: none are. */
  readonly everyMs: number
  readonly keepHourly: number
  readonly keepDaily: number
}

interface BackupsParts {
  readonly database: Database
  readonly sealer: Sealer
  readonly audit: AuditLog
  readonly clock: Clock
  readonly log: Logger
  readonly tenantId: string
  readonly dataDir: string
  readonly settings: BackupSettings
}

const lookMs = minuteMs

/**
 * Makes backups of the running server, each verified by a restore into a scratch store before it counts (SEC-67), and knows
 * whether a restore still waits for its release.
 */
export class Backups {
  readonly #parts: BackupsParts
  readonly #marks: MarksStore
  #restore: RestoreStatus | undefined
  #making: Promise<unknown> = Promise.resolve()

  private constructor(parts: BackupsParts, marks: MarksStore, restore: RestoreStatus | undefined) {
    this.#parts = parts
    this.#marks = marks
    this.#restore = restore
  }

  static async open(parts: BackupsParts): Promise<Backups> {
    const marks = new MarksStore(parts.database)
    return new Backups(parts, marks, await marks.restore())
  }

  /** Why no token may be issued: a restore that nobody has released yet (SEC-68). Undefined in the normal way. */
  get quarantine(): SignetError | undefined {
    if (!this.#restore || this.#restore.releasedAt !== null) return undefined
    return new SignetError('unavailable', 'The server was restored from a backup and is not released yet.', {
      fix: 'Look at what is missing, then run `signet restore --release`.',
      retryAfterSeconds: 30,
    })
  }

  /** Makes one by the clock where the settings say so, and removes those that are past their time. @returns ends it */
  start(): () => Promise<void> {
    const { clock, log, dataDir } = this.#parts
    // Of a process that was killed while it made one.
    rmSync(join(dataDir, 'backup-scratch'), { recursive: true, force: true })
    const task = new PeriodicTask({
      ...{ name: 'backup', intervalMs: lookMs, clock, log },
      run: async () => {
        const due = await this.#nextAt()
        if (due !== null && due <= clock.now()) await this.make(systemContext('backup schedule', newGuid()))
      },
    })
    return async () => {
      await task.stop()
      await this.#making
    }
  }

  async status(): Promise<BackupStatus> {
    const { failure } = await this.#marks.backups()
    const { folder } = this.#parts.settings
    return { nextAt: await this.#nextAt(), folder, backups: this.list(), failure, restore: this.#restore ?? null }
  }

  /** What lies in the folder, newest first; a file that is no backup of this deployment is passed over. */
  list(): BackupSummary[] {
    const { settings, tenantId } = this.#parts
    if (!existsSync(settings.folder)) return []
    return readdirSync(settings.folder)
      .filter((name) => backupNamePattern.test(name))
      .sort()
      .reverse()
      .flatMap((name) => {
        try {
          const file = join(settings.folder, name)
          const { header } = readHeader(file)
          if (header.tenantId !== tenantId) return []
          return [{ number: header.number, file, madeAt: header.madeAt, bytes: statSync(file).size }]
        } catch {
          return []
        }
      })
  }

  /**
   * One at a time, in the order asked for.
   *
   * @param folder where to put it; the folder of the settings unless given
   * @throws SignetError `unavailable` when it could not be made or does not restore; nothing is left of it then
   */
  make(context: RequestContext, folder = this.#parts.settings.folder): Promise<BackupSummary> {
    const made = this.#making.then(() => this.#make(context, folder))
    this.#making = made.catch(() => undefined)
    return made
  }

  /** Ends the quarantine. @throws SignetError `conflict` when there is none */
  async release(context: RequestContext): Promise<RestoreStatus> {
    const { database, audit, clock } = this.#parts
    const released = await database.transact(async (tx) => {
      const mark = await this.#marks.restore(tx)
      if (!mark || mark.releasedAt !== null) throw new SignetError('conflict', 'No restore waits for its release.')
      const now = clock.now()
      const after = { ...mark, releasedAt: now }
      await this.#marks.setRestore(tx, after, now)
      await audit.append(tx, context, {
        action: 'restore.released',
        target: { kind: 'restore', id: String(mark.epoch), label: `restore ${mark.epoch}` },
        after: { backupNumber: mark.backupNumber, dataFrom: mark.dataFrom },
      })
      return after
    })
    this.#restore = released
    return released
  }

  async #nextAt(): Promise<number | null> {
    const { settings, clock } = this.#parts
    if (settings.everyMs === 0) return null
    return ((await this.#marks.backups()).madeAt ?? clock.now() - settings.everyMs) + settings.everyMs
  }

  async #make(context: RequestContext, folder: string): Promise<BackupSummary> {
    const { clock, dataDir, log } = this.#parts
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const madeAt = clock.now()
      const number = await this.#nextNumber(folder)
      const target = join(folder, backupName(number))
      const header = await this.#header(number, madeAt)
      const key = this.#parts.sealer.keyOf('backup')
      const bytes = await inThread({ dataDir, target, header, key })
      await this.#finished(context, { number, madeAt, failure: null })
      this.#removeOld()
      return { number, file: target, madeAt, bytes }
    } catch (cause) {
      log.error({ err: cause }, 'backup failed')
      const failure = cause instanceof Error ? cause.message : String(cause)
      await this.#finished(context, { ...(await this.#marks.backups()), failure })
      throw new SignetError('unavailable', 'The backup could not be made.', { cause, fix: failure })
    }
  }

  /** Taken before the copy is made, so that the copy knows its own; files of a time that was undone are passed. */
  async #nextNumber(folder: string): Promise<number> {
    const { database, clock } = this.#parts
    const taken = readdirSync(folder).map((name) => Number(backupNamePattern.exec(name)?.[1] ?? 0))
    return database.transact(async (tx) => {
      const mark = await this.#marks.backups(tx)
      const number = Math.max(mark.number, ...taken) + 1
      await this.#marks.setBackups(tx, { ...mark, number }, clock.now())
      return number
    })
  }

  async #header(number: number, madeAt: number): Promise<BackupOrder['header']> {
    const rows = await new DataKeysStore(this.#parts.database).keys()
    const own = rows.find((row) => row.purpose === 'backup' && row.state === 'active')
    if (!own) throw new Error('there is no backup key')
    return {
      format: 1,
      number,
      madeAt,
      tenantId: this.#parts.tenantId,
      epoch: (await this.#marks.restore())?.epoch ?? 0,
      schema: await this.#marks.schema(),
      rootKeyId: own.root_key_ref,
      keyId: own.id,
      wrappedKey: own.wrapped.toString('base64'),
      salt: randomBytes(32).toString('base64'),
    }
  }

  async #finished(
    context: RequestContext,
    mark: { number: number; madeAt: number | null; failure: string | null },
  ): Promise<void> {
    const { database, audit, clock } = this.#parts
    await database.transact(async (tx) => {
      await this.#marks.setBackups(tx, mark, clock.now())
      await audit.append(tx, context, {
        action: mark.failure === null ? 'backup.made' : 'backup.failed',
        ...(mark.failure !== null && { outcome: 'failed' }),
        target: { kind: 'backup', id: String(mark.number), label: `backup ${mark.number}` },
        ...(mark.failure !== null && { reason: mark.failure.slice(0, 500) }),
      })
    })
  }

  #removeOld(): void {
    const { settings, clock } = this.#parts
    const all = this.list()
    const kept = keptBackups(all, { ...settings, now: clock.now(), dayMs })
    for (const { number, file } of all) if (!kept.has(number)) rmSync(file, { force: true })
  }
}

/** @returns bytes of the backup. @throws Error with why it could not be made */
function inThread(order: BackupOrder): Promise<number> {
  const worker = new Worker(new URL('./backup-thread.ts', import.meta.url), { workerData: order })
  return new Promise((resolve, reject) => {
    worker.once('message', (answer: BackupAnswer) => {
      if ('error' in answer) reject(new Error(answer.error))
      else resolve(answer.bytes)
    })
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the thread of the backup ended')))
  })
}
