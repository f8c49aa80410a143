import type { ClientSecret } from '@signet/shared/api/applications'
import { hourMs, secondMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { mintClientSecret } from './client-secret.ts'
import { ClientSecretsStore, type SecretRow } from './client-secrets-store.ts'
import type { Principal } from './principal.ts'

const mostSecrets = 20

/** Secrets of applications: 256 random bits each, of which a hash and six characters are kept. */
export class ClientSecrets {
  readonly #store: ClientSecretsStore
  readonly #parts: { database: Database; audit: AuditLog; clock: Clock; tenantId: string }
  readonly #ids: SequentialIds

  constructor(parts: { database: Database; audit: AuditLog; clock: Clock; tenantId: string }) {
    this.#store = new ClientSecretsStore(parts.database)
    this.#parts = parts
    this.#ids = new SequentialIds(parts.clock)
  }

  /** Oldest first. */
  async of(principalId: string): Promise<ClientSecret[]> {
    return (await this.#store.of(principalId)).map(toSecret)
  }

  /**
   * The value is in the answer and nowhere else.
   *
   * @throws SignetError `conflict` when the application has too many
   */
  async add(
    tx: Tx,
    context: RequestContext,
    { objectId, displayName }: Principal,
    wanted: { description: string; lifetimeSeconds: number },
  ): Promise<{ secret: ClientSecret; value: Secret }> {
    const { clock, audit, database, tenantId } = this.#parts
    if ((await this.#store.of(objectId, tx)).length >= mostSecrets) {
      throw new SignetError('conflict', `An application has at most ${mostSecrets} secrets.`, {
        fix: 'Remove one that is not used any more.',
      })
    }
    const now = clock.now()
    const { value, sha256, hint } = mintClientSecret()
    const row: SecretRow = {
      id: this.#ids.next(),
      tenant_id: tenantId,
      principal_id: objectId,
      description: wanted.description,
      secret_sha256: sha256,
      hint,
      expires_at: now + wanted.lifetimeSeconds * secondMs,
      last_used_at: null,
      version: 1,
      created_at: now,
      updated_at: now,
    }
    await this.#store.insert(tx, row)
    await audit.append(tx, context, {
      action: 'client_secret.created',
      target: { kind: 'application', id: objectId, label: displayName },
      after: { ...recorded(row), lifetimeHours: Math.round((wanted.lifetimeSeconds * secondMs) / hourMs) },
    })
    await database.changed(tx, { kind: 'principal', id: objectId })
    return { secret: toSecret(row), value }
  }

  /** @throws SignetError `not_found` */
  async remove(tx: Tx, context: RequestContext, { objectId, displayName }: Principal, id: string): Promise<void> {
    const row = await this.#store.remove(tx, { principalId: objectId, id })
    if (!row) throw new SignetError('not_found', 'The application has no such secret.')
    await this.#parts.audit.append(tx, context, {
      action: 'client_secret.removed',
      target: { kind: 'application', id: objectId, label: displayName },
      before: recorded(row),
    })
    await this.#parts.database.changed(tx, { kind: 'principal', id: objectId })
  }
}

function recorded(row: SecretRow): Record<string, unknown> {
  return { secretId: row.id, description: row.description, hint: row.hint, expiresAt: row.expires_at }
}

function toSecret(row: SecretRow): ClientSecret {
  return {
    id: row.id,
    description: row.description,
    hint: row.hint,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    createdAt: row.created_at,
  }
}
