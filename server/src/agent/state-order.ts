import { type DesiredState, isPause, type Revocation } from '@signet/shared/wire/agent-protocol'

type DesiredPrincipal = DesiredState['principals'][number]

/**
 * What of the server's messages is news. A state is older than one already applied when its generation is lower; numbers
 * are comparable within one connection only, since a server that was restored from a backup counts from lower down
 * (ADR 0003). A principal that was revoked stays away from every state that knows an older version of it.
 */
export class StateOrder {
  #connection = 0
  #newest = Number.NEGATIVE_INFINITY
  readonly #revoked = new Map<string, Revocation>()

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

  /**
   * @returns the state without what was revoked after it was computed, and with what was paused after that as paused;
   *   undefined when it is older than the last one
   */
  admit(state: DesiredState): DesiredState | undefined {
    if (state.generation < this.#newest) return undefined
    this.#newest = state.generation
    return { ...state, principals: state.principals.flatMap((one) => this.#asOfNow(one)) }
  }

  #asOfNow(principal: DesiredPrincipal): DesiredPrincipal[] {
    const revocation = this.#revoked.get(principal.objectId)
    if (!revocation || principal.version >= revocation.version) return [principal]
    return isPause(revocation) ? [{ ...principal, state: 'suspended', version: revocation.version }] : []
  }

  /** @param heldVersion of the principal as it is held now, if it is @returns whether it has to go */
  revoke(revocation: Revocation, heldVersion: number | undefined): boolean {
    const { objectId, version } = revocation
    if (version < (heldVersion ?? Number.NEGATIVE_INFINITY)) return false
    if (version < (this.#revoked.get(objectId)?.version ?? Number.NEGATIVE_INFINITY)) return false
    this.#revoked.set(objectId, revocation)
    return true
  }
}
