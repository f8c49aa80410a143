import {
  ClientId,
  type CredentialId,
  type InstanceId,
  ObjectId,
  type TenantId,
} from '@signet/shared/vocabulary/identifiers'
import { hourMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import type { KnownSecret } from './client-secret.ts'
import { ClientSecretsStore } from './client-secrets-store.ts'
import { CredentialRegistry, relevantCredentials } from './credential-registry.ts'
import { type CertificateNames, CredentialsStore } from './credentials-store.ts'
import { FederatedCredentialsStore } from './federated-credentials-store.ts'
import type { FederatedTrust } from './federated-rule.ts'
import type { KeyCredential } from './key-credential.ts'
import { enteringState, type Principal } from './principal.ts'
import { type PrincipalChange, PrincipalsStore } from './principals-store.ts'
import type { Withdrawal, WithdrawalObserver } from './withdrawal.ts'

/** What the authority knows a client by. */
export interface ClientRecord {
  readonly principal: Principal
  readonly credentials: readonly KeyCredential[]
  readonly secrets: readonly KnownSecret[]
  readonly trusts: readonly FederatedTrust[]
}

/** Who exists, and what they authenticate with. Methods that write take the caller's transaction and record the act. */
export class PrincipalRegistry {
  readonly credentials: CredentialRegistry
  readonly #store: PrincipalsStore
  readonly #credentials: CredentialsStore
  readonly #secrets: ClientSecretsStore
  readonly #federated: FederatedCredentialsStore
  readonly #database: Transactor & ChangeRecorder
  readonly #clock: Clock
  readonly #tenantId: TenantId
  readonly #purgeObservers: ((tx: Tx, objectId: ObjectId) => Promise<void>)[] = []
  #withdrawals: WithdrawalObserver | undefined

  constructor(options: {
    database: Database
    cursors: Cursors
    audit: AuditLog
    clock: Clock
    tenantId: TenantId
  }) {
    this.#store = new PrincipalsStore(options.database)
    this.#credentials = new CredentialsStore(options.database)
    this.credentials = new CredentialRegistry({ ...options, principals: this })
    this.#secrets = new ClientSecretsStore(options.database)
    this.#federated = new FederatedCredentialsStore(options.database, options.cursors)
    this.#database = options.database
    this.#clock = options.clock
    this.#tenantId = options.tenantId
  }

  /** A system-assigned principal with new object and client IDs. The caller records the act that asked for it. */
  createSystem(tx: Tx, owner: { instanceId: InstanceId; name: string; armId: string }): Promise<Principal> {
    return this.#create(tx, { kind: 'system', ...owner })
  }

  /** A principal for code outside any instance, with new IDs. The caller records the act. */
  createApplication(tx: Tx, name: string): Promise<Principal> {
    return this.#create(tx, { kind: 'app', name, instanceId: null, armId: null })
  }

  /** As `createSystem`, for a user-assigned identity, which belongs to no instance. */
  createUser(tx: Tx, owner: { name: string; armId: string }): Promise<Principal> {
    return this.#create(tx, { kind: 'user', instanceId: null, ...owner })
  }

  async #create(
    tx: Tx,
    wanted: Pick<Principal, 'kind' | 'armId'> & { name: string; instanceId: InstanceId | null },
  ): Promise<Principal> {
    const now = this.#clock.now()
    const objectId = ObjectId.parse(newGuid())
    await this.#store.insertPrincipal(tx, {
      object_id: objectId,
      tenant_id: this.#tenantId,
      client_id: ClientId.parse(newGuid()),
      kind: wanted.kind,
      display_name: wanted.name,
      name_key: wanted.name.toLowerCase(),
      owner_instance_id: wanted.instanceId,
      arm_id: wanted.armId,
      token_ttl_s: null,
      state: 'enabled',
      deleted_at: null,
      purge_at: null,
      suspended_at: null,
      suspended_with: null,
      tokens_revoked_at: null,
      token_key: 0,
      new_host_key: 0,
      version: 1,
      created_at: now,
      updated_at: now,
    })
    await this.#database.changed(tx, { kind: 'principal', id: objectId })
    return this.require(objectId, tx)
  }

  /**
   * What its tokens say changes: its name, how long they live or, with an empty change, something kept elsewhere. Tokens that
   * agents keep are asked for anew. The caller records the act.
   */
  async change(tx: Tx, objectId: ObjectId, change: PrincipalChange): Promise<void> {
    const named = change.display_name !== undefined && { name_key: change.display_name.toLowerCase() }
    await this.#store.updatePrincipal(tx, objectId, { ...change, ...named, updated_at: this.#clock.now() })
    await this.#database.changed(tx, { kind: 'principal', id: objectId })
  }

  /**
   * Soft-deletes: refused at once everywhere, restorable for 30 days. The certificates of an identity are revoked, since an
   * agent makes others; an application keeps its own, since nobody could bring its keys back.
   */
  async delete(tx: Tx, context: RequestContext, objectId: ObjectId, reason = 'identity turned off'): Promise<void> {
    const change = enteringState('enabled', 'deleted', { now: this.#clock.now() })
    if (!(await this.#store.movePrincipal(tx, objectId, ['enabled', 'suspended'], change))) return
    const { kind } = await this.require(objectId, tx)
    if (kind !== 'app') await this.credentials.revokeAll(tx, context, objectId, reason)
    await this.#database.changed(tx, { kind: 'principal', id: objectId })
    await this.withdraw(tx, context, { objectId, act: 'delete' })
  }

  /**
   * Refused from the commit on, until it is resumed; no certificate is revoked. The caller records the act.
   *
   * @param groupId the resource group that it is suspended with
   */
  async suspend(tx: Tx, context: RequestContext, objectId: ObjectId, groupId?: string): Promise<void> {
    await this.#enter(tx, objectId, { from: 'enabled', to: 'suspended', groupId })
    await this.withdraw(tx, context, { objectId, act: 'pause', groupId })
  }

  /** Accepted again after a suspension. The caller records the act. */
  async resume(tx: Tx, objectId: ObjectId): Promise<void> {
    await this.#enter(tx, objectId, { from: 'suspended', to: 'enabled' })
    await this.#withdrawals?.reinstated(tx, objectId)
  }

  /** A deleted principal comes back under the same IDs; an identity needs new credentials. The caller records the act. */
  async restore(tx: Tx, objectId: ObjectId): Promise<void> {
    await this.#enter(tx, objectId, { from: 'deleted', to: 'enabled' })
    await this.#withdrawals?.reinstated(tx, objectId)
  }

  /** Principals that were suspended with a resource group, in the order of their IDs. */
  suspendedWith(groupId: string, portion: { after: string; limit: number }, tx?: Tx): Promise<Principal[]> {
    return this.#store.suspendedWith(groupId, portion, tx)
  }

  /** Has somebody see to it that tokens of principals are given up where they are kept. */
  observeWithdrawals(observer: WithdrawalObserver): void {
    this.#withdrawals = observer
  }

  /** Tokens of a principal that are out count no more: whoever keeps them is asked to give them up. */
  async withdraw(
    tx: Tx,
    context: RequestContext,
    {
      objectId,
      act,
      groupId = null,
    }: Pick<Withdrawal, 'act'> & { objectId: ObjectId; groupId?: string | null | undefined },
  ): Promise<void> {
    const principal = await this.require(objectId, tx)
    await this.#withdrawals?.withdrawn(tx, context, { act, principal, groupId })
  }

  /** Principals that can no longer be restored. */
  purgeable(limit: number): Promise<Principal[]> {
    return this.#store.purgeable(this.#clock.now(), limit)
  }

  /**
   * Deletes a principal for good, with its secrets and federated credentials. Its certificates, slots and rotations stay as
   * history until their own retention ends.
   *
   * @returns false when it is gone already, or was restored
   */
  async purge(tx: Tx, objectId: ObjectId): Promise<boolean> {
    if (!(await this.#store.isPurgeable(tx, objectId, this.#clock.now()))) return false
    await this.#secrets.removeAll(tx, objectId)
    await this.#federated.removeAll(tx, objectId)
    for (const observe of this.#purgeObservers) await observe(tx, objectId)
    await this.#withdrawals?.reinstated(tx, objectId)
    await this.#store.purge(tx, objectId)
    await this.#database.changed(tx, { kind: 'principal', id: objectId })
    return true
  }

  /** Has what other domains keep of a principal deleted with it. */
  onPurged(observer: (tx: Tx, objectId: ObjectId) => Promise<void>): void {
    this.#purgeObservers.push(observer)
  }

  async find(objectId: string, tx?: Tx): Promise<Principal | undefined> {
    return this.#store.principal(objectId, tx)
  }

  /** @throws SignetError `not_found` */
  async require(objectId: string, tx?: Tx): Promise<Principal> {
    const principal = await this.#store.principal(objectId, tx)
    if (!principal) throw new SignetError('not_found', 'No such identity.')
    return principal
  }

  /** What an identifier names, deleted things included. */
  async lookUp(names: CertificateNames): Promise<{ principals: Principal[]; credentials: KeyCredential[] }> {
    const [principals, credentials] = await Promise.all([
      names.guid === undefined ? [] : this.#store.principalsNamed(names.guid),
      this.#credentials.named(names),
    ])
    return { principals, credentials }
  }

  findAll(objectIds: readonly string[]): Promise<Principal[]> {
    return this.#store.principals(objectIds)
  }

  /** What the authority needs to authenticate a client; deleted ones included, so that it can say why it refuses. */
  async findClient(clientId: string): Promise<ClientRecord | undefined> {
    const principal = await this.#store.principalByClient(clientId)
    if (!principal) return undefined
    const { objectId, kind } = principal
    // A user-assigned identity has one on every agent, and each is accepted, however many came after it.
    const [usable, newest, secrets, trusts] = await Promise.all([
      this.#credentials.usable(objectId),
      this.#credentials.of(objectId, relevantCredentials),
      kind === 'app' ? this.#secrets.known(objectId) : [],
      kind === 'system' ? [] : this.#federated.of(objectId),
    ])
    const credentials = new Map([...newest, ...usable].map((credential) => [credential.id, credential]))
    return { principal, credentials: [...credentials.values()], secrets, trusts }
  }

  /**
   * Uses of certificates, secrets and federated credentials, as the authority saw them; a batch of them is one
   * transaction. What was removed since is passed over.
   */
  async recordUses(uses: ReadonlyMap<CredentialId, number>): Promise<void> {
    const stores = [this.#credentials, this.#secrets, this.#federated]
    await this.#database.transact(async (tx) => {
      for (const [id, at] of uses) {
        for (const store of stores) {
          const principalId = await store.recordUse(tx, id, at)
          if (principalId === undefined) continue
          const hour = Math.floor(at / hourMs) * hourMs
          const isNews = await this.#store.usedIn(tx, principalId, hour)
          if (isNews) await this.#database.changed(tx, { kind: 'usage', id: principalId })
          break
        }
      }
    })
  }

  /** It got a token from a host that it had not used before. @returns undefined when it is gone */
  async newHost(tx: Tx, objectId: ObjectId, at: number): Promise<Principal | undefined> {
    const principal = await this.#store.principal(objectId, tx)
    if (!principal) return undefined
    await this.#store.newHostAt(tx, objectId, at)
    await this.#database.changed(tx, { kind: 'usage', id: objectId })
    return principal
  }

  async #enter(
    tx: Tx,
    objectId: ObjectId,
    { from, to, groupId }: { from: Principal['state']; to: 'enabled' | 'suspended'; groupId?: string | undefined },
  ): Promise<void> {
    const change = enteringState(from, to, { now: this.#clock.now(), groupId })
    if (!(await this.#store.movePrincipal(tx, objectId, [from], change))) {
      throw new SignetError('conflict', `The identity is not ${from} any more.`)
    }
    await this.#database.changed(tx, { kind: 'principal', id: objectId })
  }
}
