import type { ApplicationDetail, ClientSecret, RegisteredCertificate } from '@signet/shared/api/applications'
import type { AuditAction } from '@signet/shared/vocabulary/audit-events'
import type { CredentialId, ObjectId, TenantId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import { type ApplicationAct, verdictOfApplication } from './application-acts.ts'
import { applicationSummaries, type LastUse } from './application-summary.ts'
import { ApplicationsStore } from './applications-store.ts'
import { ClientSecrets } from './client-secrets.ts'
import type { Principal } from './principal.ts'
import { RegisteredCertificates } from './registered-certificates.ts'
import type { PrincipalRegistry } from './registry.ts'

export interface ApplicationsParts {
  readonly registry: PrincipalRegistry
  readonly database: Database
  readonly cursors: Cursors
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: TenantId
  readonly authorityUrl: string
  readonly lastUse: LastUse
}

interface Meant {
  readonly reason?: string | undefined
  /** The version that the caller has seen. */
  readonly expected?: number | undefined
}

const recordedAs = {
  pause: 'application.paused',
  resume: 'application.resumed',
  delete: 'application.deleted',
  restore: 'application.restored',
} as const satisfies Record<ApplicationAct, AuditAction>

/** Principals for code outside any instance, and what they authenticate with. Every act is one transaction with its record. */
export class Applications {
  readonly #parts: ApplicationsParts
  readonly #store: ApplicationsStore
  readonly #secrets: ClientSecrets
  readonly #certificates: RegisteredCertificates

  constructor(parts: ApplicationsParts) {
    this.#parts = parts
    this.#store = new ApplicationsStore(parts.database, parts.cursors, parts.tenantId)
    this.#secrets = new ClientSecrets(parts)
    this.#certificates = new RegisteredCertificates(parts)
  }

  /** @throws SignetError `not_found` */
  async show(principalId: ObjectId): Promise<ApplicationDetail> {
    const { tenantId, authorityUrl } = this.#parts
    const { objectId } = await this.require(principalId)
    const [rows, secrets, certificates] = await Promise.all([
      this.#store.named([objectId]),
      this.#secrets.of(principalId),
      this.#certificates.of(principalId),
    ])
    const [summary] = applicationSummaries(rows, this.#parts.lastUse)
    if (!summary) throw new SignetError('internal')
    return { ...summary, tenantId, authorityUrl, secrets, certificates }
  }

  async create(context: RequestContext, name: string): Promise<ApplicationDetail> {
    const { objectId } = await this.#parts.database.transact(async (tx) => {
      const created = await this.#parts.registry.createApplication(tx, name)
      await this.#record(tx, context, created, {
        action: 'application.created',
        after: { name, principalId: created.objectId, clientId: created.clientId },
      })
      return created
    })
    return this.show(objectId)
  }

  /** @throws SignetError `not_found` | `conflict` | `precondition_failed` */
  async rename(
    context: RequestContext,
    principalId: ObjectId,
    { name, expected }: { name: string; expected?: number | undefined },
  ): Promise<ApplicationDetail> {
    await this.#change(principalId, { expected }, async (tx, application) => {
      if (application.displayName === name) return
      await this.#parts.registry.change(tx, principalId, { display_name: name })
      await this.#record(tx, context, application, {
        action: 'application.renamed',
        before: { name: application.displayName },
        after: { name },
      })
    })
    return this.show(principalId)
  }

  /**
   * Pauses, resumes, deletes or restores it; repeating it changes nothing. A restored one is as it was but for a pause.
   *
   * @throws SignetError `not_found` | `conflict` | `precondition_failed`
   */
  async act(context: RequestContext, act: ApplicationAct, principalId: ObjectId, meant: Meant): Promise<void> {
    await this.#parts.database.transact((tx) => this.perform(tx, context, act, principalId, meant))
  }

  /** As `act`, in the caller's transaction. @returns whether anything changed */
  async perform(
    tx: Tx,
    context: RequestContext,
    act: ApplicationAct,
    principalId: ObjectId,
    { expected, reason }: Meant,
  ): Promise<boolean> {
    const { registry, clock } = this.#parts
    const application = await this.require(principalId, tx)
    requireVersion(expected, application.version)
    const verdict = verdictOfApplication(act, application, clock.now())
    if (verdict.kind === 'refused') throw new SignetError('conflict', verdict.reason)
    if (verdict.kind === 'already') return false
    if (act === 'delete') await registry.delete(tx, context, principalId)
    else if (act === 'restore') await registry.restore(tx, principalId)
    else if (act === 'pause') await registry.suspend(tx, context, principalId)
    else await registry.resume(tx, principalId)
    const after = act === 'delete' ? { restorableUntil: (await this.require(principalId, tx)).purgeAt } : undefined
    await this.#record(tx, context, application, { action: recordedAs[act], reason, ...(after && { after }) })
    return true
  }

  /** The value is in the answer and nowhere else. @throws SignetError `not_found` | `conflict` */
  async addSecret(
    context: RequestContext,
    principalId: ObjectId,
    wanted: { description: string; lifetimeSeconds: number },
  ): Promise<ClientSecret & { value: string }> {
    const { secret, value } = await this.#change(principalId, {}, (tx, application) =>
      this.#secrets.add(tx, context, application, wanted),
    )
    return { ...secret, value: value.reveal() }
  }

  /** @throws SignetError `not_found` */
  async removeSecret(context: RequestContext, principalId: ObjectId, id: string): Promise<void> {
    await this.#change(principalId, {}, (tx, application) => this.#secrets.remove(tx, context, application, id))
  }

  /** @throws SignetError `not_found` | `invalid_request` | `conflict` | `key_reused` */
  async addCertificate(
    context: RequestContext,
    principalId: ObjectId,
    wanted: { certificate: string; longAssertions: boolean },
  ): Promise<RegisteredCertificate> {
    return this.#parts.registry.credentials.recordingKeyRefusal(context, () =>
      this.#change(principalId, {}, (tx, application) => this.#certificates.add(tx, context, application, wanted)),
    )
  }

  /** @throws SignetError `not_found` | `precondition_failed` */
  async changeCertificate(
    context: RequestContext,
    principalId: ObjectId,
    wanted: { id: CredentialId; longAssertions: boolean; expected?: number | undefined },
  ): Promise<RegisteredCertificate> {
    return this.#change(principalId, {}, (tx, application) =>
      this.#certificates.change(tx, context, application, wanted),
    )
  }

  /** @throws SignetError `not_found` | `precondition_failed` */
  async removeCertificate(
    context: RequestContext,
    principalId: ObjectId,
    wanted: Meant & { id: CredentialId },
  ): Promise<void> {
    await this.#change(principalId, {}, (tx, application) =>
      this.#certificates.remove(tx, context, application, wanted),
    )
  }

  /** One act on an application that is not deleted. */
  #change<T>(
    principalId: ObjectId,
    { expected }: { expected?: number | undefined },
    work: (tx: Tx, application: Principal) => Promise<T>,
  ): Promise<T> {
    return this.#parts.database.transact(async (tx) => {
      const application = await this.require(principalId, tx)
      requireVersion(expected, application.version)
      if (application.state === 'deleted') {
        throw new SignetError('conflict', 'The application is deleted.', { fix: 'Restore it first.' })
      }
      return work(tx, application)
    })
  }

  /** @throws SignetError `not_found` */
  async require(principalId: string, tx?: Tx): Promise<Principal> {
    const principal = await this.#parts.registry.find(principalId, tx)
    if (principal?.kind !== 'app') throw new SignetError('not_found', 'No such application.')
    return principal
  }

  async #record(
    tx: Tx,
    context: RequestContext,
    { objectId, displayName }: Principal,
    event: {
      action: `application.${'created' | 'renamed' | 'paused' | 'resumed' | 'deleted' | 'restored'}`
      reason?: string | undefined
      before?: Record<string, unknown>
      after?: Record<string, unknown>
    },
  ): Promise<void> {
    const { reason, ...rest } = event
    await this.#parts.audit.append(tx, context, {
      ...rest,
      target: { kind: 'application', id: objectId, label: displayName },
      ...(reason && { reason }),
    })
  }
}
