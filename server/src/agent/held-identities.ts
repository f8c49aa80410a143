import type { ClientId } from '@signet/shared/vocabulary/identifiers'
import { DesiredState, type ReportRequest } from '@signet/shared/wire/agent-protocol'
import type { Clock } from '../platform/clock.ts'
import { agentFiles, loadStored, storeDurably } from './agent-folder.ts'
import {
  CredentialFiles,
  type CredentialRecord,
  type SigningCredential,
  type StoredCredential,
  signingCredentialOf,
} from './credential-file.ts'
import type { AssignedIdentity } from './identity-selector.ts'

/** An identity of this instance, as the last state named it, with what it signs with. */
export interface HeldIdentity extends AssignedIdentity {
  readonly clientId: ClientId
  readonly version: number
  /** Paused by an operator: it rotates and gets no tokens. */
  readonly suspended: boolean
  readonly instances: readonly string[]
  /** Tokens are cached under this and the resource; a new version starts afresh. */
  readonly cacheKey: string
  /** Undefined until the first certificate was acknowledged. */
  readonly credential: SigningCredential | undefined
  /** The server counts on another certificate than this one: it was revoked, or the next is on its way. */
  readonly isReplaced: boolean
  /** The one before, while the server may roll back to it. */
  readonly previous: SigningCredential | undefined
}

/**
 * What this agent holds: the last desired state and the credentials, both on disk, so that it answers after a restart
 * without a server. What the server no longer lists is wiped before anything else happens.
 */
export class HeldIdentities {
  readonly #agentDir: string
  readonly #clock: Clock
  readonly #files: CredentialFiles
  readonly #records = new Map<string, CredentialRecord>()
  readonly #signing = new Map<string, SigningCredential>()
  readonly #previous = new Map<string, SigningCredential>()
  /** Credentials that are out of use and still on disk, because removing them failed. */
  readonly #unwiped = new Map<CredentialRecord['slotId'], CredentialRecord['objectId']>()
  #state: DesiredState | undefined
  #identities: readonly HeldIdentity[] = []
  #serverOffsetMs = 0

  constructor(agentDir: string, clock: Clock) {
    this.#agentDir = agentDir
    this.#clock = clock
    this.#files = new CredentialFiles(agentDir)
    this.#state = loadStored(agentFiles.state(agentDir), DesiredState)
    for (const record of this.#files.all()) this.#remember(record)
    this.#refresh()
  }

  get state(): DesiredState | undefined {
    return this.#state
  }

  get identities(): readonly HeldIdentity[] {
    return this.#identities
  }

  /** Object IDs that a credential is held for: also one that cannot be used and has yet to leave the disk. */
  get principals(): CredentialRecord['objectId'][] {
    const inUse = [...this.#records.values()].filter((record) => record.active || record.prepared)
    return [...new Set([...inUse.map(({ objectId }) => objectId), ...this.#unwiped.values()])]
  }

  /** Principals as the last state knew them, paused ones too. Tokens are cached for no other version of them. */
  get known(): ReportRequest['known'] {
    return (this.#state?.principals ?? []).map(({ objectId, version }) => ({ objectId, version }))
  }

  /** The server's time, as far as it is known; this clock's otherwise. */
  serverNow(): number {
    return this.#clock.now() + this.#serverOffsetMs
  }

  /** This clock's reading at a moment of the server's time. */
  localTimeOf(serverTime: number): number {
    return serverTime - this.#serverOffsetMs
  }

  noteServerTime(serverTime: number): void {
    this.#serverOffsetMs = serverTime - this.#clock.now()
  }

  /** This clock was set, so what was known of its difference to the server's is worth nothing. */
  forgetServerTime(): void {
    this.#serverOffsetMs = 0
  }

  /**
   * Takes in a whole state. A credential whose file cannot be removed is out of use all the same, and each later state
   * tries again; the connection, which begins anew after a failure, brings one.
   *
   * @returns how many credentials were wiped because their principal is no longer listed
   */
  apply(state: DesiredState): number {
    this.#state = state
    this.#forgetUnlisted()
    this.#refresh()
    try {
      return this.#wipe()
    } finally {
      storeDurably(agentFiles.state(this.#agentDir), state)
    }
  }

  /** Wipes one principal at once, also from the state on disk: a restart without a server must not bring it back. */
  revoke(objectId: string): void {
    if (!this.#state) return
    this.apply({ ...this.#state, principals: this.#state.principals.filter((one) => one.objectId !== objectId) })
  }

  /** Pauses one principal at once, also in the state on disk; it keeps its key and goes on rotating. */
  suspend(objectId: string, version: number): void {
    if (!this.#state) return
    const principals = this.#state.principals.map((one) =>
      one.objectId === objectId ? { ...one, version, state: 'suspended' as const } : one,
    )
    this.apply({ ...this.#state, principals })
  }

  record(slotId: string): CredentialRecord | undefined {
    return this.#records.get(slotId)
  }

  /** Stores a step of a slot, unless its principal was wiped in the meantime. @returns whether it was stored */
  storeRecord(record: CredentialRecord): boolean {
    const isListed = this.#state?.principals.some(
      (one) => one.slot.id === record.slotId && one.objectId === record.objectId,
    )
    if (!isListed) return false
    this.#files.store(record)
    this.#unwiped.delete(record.slotId)
    this.#remember(record)
    this.#refresh()
    return true
  }

  #remember(record: CredentialRecord): void {
    this.#records.set(record.slotId, record)
    keepUp(this.#signing, record.slotId, record.active)
    keepUp(this.#previous, record.slotId, record.previous)
  }

  /** In memory first: a disk that fails must not keep a key in use. */
  #forgetUnlisted(): void {
    const listed = new Map(this.#state?.principals.map((one) => [one.slot.id as string, one.objectId as string]))
    const gone = [...this.#records.values()].filter((record) => listed.get(record.slotId) !== record.objectId)
    for (const record of gone) {
      this.#records.delete(record.slotId)
      this.#signing.delete(record.slotId)
      this.#previous.delete(record.slotId)
      this.#unwiped.set(record.slotId, record.objectId)
    }
  }

  /** Every one is tried, whatever becomes of the others. @throws the first failure */
  #wipe(): number {
    const failures: unknown[] = []
    let wiped = 0
    for (const slotId of [...this.#unwiped.keys()]) {
      try {
        this.#files.wipe(slotId)
        this.#unwiped.delete(slotId)
        wiped += 1
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
    return wiped
  }

  #refresh(): void {
    this.#identities = (this.#state?.principals ?? []).map((one) => ({
      objectId: one.objectId,
      clientId: one.clientId,
      kind: one.kind,
      resourceId: one.resourceId,
      version: one.version,
      suspended: one.state === 'suspended',
      instances: one.instances,
      cacheKey: `${one.objectId} ${one.version} `,
      credential: this.#signing.get(one.slot.id),
      isReplaced: this.#signing.get(one.slot.id)?.x5tS256 !== one.slot.active,
      previous: this.#previous.get(one.slot.id),
    }))
  }
}

/** Reading a key costs, and most steps of a slot leave it as it is. */
function keepUp(read: Map<string, SigningCredential>, slotId: string, stored: StoredCredential | null): void {
  if (!stored) read.delete(slotId)
  else if (read.get(slotId)?.x5tS256 !== stored.x5tS256) read.set(slotId, signingCredentialOf(stored))
}
