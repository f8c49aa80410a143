import type { DesiredState, Revocation } from '@signet/shared/wire/agent-protocol'

/**
 * What of the server's messages is news. A state is older than one already applied when its generation is lower; numbers
 * are comparable within one connection only, since a server that was restored from a backup counts from lower down
 * (ADR 0003). A principal that was revoked stays away from every state that knows an older version of it.
 */
export class StateOrder {
  #connection = 0
  #newest = Number.NEGATIVE_INFINITY
  readonly #revoked = new Map<string, number>()

  /** The connection that states are compared within; an answer that was asked for in an earlier one is void. */
  get connection(): number {
    return this.#connection
  }

  /** Generation of the newest state of this connection; undefined before its first. */
  get newest(): number | undefined {
    return Number.isFinite(this.#newest) ? this.#newest : undefined
  }

  /** A new connection: whatever comes first on it counts. */
  begin(): void {
    this.#connection += 1
    this.#newest = Number.NEGATIVE_INFINITY
    this.#revoked.clear()
  }

  /** @returns the state without what was revoked after it was computed; undefined when it is older than the last one */
  admit(state: DesiredState): DesiredState | undefined {
    if (state.generation < this.#newest) return undefined
    this.#newest = state.generation
    const isCurrent = (one: DesiredState['principals'][number]) =>
      one.version >= (this.#revoked.get(one.objectId) ?? Number.NEGATIVE_INFINITY)
    return state.principals.every(isCurrent) ? state : { ...state, principals: state.principals.filter(isCurrent) }
  }

  /** @param heldVersion of the principal as it is held now, if it is @returns whether it has to go */
  revoke({ objectId, version }: Revocation, heldVersion: number | undefined): boolean {
    if (version < (heldVersion ?? Number.NEGATIVE_INFINITY)) return false
    if (version < (this.#revoked.get(objectId) ?? Number.NEGATIVE_INFINITY)) return false
    this.#revoked.set(objectId, version)
    return true
  }
}
