import { hash } from 'node:crypto'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { TokenLogEntry } from '@signet/shared/api/resources'
import type { FirstToken } from '@signet/shared/api/rotation'
import { usageKeptDays } from '@signet/shared/api/usage'
import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import { GroupCommit } from '../platform/database/group-commit.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { Logger } from '../platform/log.ts'
import { SignetError } from '../platform/signet-error.ts'
import {
  expHourOf,
  IssuanceLogReader,
  type IssuanceRow,
  type LoggedRequest,
  type NewHost,
  prepareTelemetry,
  type SpentAssertion,
} from './issuance-log-store.ts'
import { IssuanceWriter } from './issuance-writer.ts'
import type { HostName } from './usage-counters-store.ts'

const mostRowsPerCommit = 512
const keptMs = 30 * dayMs
const mostLiveTokens = 1_000
const mostHostsAtOnce = 100
const prunedPerStep = 1_000
const mostSteps = 1_000
/** A use is noted by the clock a moment from where its row is. */
const firstUseSlackMs = 5 * secondMs
/** Refusals of one client that are recorded within a second; the rest is counted by nobody (SEC-173). */
const mostRefusalsPerSecond = 10

/**
 * Every token request on durable record. A token leaves the server only after its row is on stable storage, and in the
 * same commit its assertion is spent: a copy of it gets no second token, here or after a restart (SEC-78, SEC-124).
 */
export class IssuanceLog {
  readonly #reader: IssuanceLogReader
  readonly #writer: IssuanceWriter
  readonly #commit: GroupCommit<IssuanceRow, boolean>
  readonly #clock: Clock
  readonly #steadiness: Steadiness
  readonly #log: Logger
  readonly #onFailure: (cause: unknown) => void
  readonly #refusals = new Map<string, { second: number; count: number }>()
  #closed = false

  /** @throws StartupError when `telemetry.db` cannot be opened or has a schema of another Signet */
  constructor(options: {
    dataDir: string
    cursors: Cursors
    clock: Clock
    steadiness: Steadiness
    log: Logger
    /** Told of every write that failed; must not throw. */
    onWriteFailed?: (cause: unknown) => void
  }) {
    this.#onFailure = options.onWriteFailed ?? (() => undefined)
    this.#clock = options.clock
    this.#steadiness = options.steadiness
    this.#log = options.log
    const file = prepareTelemetry(options.dataDir, options.clock.now())
    this.#reader = new IssuanceLogReader(file, options.cursors)
    this.#writer = new IssuanceWriter(file)
    this.#commit = new GroupCommit((rows) => this.#writer.write(rows), { mostItems: mostRowsPerCommit })
  }

  /** Rows whose commit has not begun. */
  get waiting(): number {
    return this.#commit.waiting
  }

  /** Tells how many requests are under way, so that commits can be fewer and larger; told at the begin and end of each. */
  expect(requests: number): void {
    this.#commit.expect(requests)
  }

  /** @throws SignetError `assertion_replayed`, or `unavailable` when the record cannot be made durable (SEC-125) */
  async record(row: IssuanceRow): Promise<void> {
    const accepted = await this.#submit(row)
    if (!accepted) throw new SignetError('assertion_replayed')
  }

