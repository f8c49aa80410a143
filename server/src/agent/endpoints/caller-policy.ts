import type { Socket } from 'node:net'
import { SignetError, StartupError } from '../../platform/signet-error.ts'
import { type CallingProcess, peerSocketOf, processOf } from './caller.ts'

/** Whose processes may ask for tokens; undefined leaves that open. */
export interface CallerSettings {
  /** Numeric IDs of users. */
  readonly users: readonly number[] | undefined
  /** Names of systemd units and scopes, among them those of containers. */
  readonly units: readonly string[] | undefined
}

/** What is known of whoever is at the other end. */
interface Caller {
  readonly uid: number
  readonly process: CallingProcess | undefined
}

/**
 * Admits callers by the user or the unit they run as (SEC-101): who has the secret of another program still does not get
 * its tokens. The agent's own user is always admitted, since it can read the keys.
 */
export class CallerPolicy {
  readonly #users: ReadonlySet<number>
  readonly #units: ReadonlySet<string>
  /** A connection never changes hands without a new socket of its own. */
  readonly #known = new WeakMap<Socket, Caller | null>()

  private constructor({ users = [], units = [] }: CallerSettings) {
    this.#users = new Set([...users, process.getuid?.() ?? -1])
    this.#units = new Set(units)
  }

  /** @returns undefined for an open policy @throws StartupError where callers cannot be told */
  static of(settings: CallerSettings): CallerPolicy | undefined {
    if (settings.users === undefined && settings.units === undefined) return undefined
    if (process.platform !== 'linux') {
      throw new StartupError('SIGNET_LOCAL_USERS and SIGNET_LOCAL_UNITS work on Linux only')
    }
    return new CallerPolicy(settings)
  }

  /** @throws SignetError `forbidden` for whoever is not on a list, or cannot be found */
  admit(socket: Socket): void {
    const caller = this.#callerOf(socket)
    if (caller && this.#users.has(caller.uid)) return
    const unit = caller?.process?.unit
    if (unit !== undefined && this.#units.has(unit)) return
    const user = caller ? `user ${caller.uid}` : 'an unknown user'
    throw new SignetError('forbidden', `A process of ${user} may not ask for tokens here.`)
  }

  #callerOf(socket: Socket): Caller | null {
    const known = this.#known.get(socket)
    if (known !== undefined) return known
    const peer = peerSocketOf(socket)
    const needsProcess = peer !== undefined && this.#units.size > 0 && !this.#users.has(peer.uid)
    const caller = peer ? { uid: peer.uid, process: needsProcess ? processOf(peer) : undefined } : null
    this.#known.set(socket, caller)
    return caller
  }
}
