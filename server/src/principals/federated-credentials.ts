import type { RouteInput } from '@signet/shared/api/contract'
import type { FederatedCredential, federationApi } from '@signet/shared/api/federation'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import { parseClaimExpression } from '@signet/shared/federation/claim-expression'
import { isBroad, warningsOf } from '@signet/shared/federation/rule-breadth'
import type { ObjectId, TenantId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import { type FederatedContent, FederatedCredentialsStore } from './federated-credentials-store.ts'
import type { FederatedTrust } from './federated-rule.ts'
import { readPinnedKeys } from './pinned-keys.ts'
import type { Principal } from './principal.ts'
import type { PrincipalRegistry } from './registry.ts'

type Wanted = RouteInput<(typeof federationApi)['create']>['body']

interface FederationParts {
  readonly registry: PrincipalRegistry
  readonly database: Database
  readonly cursors: Cursors
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: TenantId
  /** Tokens of this authority are no assertions, whatever anybody registers (SEC-84). */
  readonly authorityUrl: string
}

/** What applications and user-assigned identities trust of external issuers: any number of rules each. */
export class FederatedCredentials {
  readonly #parts: FederationParts
  readonly #store: FederatedCredentialsStore
  readonly #ids: SequentialIds

  constructor(parts: FederationParts) {
    this.#parts = parts
    this.#store = new FederatedCredentialsStore(parts.database, parts.cursors)
    this.#ids = new SequentialIds(parts.clock)
  }

  /** By name. @throws SignetError `not_found` */
  async page(principalId: ObjectId, query: PageQuery): Promise<Page<FederatedCredential>> {
    await this.#parts.registry.require(principalId)
    const { items, nextCursor } = await this.#store.page(principalId, query)
    return { items: items.map(toCredential), nextCursor }
  }

  /** Principals that have one which trusts more than was probably meant. */
  broadPrincipals(): Promise<string[]> {
    return this.#store.broadPrincipals()
  }

  /** Of each of these principals that has one which trusts too much: the first of them, and why. */
  async broadest(principalIds: readonly string[]): Promise<ReadonlyMap<string, { rule: string; warning: string }>> {
    const rules = await this.#store.broadOf(principalIds)
    return new Map(
      rules.reverse().map((rule) => [rule.principalId, { rule: rule.name, warning: warningsOf(rule).join(' ') }]),
    )
  }

  /** What those of these that are there are called. */
  names(ids: readonly string[]): Promise<Map<string, string>> {
    return this.#store.names(ids)
  }

  /** How many a principal has. */
  count(principalId: ObjectId): Promise<number> {
    return this.#store.count(principalId)
  }

  /** @throws SignetError `not_found` */
  async show(principalId: ObjectId, id: string): Promise<FederatedCredential> {
    return toCredential(await this.#require(principalId, id))
  }

  /** @throws SignetError `not_found` | `invalid_request` | `conflict` */
  async create(context: RequestContext, principalId: ObjectId, wanted: Wanted): Promise<FederatedCredential> {
    const { database, clock, tenantId } = this.#parts
    const now = clock.now()
    const id = this.#ids.next()
    const content = this.#contentOf(wanted, now)
    await database.transact(async (tx) => {
      const principal = await this.#trusting(tx, principalId)
      const isNew = await this.#store.insert(tx, {
        ...content,
        id,
        tenant_id: tenantId,
        principal_id: principalId,
        last_used_at: null,
        version: 1,
        created_at: now,
      })
      if (!isNew) throw taken()
      const made = await this.#require(principalId, id, tx)
      await this.#record(tx, context, principal, { action: 'federated_credential.created', after: recorded(made) })
    })
    return this.show(principalId, id)
  }

  /** @throws SignetError `not_found` | `invalid_request` | `conflict` | `precondition_failed` */
  async change(
    context: RequestContext,
    principalId: ObjectId,
    wanted: Wanted & { id: string; expected?: number | undefined },
  ): Promise<FederatedCredential> {
    const content = this.#contentOf(wanted, this.#parts.clock.now())
    await this.#parts.database.transact(async (tx) => {
      const principal = await this.#trusting(tx, principalId)
      const before = await this.#require(principalId, wanted.id, tx)
      requireVersion(wanted.expected, before.version)
      const outcome = await this.#store.change(tx, before, content)
      if (outcome === 'taken') throw taken()
      if (outcome === 'stale') throw new SignetError('conflict', 'It was changed in the meantime.')
      const after = await this.#require(principalId, wanted.id, tx)
      await this.#record(tx, context, principal, {
        action: 'federated_credential.changed',
        before: recorded(before),
        after: recorded(after),
      })
    })
    return this.show(principalId, wanted.id)
  }

  /** @throws SignetError `not_found` | `precondition_failed` */
  async remove(
    context: RequestContext,
    principalId: ObjectId,
    wanted: { id: string; reason?: string | undefined; expected?: number | undefined },
  ): Promise<void> {
    await this.#parts.database.transact(async (tx) => {
      const principal = await this.#parts.registry.require(principalId, tx)
      const before = await this.#require(principalId, wanted.id, tx)
      requireVersion(wanted.expected, before.version)
      await this.#store.remove(tx, wanted.id)
      await this.#record(tx, context, principal, {
        action: 'federated_credential.removed',
        before: recorded(before),
        ...(wanted.reason && { reason: wanted.reason }),
      })
    })
  }

  #contentOf(wanted: Wanted, now: number): FederatedContent {
    if (new URL(wanted.issuer).origin === new URL(this.#parts.authorityUrl).origin) {
      throw new SignetError(
        'invalid_request',
        'The issuer is this authority, whose tokens prove no client to itself.',
        {
          fix: 'Let the identity that has the token ask for its own.',
        },
      )
    }
    return contentOf(wanted, now)
  }

  /** A principal that may trust others: one with a key of its own on an instance has no need to. */
  async #trusting(tx: Tx, principalId: ObjectId): Promise<Principal> {
    const principal = await this.#parts.registry.require(principalId, tx)
    if (principal.kind === 'system') {
      throw new SignetError('conflict', 'A system-assigned identity has no federated credentials.', {
        fix: 'Create an application or a user-assigned identity for it.',
      })
    }
    if (principal.state === 'deleted') throw new SignetError('conflict', 'It is deleted.', { fix: 'Restore it first.' })
    return principal
  }

  async #require(principalId: ObjectId, id: string, tx?: Tx): Promise<FederatedTrust> {
    const trust = await this.#store.find({ principalId, id }, tx)
    if (!trust) throw new SignetError('not_found', 'There is no such federated credential.')
    return trust
  }

  async #record(
    tx: Tx,
    context: RequestContext,
    { objectId, kind, displayName }: Principal,
    event: {
      action: `federated_credential.${'created' | 'changed' | 'removed'}`
      reason?: string
      before?: Record<string, unknown>
      after?: Record<string, unknown>
    },
  ): Promise<void> {
    const target = { kind: kind === 'app' ? 'application' : 'identity', id: objectId, label: displayName }
    await this.#parts.audit.append(tx, context, { ...event, target })
    await this.#parts.database.changed(tx, { kind: 'principal', id: objectId })
  }
}

