import type {
  ApplicationDetail,
  ApplicationState,
  ApplicationSummary,
  ClientSecret,
  RegisteredCertificate,
} from '@signet/shared/api/applications'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import { applicationFields } from '@signet/shared/query/application-fields'
import type { CredentialId, ObjectId, TenantId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import { applicationCondition } from './application-filter.ts'
import { ApplicationsStore, type CredentialCounts } from './applications-store.ts'
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
  /** When tokens were last given out, by principal. */
  readonly lastUse: (principalIds: readonly string[]) => ReadonlyMap<string, { at: number; audience: string }>
}

interface Act {
  readonly reason?: string | undefined
  /** The version that the caller has seen. */
  readonly expected?: number | undefined
}

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

  /** By name; deleted ones only where the filter names a state. */
  async page({ filter, ...page }: PageQuery & { filter?: string | undefined }): Promise<Page<ApplicationSummary>> {
    const terms = requireTerms(filter, applicationFields)
    const found = await this.#store.page(applicationCondition(terms, this.#parts.clock.now()), page)
    return { ...found, items: await this.#summaries(found.items) }
  }

  /** @throws SignetError `not_found` */
  async show(principalId: ObjectId): Promise<ApplicationDetail> {
    const { tenantId, authorityUrl } = this.#parts
    const application = await this.#require(principalId)
    const [[summary], secrets, certificates] = await Promise.all([
      this.#summaries([application]),
      this.#secrets.of(principalId),
      this.#certificates.of(principalId),
    ])
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

  /** Pauses or resumes; repeating it changes nothing. @throws SignetError `not_found` | `conflict` | `precondition_failed` */
  async setPaused(
    context: RequestContext,
    principalId: ObjectId,
    paused: boolean,
    act: Act,
  ): Promise<ApplicationDetail> {
    await this.#change(principalId, act, async (tx, application) => {
      if ((application.state === 'suspended') === paused) return
      await this.#parts.registry.setSuspended(tx, principalId, paused)
      const action = paused ? 'application.paused' : 'application.resumed'
      await this.#record(tx, context, application, { action, reason: act.reason })
    })
    return this.show(principalId)
  }

  /** Deletes; repeating it changes nothing. @throws SignetError `not_found` | `precondition_failed` */
  async remove(context: RequestContext, principalId: ObjectId, act: Act): Promise<void> {
    await this.#parts.database.transact(async (tx) => {
      const application = await this.#require(principalId, tx)
      requireVersion(act.expected, application.version)
      if (application.state === 'deleted') return
      await this.#parts.registry.delete(tx, context, principalId)
      const { purgeAt } = await this.#require(principalId, tx)
      const after = { restorableUntil: purgeAt }
      await this.#record(tx, context, application, { action: 'application.deleted', reason: act.reason, after })
    })
  }

  /** Brings back, as it was but for a pause. @throws SignetError `not_found` | `conflict` | `precondition_failed` */
  async restore(context: RequestContext, principalId: ObjectId, act: Act): Promise<ApplicationDetail> {
    await this.#parts.database.transact(async (tx) => {
      const application = await this.#require(principalId, tx)
      requireVersion(act.expected, application.version)
      if (application.state !== 'deleted') return
      if (application.purgeAt !== null && application.purgeAt <= this.#parts.clock.now()) {
        throw new SignetError('conflict', 'The 30 days in which the application could be restored are over.')
      }
      await this.#parts.registry.restore(tx, principalId)
      await this.#record(tx, context, application, { action: 'application.restored', reason: act.reason })
    })
    return this.show(principalId)
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
    return this.#parts.registry.recordingKeyRefusal(context, () =>
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
    wanted: Act & { id: CredentialId },
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
      const application = await this.#require(principalId, tx)
      requireVersion(expected, application.version)
      if (application.state === 'deleted') {
        throw new SignetError('conflict', 'The application is deleted.', { fix: 'Restore it first.' })
      }
      return work(tx, application)
    })
  }

  async #require(principalId: string, tx?: Tx): Promise<Principal> {
    const principal = await this.#parts.registry.find(principalId, tx)
    if (principal?.kind !== 'app') throw new SignetError('not_found', 'No such application.')
    return principal
  }

  async #summaries(applications: readonly Principal[]): Promise<ApplicationSummary[]> {
    const ids = applications.map(({ objectId }) => objectId)
    const countsOf = await this.#store.counts(ids)
    const lastUse = this.#parts.lastUse(ids)
    return applications.map((each) => summary(each, countsOf(each.objectId), lastUse.get(each.objectId)))
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

const states: Record<Principal['state'], ApplicationState> = {
  enabled: 'enabled',
  suspended: 'paused',
  deleted: 'deleted',
}

function summary(
  { objectId, clientId, displayName, state, deletedAt, purgeAt, createdAt, version }: Principal,
  counts: CredentialCounts,
  lastToken: { at: number; audience: string } | undefined,
): ApplicationSummary {
  return {
    principalId: objectId,
    clientId,
    name: displayName,
    state: states[state],
    ...counts,
    lastToken: lastToken ?? null,
    deletedAt,
    purgeAt,
    createdAt,
    version,
  }
}
