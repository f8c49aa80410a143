import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates } from 'node:tls'
import type { ClientId } from '@signet/shared/vocabulary/identifiers'
import { minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { Clock, Timer } from '../platform/clock.ts'
import { writePrivateFile } from '../platform/data-folder.ts'
import { randomShare } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { SignetError } from '../platform/signet-error.ts'
import { agentFiles } from './agent-folder.ts'
import type { HeldIdentities, HeldIdentity } from './held-identities.ts'
import { selectIdentity } from './identity-selector.ts'
import type { TokenBroker } from './token-broker.ts'

const firstRetryMs = secondMs
const longestRetryMs = minuteMs
/** Runs of an agent that died announce themselves anew within a second; what nobody has wanted by then goes. */
const graceMs = 30 * secondMs

/** The file of one identity while somebody wants it. */
interface Kept {
  readonly clientId: ClientId
  /** Runs that want it. */
  runs: number
  /** What the content was had under: another one has to be fetched when it is not that any more. */
  writtenFor: string | undefined
  writing: Promise<void> | undefined
  /** The next refresh, or the next try. */
  timer: Timer | undefined
  failures: number
}

export interface TokenFilesParts {
  readonly agentDir: string
  /** PEM of what the authority is checked by. */
  readonly authority: { readonly trusted: string }
  readonly held: Pick<HeldIdentities, 'identities'>
  readonly broker: Pick<TokenBroker, 'assertionFor'>
  readonly clock: Clock
  readonly log: Logger
  /** Whether every identity has a file, also while no run wants one. */
  readonly keepsAll: boolean
}

/**
 * Token files (wire-protocol §2.13): what the authority takes from clients in the place of an assertion of their own,
 * written for each identity that is wanted, in one step and for the owner of the folder alone, anew before it ends. A
 * paused, turned off or detached identity loses its file at once.
 */
export class TokenFiles {
  readonly #parts: TokenFilesParts
  readonly #kept = new Map<ClientId, Kept>()
  readonly #grace: Timer
  /** Rises when a signing key was revoked: what is in the files may be worth nothing. */
  #epoch = 0
  #stopped = false
  /** PEM of the CAs that were written, once a file was wanted. */
  #authorities: string | undefined

  constructor(parts: TokenFilesParts) {
    this.#parts = parts
    this.#grace = parts.clock.after(graceMs, () => this.#removeUnwanted())
  }

  /**
   * Keeps the file of an identity until the result is disposed of; resolves when it is there.
   *
   * @param clientId of the identity that is meant; otherwise the system-assigned one, or the only user-assigned one
   * @throws SignetError `identity_not_found` | `identity_paused` | `identity_pending` | `invalid_request`, and what the
   * authority refuses it for
   */
  async keep(clientId: string | undefined): Promise<Disposable> {
    const identity = this.#usable(clientId)
    this.#writeAuthorities()
    const kept = this.#wanted(identity.clientId)
    kept.runs += 1
    try {
      // One of an earlier start serves until the next is there: the authority may be away.
      const isThere = existsSync(agentFiles.tokenFile(this.#parts.agentDir, identity.clientId))
      const written = this.#refresh(kept)
      if (!isThere) await written
      else written.catch(() => undefined)
    } catch (error) {
      this.#release(kept)
      throw error
    }
    return { [Symbol.dispose]: () => this.#release(kept) }
  }

  /** What is held has changed: files follow. */
  follow(): void {
    if (this.#stopped) return
    if (this.#authorities !== undefined) this.#writeAuthorities()
    const { held, keepsAll } = this.#parts
    if (keepsAll) {
      this.#writeAuthorities()
      for (const { clientId } of held.identities) this.#wanted(clientId)
    }
    for (const kept of this.#kept.values()) {
      const identity = this.#find(kept.clientId)
      if (!isUsable(identity)) {
        this.#withdraw(kept)
        if (!identity && kept.runs === 0) this.#kept.delete(kept.clientId)
      } else if (kept.writtenFor !== this.#stampOf(identity)) this.#refresh(kept).catch(() => undefined)
    }
  }

  /** A signing key was revoked. */
  renewAll(): void {
    this.#epoch += 1
    this.follow()
  }

  stop(): void {
    this.#stopped = true
    this.#grace.cancel()
    for (const { timer } of this.#kept.values()) timer?.cancel()
  }

  /** What clients have to trust at the authority: alone for those that add it to their own, and with all others. */
  #writeAuthorities(): void {
    const {
      agentDir,
      authority: { trusted },
    } = this.#parts
    if (trusted === this.#authorities) return
    writePrivateFile(agentFiles.authorityCa(agentDir), trusted)
    const all = new Set(
      [...getCACertificates('bundled'), ...getCACertificates('system'), trusted].map((pem) => pem.trim()),
    )
    writePrivateFile(agentFiles.allCas(agentDir), `${[...all].join('\n')}\n`)
    this.#authorities = trusted
  }

  #usable(clientId: string | undefined): HeldIdentity {
    const selector = clientId === undefined ? undefined : ({ kind: 'clientId', value: clientId } as const)
    const identity = selectIdentity(this.#parts.held.identities, selector, true)
    if (identity.suspended) throw new SignetError('identity_paused', 'The managed identity is paused.')
    if (!identity.credential) throw new SignetError('identity_pending')
    return identity
  }

  #find(clientId: string): HeldIdentity | undefined {
    return this.#parts.held.identities.find((identity) => identity.clientId === clientId)
  }

  #wanted(clientId: ClientId): Kept {
    const known = this.#kept.get(clientId)
    if (known) return known
    const fresh = { runs: 0, writtenFor: undefined, writing: undefined, timer: undefined, failures: 0 }
    const kept: Kept = { clientId, ...fresh }
    this.#kept.set(clientId, kept)
    return kept
  }

  #stampOf({ cacheKey, credential }: HeldIdentity): string {
    return `${cacheKey}${credential?.x5tS256} ${this.#epoch}`
  }

  /** Writes the file anew; one at a time. */
  #refresh(kept: Kept): Promise<void> {
    kept.timer?.cancel()
    kept.timer = undefined
    kept.writing ??= this.#write(kept).finally(() => {
      kept.writing = undefined
    })
    return kept.writing
  }

  async #write(kept: Kept): Promise<void> {
    const { agentDir, broker, log } = this.#parts
    try {
      const identity = this.#usable(kept.clientId)
      const stamp = this.#stampOf(identity)
      const { accessToken, expiresInSeconds } = await broker.assertionFor(identity)
      if (this.#stopped || this.#kept.get(kept.clientId) !== kept) return
      const current = this.#usable(kept.clientId)
      if (this.#stampOf(current) !== stamp) return await this.#write(kept)
      // No line end: some clients send the file as it is.
      writePrivateFile(agentFiles.tokenFile(agentDir, kept.clientId), accessToken.reveal())
      kept.writtenFor = stamp
      kept.failures = 0
      this.#later(kept, expiresInSeconds * secondMs * 0.5 * (1 - 0.2 * randomShare()))
    } catch (thrown) {
      const error = SignetError.from(thrown)
      log.warn({ clientId: kept.clientId, code: error.code }, 'token file not written')
      const backoffMs = Math.min(firstRetryMs * 2 ** kept.failures, longestRetryMs)
      kept.failures += 1
      this.#later(kept, Math.max(backoffMs, (error.retryAfterSeconds ?? 0) * secondMs))
      throw error
    }
  }

  #later(kept: Kept, waitMs: number): void {
    if (this.#stopped || this.#kept.get(kept.clientId) !== kept) return
    kept.timer?.cancel()
    kept.timer = this.#parts.clock.after(waitMs, () => {
      kept.timer = undefined
      // One that is paused or gone is written when it is back, which is when this is told to follow.
      if (isUsable(this.#find(kept.clientId))) this.#refresh(kept).catch(() => undefined)
    })
  }

  #release(kept: Kept): void {
    kept.runs -= 1
    if (kept.runs > 0 || this.#parts.keepsAll || this.#stopped) return
    this.#kept.delete(kept.clientId)
    this.#withdraw(kept)
  }

  /** The file goes; whoever wants it gets a new one when the identity is there again. */
  #withdraw(kept: Kept): void {
    kept.timer?.cancel()
    kept.timer = undefined
    kept.writtenFor = undefined
    this.#remove(agentFiles.tokenFile(this.#parts.agentDir, kept.clientId))
  }

  #removeUnwanted(): void {
    const folder = agentFiles.tokenFiles(this.#parts.agentDir)
    if (!existsSync(folder)) return
    const wanted = new Set(
      [...this.#kept.keys()].map((clientId) => agentFiles.tokenFile(this.#parts.agentDir, clientId)),
    )
    for (const name of readdirSync(folder)) if (!wanted.has(join(folder, name))) this.#remove(join(folder, name))
  }

  #remove(file: string): void {
    try {
      rmSync(file, { force: true })
    } catch (error) {
      this.#parts.log.error({ err: error }, 'a token file could not be removed')
    }
  }
}

function isUsable(identity: HeldIdentity | undefined): identity is HeldIdentity {
  return identity?.credential !== undefined && !identity.suspended
}
