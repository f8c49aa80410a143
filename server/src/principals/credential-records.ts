import type { CertificateSort, CredentialRecord } from '@signet/shared/api/evidence'
import type { ListCount, Page } from '@signet/shared/api/paging'
import { certificateFields } from '@signet/shared/query/certificate-fields'
import { ActorKind } from '@signet/shared/vocabulary/audit-events'
import { RunTrigger } from '@signet/shared/vocabulary/credential-states'
import { AgentId, CredentialId, InstanceId, ObjectId, ThumbprintS256 } from '@signet/shared/vocabulary/identifiers'
import type { Clock } from '../platform/clock.ts'
import { readCertificate } from '../platform/crypto/certificate.ts'
import { thumbprintHex } from '../platform/crypto/thumbprint.ts'
import type { Database } from '../platform/database/database.ts'
import type { Condition } from '../platform/database/filter-sql.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { requireTerms } from '../platform/query-text.ts'
import { certificateCondition } from './certificate-filter.ts'
import { CredentialRecordsStore, type RecordRow } from './credential-records-store.ts'

/** A certificate with its whole life, but for its rotation, which is another domain's. */
export type StoredRecord = Omit<CredentialRecord, 'run'> & { readonly runId: string | null }

interface PageWish {
  readonly sort: CertificateSort
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Certificates of everybody as they are reviewed, those that have ended included. Nothing here changes anything. */
export class CredentialRecords {
  readonly #store: CredentialRecordsStore
  readonly #clock: Clock
  /** By ID; what a CA is never changes. */
  readonly #issuers = new Map<string, CredentialRecord['issuer']>()

  constructor(parts: { database: Database; cursors: Cursors; tenantId: string; clock: Clock }) {
    this.#store = new CredentialRecordsStore(parts)
    this.#clock = parts.clock
  }

  /** @throws SignetError `invalid_request` for a filter that cannot be read (with its faults), or a foreign cursor */
  async page(query: PageWish & { filter?: string | undefined }): Promise<Page<StoredRecord>> {
    return this.#shown(await this.#store.page(this.#conditionOf(query.filter), query))
  }

  /** How long the list is. */
  async count(filter: string | undefined): Promise<ListCount> {
    const isFiltered = requireTerms(filter, certificateFields).length > 0
    return this.#store.count(isFiltered ? this.#conditionOf(filter) : undefined)
  }

  /** Those of these that are there. */
  async named(ids: readonly string[], query: PageWish): Promise<Page<StoredRecord>> {
    return this.#shown(await this.#store.named(ids, query))
  }

  /** Of one principal, newest first. */
  async of(principalId: string): Promise<StoredRecord[]> {
    return this.#records(await this.#store.of(principalId))
  }

  async byIds(ids: readonly string[]): Promise<StoredRecord[]> {
    if (ids.length === 0) return []
    return (await this.named(ids, { sort: 'issued', limit: ids.length })).items
  }

  async withThumbprint(x5tS256: string): Promise<StoredRecord | undefined> {
    const row = await this.#store.withThumbprint(x5tS256)
    return row && (await this.#records([row]))[0]
  }

  /** Those that were accepted at an instant, whatever became of them later. */
  async heldAt(
    wanted: Parameters<CredentialRecordsStore['heldAt']>[0],
    query: { cursor?: string | undefined; limit: number },
  ): Promise<Page<StoredRecord>> {
    return this.#shown(await this.#store.heldAt(wanted, query))
  }

  async #shown({ items, nextCursor }: Page<RecordRow>): Promise<Page<StoredRecord>> {
    return { items: await this.#records(items), nextCursor }
  }

  async #records(rows: readonly RecordRow[]): Promise<StoredRecord[]> {
    const isKnown = (row: RecordRow) => row.ca_id === null || this.#issuers.has(row.ca_id)
    if (!rows.every(isKnown)) await this.#readIssuers()
    return rows.map((row) => ({ ...toRecord(row), issuer: this.#issuers.get(row.ca_id ?? '') ?? null }))
  }

  async #readIssuers(): Promise<void> {
    for (const { id, subject, cert_der } of await this.#store.authorities()) {
      const { serial } = readCertificate(cert_der)
      this.#issuers.set(id, { id, subject, serial, thumbprint: thumbprintHex(cert_der) })
    }
  }

  #conditionOf(filter: string | undefined): Condition {
    return certificateCondition(requireTerms(filter, certificateFields), this.#clock.now())
  }
}

function toRecord(row: RecordRow): Omit<StoredRecord, 'issuer'> {
  return {
    id: CredentialId.parse(row.id),
    principalId: ObjectId.parse(row.principal_id),
    principalName: row.principal_name,
    instance:
      row.instance_id === null
        ? null
        : { id: InstanceId.parse(row.instance_id), name: row.instance_name ?? row.instance_id },
    serial: row.serial,
    thumbprint: Buffer.from(row.x5t, 'base64url').toString('hex').toUpperCase(),
    x5tS256: ThumbprintS256.parse(row.x5t_s256),
    keyAlgorithm: row.key_alg,
    keyLocation: row.key_location,
    state: row.state,
    cause: row.cause === null ? null : RunTrigger.parse(row.cause),
    actor: { kind: ActorKind.parse(row.actor_kind), id: row.actor_id, label: row.actor_label },
    runId: row.run_id,
    ...timesOf(row),
    acknowledgement: acknowledgementOf(row),
    revokeReason: row.revoke_reason,
  }
}

function timesOf(row: RecordRow) {
  return {
    notBefore: row.not_before,
    notAfter: row.not_after,
    issuedAt: row.created_at,
    deliveredAt: row.delivered_at,
    activatedAt: row.activated_at,
    firstUsedAt: row.first_used_at,
    lastUsedAt: row.last_used_at,
    supersededAt: row.superseded_at,
    usableUntil: row.usable_until,
    retiredAt: row.retired_at,
    revokedAt: row.revoked_at,
  }
}

function acknowledgementOf(row: RecordRow): StoredRecord['acknowledgement'] {
  const { acknowledged_at: at, ack_agent_id: agent, ack_agent_name: name } = row
  if (at === null || agent === null) return null
  return { at, agentId: AgentId.parse(agent), agentName: name ?? agent, agentVersion: row.ack_agent_version }
}