  /**
   * Spends an assertion that was for no token.
   *
   * @throws SignetError `assertion_replayed`, or `unavailable` when that cannot be made durable
   */
  async spend(use: SpentAssertion): Promise<void> {
    if (!(await this.#durably(() => this.#writer.spend(use)))) throw new SignetError('assertion_replayed')
  }

  /** A refusal of a known client. It has nothing to spend, and never stands in the way of its own answer. */
  async recordRefusal(row: IssuanceRow): Promise<void> {
    if (!this.#isWorthRecording(row)) return
    try {
      await this.#submit(row)
    } catch (error) {
      this.#log.error({ err: error }, 'refusal could not be recorded')
    }
  }

  recent(principalId: string, query: PageQuery): Page<TokenLogEntry> {
    return this.#reader.recent(principalId, query)
  }

  /** Token requests that came under one correlation ID, newest first; a few at most. */
  byCorrelation(correlationId: string): LoggedRequest[] {
    return this.#reader.byCorrelation(correlationId)
  }

  /** The request that a token of this number (`uti`, 22 characters of base64url) came from. */
  byUti(uti: string): LoggedRequest | undefined {
    const hex = Buffer.from(uti, 'base64url').toString('hex')
    const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
    return this.#reader.byId(id)
  }

  /** Token requests of an identifier: the `uti` of a token, or as a GUID the ID of the row or of the request. */
  lookUp({ guid, uti }: { guid?: string; uti?: string }): LoggedRequest[] {
    const byUti = uti === undefined ? undefined : this.byUti(uti)
    const byId = guid === undefined ? undefined : this.#reader.byId(guid)
    const ofRequest = guid === undefined ? [] : this.byCorrelation(guid)
    return [byUti, byId, ...ofRequest].filter((found) => found !== undefined)
  }

  /** The first token that a certificate was used for, near the instant (epoch milliseconds) of its first use. */
  firstWith(use: { principalId: string; x5tS256: string; at: number }): FirstToken | undefined {
    const range = { fromMs: use.at - firstUseSlackMs, untilMs: use.at + firstUseSlackMs }
    const found = this.#reader.firstWith({ ...use, ...range })
    return found && { at: found.at, audience: found.audience, uti: utiOf(found.id), correlationId: found.correlationId }
  }

  /** Keys that the newest thousand of the tokens that are out were signed with (SEC-88). */
  newestLiveKids(): ReadonlySet<string> {
    return this.#reader.newestLiveKids({ now: this.#clock.now(), most: mostLiveTokens })
  }

  lastUse(principalIds: readonly string[]): Map<string, { at: number; audience: string }> {
    return this.#reader.lastUse(principalIds)
  }

  /** Hosts that identities had not used before and nobody was told of; a portion of them. */
  untoldHosts(): NewHost[] {
    return this.#reader.untoldHosts(mostHostsAtOnce)
  }

  /** They are on record. */
  hostsTold(hosts: readonly HostName[]): Promise<void> {
    return this.#writer.tell(hosts.map(({ principalId, kind, host }) => ({ principalId, kind, host })))
  }

  /**
   * Small steps, with the requests that wait let through between them; what is left after a thousand has to wait, and all
   * of it does while the clock cannot be trusted (SEC-145).
   */
  async prune(): Promise<void> {
    if (!this.#steadiness.isSteady) return
    const now = this.#clock.now()
    // An assertion is accepted up to five minutes past its exp; its whole hour must be over, and one more.
    const expHourBefore = expHourOf((now - hourMs) / 1_000)
    const usedBeforeDay = Math.floor(now / dayMs) - usageKeptDays
    const limits = { expHourBefore, loggedBefore: now - keptMs, usedBeforeDay, most: prunedPerStep }
    for (let step = 0; step < mostSteps && !this.#closed; step += 1) {
      if ((await this.#writer.prune(limits)) === 0) return
    }
  }

  /** Records what was submitted, ends a pruning that is under way at its next step, and refuses whatever comes after. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#commit.settled()
    // The writer last: whoever closes a database last tidies its write-ahead log up, and a reader may not.
    this.#reader.close()
    await this.#writer.close()
  }

  #submit(row: IssuanceRow): Promise<boolean> {
    return this.#durably(() => this.#commit.submit(row))
  }

  async #durably<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write()
    } catch (cause) {
      this.#log.error({ err: cause }, 'token log could not be written')
      this.#onFailure(cause)
      throw new SignetError('unavailable', 'The request cannot be recorded at the moment.', {
        cause,
        retryAfterSeconds: 2,
      })
    }
  }

  #isWorthRecording(row: IssuanceRow): boolean {
    const second = Math.floor(row.at / 1_000)
    const key = row.principalId
    const seen = this.#refusals.get(key)
    if (this.#refusals.size > 10_000) this.#refusals.clear()
    const count = seen?.second === second ? seen.count + 1 : 1
    this.#refusals.set(key, { second, count })
    return count <= mostRefusalsPerSecond
  }
}

/** When the token of that ID was made (epoch milliseconds): its `iat` is earlier, by what tokens are backdated. */
export function mintedAt(uti: string): number {
  return Buffer.from(uti, 'base64url').readUIntBE(0, 6)
}

/** The `uti` claim of the token that a row of the log stands for. */
export function utiOf(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')
}

export function sha256Bytes(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
