import type { Page } from '@signet/shared/api/paging'
import { minuteMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { SignetError } from '../platform/signet-error.ts'
import { nameKeyOf } from './secret.ts'
import { type Asker, type Decider, SecretRights } from './secret-rights.ts'
import { type SecretVersion, secretVersionOf } from './secret-version.ts'
import { type SecretRow, SecretsStore } from './secrets-store.ts'
import type { VaultRecord, Vaults } from './vaults.ts'

export interface SecretListsParts {
  readonly database: Database
  readonly cursors: Cursors
  readonly audit: AuditLog
  readonly clock: Clock
  readonly vaults: Vaults
  readonly access: Decider
}

export interface ListQuery {
  readonly cursor?: string | undefined
  readonly limit: number
}

interface VersionPlace {
  readonly vault: string
  readonly name: string
  readonly version: string
}

/** How long a page leads to the next one (SEC-110). */
const cursorMs = 10 * minuteMs

/** What there is in a vault, without any value: nothing here is a read of a secret, and nothing is recorded but refusals. */
export class SecretLists {
  readonly #parts: SecretListsParts
  readonly #store: SecretsStore
  readonly #rights: SecretRights

  constructor(parts: SecretListsParts) {
    this.#parts = parts
    this.#store = new SecretsStore(parts.database)
    this.#rights = new SecretRights(parts)
  }

  /** By name, each as its newest version. @throws SignetError `vault_unknown` | `forbidden` | `invalid_request` for the cursor */
  async page(
    asker: Asker,
    vaultName: string,
    query: ListQuery & { deleted: boolean; name?: string | undefined },
  ): Promise<Page<SecretVersion & { versions: number }>> {
    const vault = await this.#parts.vaults.requireLive(vaultName)
    await this.#rights.require(asker, vault, { verb: 'list' })
    const { deleted, limit } = query
    const part = nameKeyOf(query.name ?? '')
    const list = this.#listOf(asker, vault, `${deleted ? 'deleted' : 'live'} ${part}`, query)
    const after = this.#after(list, query.cursor) ?? ''
    const rows = await this.#store.page({ vaultId: vault.id, deleted, part, after, limit: limit + 1 })
    return this.#parts.cursors.page(rows, {
      ...{ list, limit },
      keyOf: ({ secret }) => this.#keyOf(secret.name_key),
      map: ({ secret, version, versions }) => ({ ...secretVersionOf(vault, secret, version), versions }),
    })
  }

  /** In the order they were set in. @throws SignetError as `page`, or `not_found` */
  async versions(
    asker: Asker,
    { vault: vaultName, name }: { vault: string; name: string },
    query: ListQuery & { newestFirst?: boolean },
  ): Promise<Page<SecretVersion>> {
    const vault = await this.#parts.vaults.requireLive(vaultName)
    const secret = await this.#store.find(vault.id, nameKeyOf(name))
    await this.#rights.require(asker, vault, { verb: 'list', name }, secret?.id)
    if (!secret || (secret.deleted_at !== null && asker.kind === 'principal')) throw noSecret(name)
    const { limit, newestFirst = false } = query
    const list = this.#listOf(asker, vault, `versions ${secret.id}`, query)
    const after = Number(this.#after(list, query.cursor) ?? (newestFirst ? Number.MAX_SAFE_INTEGER : 0))
    const rows = await this.#store.versions({ secretId: secret.id, after, limit: limit + 1, newestFirst })
    return this.#parts.cursors.page(rows, {
      ...{ list, limit },
      keyOf: ({ seq }) => this.#keyOf(String(seq)),
      map: (row) => secretVersionOf(vault, secret, row),
    })
  }

  /** A deleted one, as its newest version. @throws SignetError as `versions` */
  async deleted(asker: Asker, vaultName: string, name: string): Promise<SecretVersion> {
    const vault = await this.#parts.vaults.requireLive(vaultName)
    const secret = await this.#store.find(vault.id, nameKeyOf(name))
    await this.#rights.require(asker, vault, { verb: 'list', name }, secret?.id)
    if (!secret || secret.deleted_at === null) throw noSecret(name)
    return this.#newestOf(vault, secret)
  }

  /** One secret, be it deleted or not, with how many versions it has. @throws SignetError as `versions` */
  async show(asker: Asker, vaultName: string, name: string): Promise<SecretVersion & { id: string; versions: number }> {
    const vault = await this.#parts.vaults.requireLive(vaultName)
    const secret = await this.#store.find(vault.id, nameKeyOf(name))
    await this.#rights.require(asker, vault, { verb: 'list', name }, secret?.id)
    if (!secret) throw noSecret(name)
    const versions = await this.#store.count(secret.id)
    return { ...(await this.#newestOf(vault, secret)), id: secret.id, versions }
  }

  /** One of its versions. @throws SignetError as `versions` */
  async version(asker: Asker, { vault: vaultName, name, version }: VersionPlace): Promise<SecretVersion> {
    const vault = await this.#parts.vaults.requireLive(vaultName)
    const secret = await this.#store.find(vault.id, nameKeyOf(name))
    await this.#rights.require(asker, vault, { verb: 'list', name }, secret?.id)
    const row = secret && (await this.#store.version(secret, version))
    if (!row) throw new SignetError('not_found', `The secret ${name} has no such version.`)
    return secretVersionOf(vault, secret, row)
  }

  async #newestOf(vault: VaultRecord, secret: SecretRow): Promise<SecretVersion> {
    const version = await this.#store.version(secret, undefined)
    if (!version) throw noSecret(secret.name)
    return secretVersionOf(vault, secret, version)
  }

  /** A cursor is good for its caller, vault and question alone. */
  #listOf({ kind, context }: Asker, vault: VaultRecord, what: string, { limit }: ListQuery): string {
    return `secrets ${vault.id} ${what} ${limit} for ${kind} ${context.actor.id ?? ''}`
  }

  #keyOf(key: string): [string, string] {
    return [String(this.#parts.clock.now() + cursorMs), key]
  }

  #after(list: string, cursor: string | undefined): string | undefined {
    const read = this.#parts.cursors.read(list, cursor)
    if (!read) return undefined
    const [until, key] = read
    if (Number(until) > this.#parts.clock.now()) return key
    throw new SignetError('invalid_request', 'The page token has expired.', { fix: 'Start again from the first page.' })
  }
}

function noSecret(name: string): SignetError {
  return new SignetError('not_found', `The vault has no secret of the name ${name}.`)
}
