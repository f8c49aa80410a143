import type {
  CertificateList,
  CertificateSort,
  CredentialRecord,
  RequestedToken,
  TokenEvidence,
} from '@signet/shared/api/evidence'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { TokenLogEntry } from '@signet/shared/api/resources'
import { ObjectId, RunId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { CredentialRecords, PrincipalRegistry, StoredRecord } from '../principals/index.ts'
import type { RotationStore } from './rotation-store.ts'

type LoggedToken = TokenLogEntry & { readonly principalId: string }

/** What the evidence asks of the domain that gives tokens out. */
export interface TokenWitness {
  /** The request that the token of this number came from. */
  readonly byUti: (uti: string) => LoggedToken | undefined
  /** Requests under one correlation ID, newest first. */
  readonly byCorrelation: (correlationId: string) => readonly LoggedToken[]
  readonly signingKey: (kid: string) => Promise<TokenEvidence['signingKey']>
  /** The `uti` claim of a logged request. */
  readonly utiOf: (id: string) => string
}

interface EvidenceParts {
  readonly store: RotationStore
  readonly records: CredentialRecords
  readonly registry: Pick<PrincipalRegistry, 'findAll'>
  readonly clock: Clock
  readonly historyDays: number
  readonly neighbours: { readonly tokens: TokenWitness }
}

/**
 * What can be proved of the past from what is on record: every certificate with its whole life, who held which at a moment,
 * and which of them minted a token.
 */
export class Evidence {
  readonly #parts: EvidenceParts

  constructor(parts: EvidenceParts) {
    this.#parts = parts
  }

  /** @throws SignetError `invalid_request` for a filter that cannot be read, or a foreign cursor */
  async certificates(
    query: PageQuery & { filter?: string | undefined; sort: CertificateSort },
  ): Promise<CertificateList> {
    const page = await this.page(query)
    const count = query.cursor === undefined ? await this.#parts.records.count(query.filter) : null
    return { ...page, count }
  }

  /** As `certificates`, without the count. */
  async page(query: {
    filter?: string | undefined
    sort: CertificateSort
    cursor?: string | undefined
    limit: number
  }): Promise<Page<CredentialRecord>> {
    return this.#page(await this.#parts.records.page(query))
  }

  /** As `certificates`, of those that are named. */
  async named(
    ids: readonly string[],
    query: { sort: CertificateSort; cursor?: string | undefined; limit: number },
  ): Promise<Page<CredentialRecord>> {
    return this.#page(await this.#parts.records.named(ids, query))
  }

  /** Of one principal, newest first. */
  async ofPrincipal(principalId: ObjectId): Promise<CredentialRecord[]> {
    return this.#withRuns(await this.#parts.records.of(principalId))
  }

  async byIds(ids: readonly string[]): Promise<ReadonlyMap<string, CredentialRecord>> {
    const records = await this.#withRuns(await this.#parts.records.byIds(ids))
    return new Map(records.map((record) => [record.id, record]))
  }

  /** Certificates that were accepted at an instant that is over. @throws SignetError `invalid_request` */
  async held(
    wanted: { at: number; instance?: string | undefined; identity?: string | undefined },
    page: PageQuery,
  ): Promise<Page<CredentialRecord> & { completeFrom: number }> {
    const { clock, records, historyDays } = this.#parts
    const now = clock.now()
    if (wanted.at > now) {
      throw new SignetError('invalid_request', 'That moment is still to come; only the past is on record.')
    }
    const held = await this.#page(await records.heldAt(wanted, page))
    return { ...held, completeFrom: now - historyDays * dayMs }
  }

  /** @throws SignetError `not_found` when the token log does not know the number, or has forgotten it */
  async token(uti: string): Promise<TokenEvidence> {
    const { neighbours, records, registry } = this.#parts
    const { tokens } = neighbours
    const found = tokens.byUti(uti)
    if (!found) {
      throw new SignetError('not_found', 'The token log has no token with this number.', {
        fix: 'It keeps requests for 30 days. Check that the value is the whole uti claim.',
      })
    }
    const { principalId, ...request } = found
    const [stored, [principal], signingKey] = await Promise.all([
      request.x5tS256 === null ? undefined : records.withThumbprint(request.x5tS256),
      registry.findAll([principalId]),
      request.kid === null ? null : tokens.signingKey(request.kid),
    ])
    const [credential] = stored ? await this.#withRuns([stored]) : []
    return {
      uti,
      request,
      identity: principal
        ? {
            principalId: principal.objectId,
            clientId: principal.clientId,
            kind: principal.kind,
            name: principal.displayName,
          }
        : null,
      credential: credential ?? null,
      wasAccepted: credential ? wasAccepted(credential, request.at) : null,
      signingKey,
    }
  }

  /** @throws SignetError `not_found` when the token log has none under it, or no longer */
  requested(correlationId: string): RequestedToken[] {
    const { tokens } = this.#parts.neighbours
    const found = tokens.byCorrelation(correlationId)
    if (found.length === 0) throw new SignetError('not_found', 'The token log has no request with this ID.')
    return found.map(({ id, at, audience, outcome, principalId }) => ({
      uti: tokens.utiOf(id),
      principalId: ObjectId.parse(principalId),
      ...{ at, audience, outcome },
    }))
  }

  async #page({ items, nextCursor }: Page<StoredRecord>): Promise<Page<CredentialRecord>> {
    return { items: await this.#withRuns(items), nextCursor }
  }

  async #withRuns(records: readonly StoredRecord[]): Promise<CredentialRecord[]> {
    const ids = records.map(({ runId }) => runId).filter((id) => id !== null)
    const runs = new Map((await this.#parts.store.runs([...new Set(ids)])).map((run) => [run.id, run]))
    return records.map(({ runId, ...record }) => {
      const run = runs.get(runId ?? '')
      return {
        ...record,
        run: run
          ? {
              id: RunId.parse(run.id),
              state: run.state,
              attempts: run.attempt,
              requestedAt: run.created_at,
              finishedAt: run.finished_at,
              errorCode: run.error_code,
            }
          : null,
      }
    })
  }
}

/** By the times on record; what happened later does not count. */
function wasAccepted(credential: CredentialRecord, at: number): boolean {
  const { issuedAt, notBefore, notAfter, usableUntil, retiredAt, revokedAt } = credential
  const ends = [notAfter, usableUntil, retiredAt, revokedAt].filter((end) => end !== null)
  return issuedAt <= at && notBefore <= at && ends.every((end) => at < end)
}