function contentOf(wanted: Wanted, now: number): FederatedContent {
  if (wanted.match === 'expression') {
    const terms = parseClaimExpression(wanted.subject)
    if ('fault' in terms) {
      throw new SignetError(
        'invalid_request',
        `The expression cannot be read: character ${terms.at + 1}, ${terms.fault}.`,
        {
          fix: "Write it as claims['sub'] matches 'repo:owner/*' and claims['environment'] eq 'prod'.",
        },
      )
    }
  }
  const { keys } = wanted
  return {
    name: wanted.name,
    name_key: wanted.name.toLowerCase(),
    issuer: wanted.issuer,
    match: wanted.match,
    subject: wanted.subject,
    audiences: JSON.stringify([...new Set(wanted.audiences)]),
    jwks: keys.source === 'pinned' ? JSON.stringify(readPinnedKeys(keys.jwks)) : null,
    broad: isBroad(wanted) ? 1 : 0,
    updated_at: now,
  }
}

function taken(): SignetError {
  return new SignetError('conflict', 'Another federated credential has this name, or trusts this subject already.', {
    fix: 'Choose another name, or change the one there is.',
  })
}

function recorded({ id, name, issuer, match, subject, audiences, pinned }: FederatedTrust): Record<string, unknown> {
  const keys = pinned === null ? 'discovery' : pinned.keys.map(({ kid }) => kid ?? 'no kid')
  return { federatedCredentialId: id, name, issuer, match, subject, audiences, keys }
}

function toCredential({ pinned, ...trust }: FederatedTrust): FederatedCredential {
  const keys: FederatedCredential['keys'] =
    pinned === null ? { source: 'discovery' } : { source: 'pinned', jwks: { keys: [...pinned.keys] } }
  return { ...trust, audiences: [...trust.audiences], keys, warnings: warningsOf(trust) }
}
