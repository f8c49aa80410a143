import { randomBytes } from 'node:crypto'
import { mostTags, mostValueBytes } from '@signet/shared/vocabulary/vault-rules'
import type { AuditLog, NewAuditEvent } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import { type AttributeChange, changedAttributes, nameKeyOf, newAttributes, purgeAtOf, secretScope } from './secret.ts'
import { SecretEnvelopes } from './secret-envelopes.ts'
import { type Asker, type Decider, type SecretAsk, SecretRights } from './secret-rights.ts'
import {
  attributeColumns,
  attributesOf,
  recordedAttributes,
  type SecretVersion,
  secretVersionOf,
} from './secret-version.ts'
import { type SecretRow, SecretsStore, type VersionRow } from './secrets-store.ts'
import { protectedVault, type VaultRecord, type Vaults, type VaultsParts } from './vaults.ts'

export interface VaultParts {
  readonly database: Database
  readonly sealer: Sealer
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
  readonly vaults: Vaults
  readonly access: Decider
  readonly forgetRights: VaultsParts['forgetRights']
}

const announcedReadMs = 1_000

/** Which secret of which vault; names compare without regard to case. */
export interface SecretPlace {
  readonly vault: string
  readonly name: string
}

interface Meant {
  readonly reason?: string | undefined
  /** The version of the secret's row that the caller has seen. */
  readonly expected?: number | undefined
}

/** What is being done, in its transaction. */
interface Act {
  readonly tx: Tx
  readonly asker: Asker
  readonly vault: VaultRecord
}

/**
 * The secrets of vaults. Every act is decided, done and recorded in one transaction, so that acts at the same time end as if
 * one had come after the other; the record of a value that leaves is durable before it does (SEC-114).
 */
export class Vault {
  readonly #parts: VaultParts
  readonly #store: SecretsStore
  readonly #envelopes: SecretEnvelopes
  readonly #rights: SecretRights

  constructor(parts: VaultParts) {
    this.#parts = parts
    this.#store = new SecretsStore(parts.database)
    this.#envelopes = new SecretEnvelopes(parts)
    this.#rights = new SecretRights(parts)
  }

  /**
   * A new version; the first one makes the secret.
   *
   * @throws SignetError `vault_unknown` | `forbidden` | `invalid_request` | `secret_deleted` while the name is a deleted one's
   */
  async set(
    asker: Asker,
    { vault, name }: SecretPlace,
    wanted: { value: Secret; attributes?: AttributeChange; reason?: string | undefined },
  ): Promise<SecretVersion> {
    requireAcceptable(wanted.value, wanted.attributes)
    return this.#act(asker, vault, { verb: 'set', name }, async (act) => {
      const { tx } = act
      const now = this.#parts.clock.now()
      const before = await this.#store.find(act.vault.id, nameKeyOf(name), tx)
      if (before?.deleted_at != null) throw deletedSecret()
      const secret = before
        ? { ...before, current_seq: before.current_seq + 1, updated_at: now, version: before.version + 1 }
        : this.#newSecret(act.vault, name, now)
      if (before) await this.#store.update(tx, secret.id, { current_seq: secret.current_seq, updated_at: now })
      else await this.#store.insert(tx, secret)
      const attributes = changedAttributes(newAttributes, wanted.attributes ?? {})
      const times = { created_at: now, updated_at: now }
      const version = await this.#insertVersion(
        act,
        secret,
        { ...attributeColumns(attributes), ...times },
        wanted.value,
      )
      const after = { version: version.version_id, ...recordedAttributes(attributes) }
      await this.#record(act, secret, { action: 'secret.set', after, ...reasonOf(wanted) })
      return secretVersionOf(act.vault, secret, version)
    })
  }

  /**
   * The value of a version, of the newest without one. Its record is durable when this resolves (SEC-114).
   *
   * @throws SignetError `vault_unknown` | `forbidden` | `not_found` | `secret_disabled`
   */
  async get(
    asker: Asker,
    place: SecretPlace & { readonly version?: string | undefined },
  ): Promise<{ secret: SecretVersion; value: Secret }> {
    return this.#act(asker, place.vault, { verb: 'get', name: place.name }, (act) =>
      this.#read(act, place, 'secret.read'),
    )
  }

  /** The same for a person who says why (SEC-22). @throws SignetError `vault_unknown` | `not_found` */
  async reveal(asker: Asker, place: SecretPlace & { readonly version: string }, reason: string): Promise<Secret> {
    return this.#act(asker, place.vault, { verb: 'get', name: place.name }, async (act) => {
      const { value } = await this.#read(act, place, 'secret.revealed', reason)
      return value
    })
  }

  /** @throws SignetError `vault_unknown` | `forbidden` | `invalid_request` | `not_found` | `precondition_failed` */
  async update(
    asker: Asker,
    place: SecretPlace & { readonly version?: string | undefined },
    change: AttributeChange,
    meant: Meant = {},
  ): Promise<SecretVersion> {
    requireAcceptable(undefined, change)
    return this.#act(asker, place.vault, { verb: 'set', name: place.name }, async (act) => {
      const { tx } = act
      const secret = await this.#requireLive(act, place.name)
      requireVersion(meant.expected, secret.version)
      const version = await this.#requireVersionOf(act, secret, place.version)
      const before = attributesOf(version)
      const after = changedAttributes(before, change)
      const now = this.#parts.clock.now()
      const changed = { ...version, ...attributeColumns(after), updated_at: now }
      await this.#store.updateVersion(tx, {
        ...attributeColumns(after),
        updated_at: now,
        secret_id: secret.id,
        seq: version.seq,
      })
      await this.#store.update(tx, secret.id, { updated_at: now })
      await this.#record(act, secret, {
        action: 'secret.changed',
        before: { version: version.version_id, ...recordedAttributes(before) },
        after: { version: version.version_id, ...recordedAttributes(after) },
        ...reasonOf(meant),
      })
      return secretVersionOf(act.vault, { ...secret, version: secret.version + 1 }, changed)
    })
  }

  /** With all its versions; it can be recovered for as many days as the vault has. @throws SignetError as `update` */
  async delete(asker: Asker, { vault, name }: SecretPlace, meant: Meant = {}): Promise<SecretVersion> {
    return this.#act(asker, vault, { verb: 'delete', name }, async (act) => {
      const secret = await this.#requireLive(act, name)
      requireVersion(meant.expected, secret.version)
      const now = this.#parts.clock.now()
      const gone = { deleted_at: now, purge_at: purgeAtOf(now, act.vault), updated_at: now }
      await this.#store.update(act.tx, secret.id, gone)
      const after = { recoverableUntil: gone.purge_at }
      await this.#record(act, secret, { action: 'secret.deleted', after, ...reasonOf(meant) })
      return this.#newestOf(act, { ...secret, ...gone, version: secret.version + 1 })
    })
  }

  /** As it was. @throws SignetError `vault_unknown` | `forbidden` | `not_found` | `precondition_failed` */
  async recover(asker: Asker, { vault, name }: SecretPlace, meant: Meant = {}): Promise<SecretVersion> {
    return this.#act(asker, vault, { verb: 'recover', name }, async (act) => {
      const secret = await this.#requireDeleted(act, name)
      requireVersion(meant.expected, secret.version)
      const back = { deleted_at: null, purge_at: null, updated_at: this.#parts.clock.now() }
      await this.#store.update(act.tx, secret.id, back)
      await this.#record(act, secret, { action: 'secret.recovered', ...reasonOf(meant) })
      return this.#newestOf(act, { ...secret, ...back, version: secret.version + 1 })
    })
  }

  /** For good. @throws SignetError `vault_unknown` | `forbidden` | `not_found` | `purge_protected` | `precondition_failed` */
  async purge(asker: Asker, { vault, name }: SecretPlace, meant: Meant = {}): Promise<void> {
    await this.#act(asker, vault, { verb: 'purge', name }, async (act) => {
      const secret = await this.#requireDeleted(act, name)
      requireVersion(meant.expected, secret.version)
      if (act.vault.purgeProtection) throw protectedVault()
      await this.#forget(act, secret, meant)
    })
  }

  /** One whose days are over; a secret that was recovered in the meantime stays. */
  async purgeDue(context: RequestContext, { vault: vaultName, name }: SecretPlace): Promise<void> {
    const { database, vaults, clock } = this.#parts
    await database.transact(async (tx) => {
      const vault = await vaults.find(vaultName, tx)
      const secret = vault && (await this.#store.find(vault.id, nameKeyOf(name), tx))
      if (!secret || secret.purge_at === null || secret.purge_at > clock.now()) return
      await this.#forget({ tx, asker: { kind: 'operator', context }, vault }, secret, {})
    })
  }

  /** Secrets whose days are over. */
  async due(limit: number): Promise<SecretPlace[]> {
    const rows = await this.#store.due(this.#parts.clock.now(), limit)
    return rows.map(({ vaultKey, nameKey }) => ({ vault: vaultKey, name: nameKey }))
  }

  /** All versions with their values, sealed for this vault alone. @returns base64url @throws SignetError as `get`, or `conflict` */
  async backup(asker: Asker, { vault, name }: SecretPlace): Promise<string> {
    return this.#act(asker, vault, { verb: 'backup', name }, async (act) => {
      const secret = await this.#requireLive(act, name)
      const rows = await this.#store.allVersions(secret.id, act.tx)
      const versions = rows.map((row) => ({
        ...{ id: row.version_id, createdAt: row.created_at, updatedAt: row.updated_at },
        ...attributesOf(row),
        tags: { ...attributesOf(row).tags },
        value: this.#valueOf(act.vault, secret, row).reveal(),
      }))
      const blob = this.#envelopes.sealBackup(act.vault.id, { name: secret.name, versions })
      await this.#recordRead(act, secret, { action: 'secret.backed_up', after: { versions: rows.length } })
      return blob
    })
  }

  /** @throws SignetError `vault_unknown` | `forbidden` | `secret_backup_refused` | `conflict` | `secret_deleted` */
  async restore(asker: Asker, vault: string, blob: string): Promise<SecretVersion> {
    return this.#act(asker, vault, { verb: 'restore' }, async (act) => {
      const { name, versions } = this.#envelopes.openBackup(act.vault.id, blob)
      const taken = await this.#store.find(act.vault.id, nameKeyOf(name), act.tx)
      if (taken?.deleted_at != null) throw deletedSecret()
      if (taken) throw new SignetError('conflict', 'The vault has a secret of that name.')
      const secret = { ...this.#newSecret(act.vault, name, this.#parts.clock.now()), current_seq: versions.length }
      await this.#store.insert(act.tx, secret)
      for (const [index, { id, value, createdAt, updatedAt, ...attributes }] of versions.entries()) {
        const columns = {
          ...attributeColumns(attributes),
          created_at: createdAt,
          updated_at: updatedAt,
          version_id: id,
        }
        await this.#insertVersion(act, { ...secret, current_seq: index + 1 }, columns, new Secret(value))
      }
      await this.#record(act, secret, { action: 'secret.restored', after: { versions: versions.length } })
      return this.#newestOf(act, secret)
    })
  }

  /** With the roles at it: the next secret of its name is nobody's. */
  async #forget(act: Act, secret: SecretRow, meant: Meant): Promise<void> {
    await this.#store.remove(act.tx, secret.id)
    await this.#parts.forgetRights(act.tx, secretScope(act.vault.armId, secret.name))
    await this.#record(act, secret, { action: 'secret.purged', ...reasonOf(meant) })
  }

  async #read(
    act: Act,
    { name, version: versionId }: { name: string; version?: string | undefined },
    action: 'secret.read' | 'secret.revealed',
    reason?: string,
  ): Promise<{ secret: SecretVersion; value: Secret }> {
    const secret = await this.#requireLive(act, name)
    const version = await this.#requireVersionOf(act, secret, versionId)
    // Who may reveal it sees what is disabled, too: it is what people want to know before they enable it again.
    if (version.enabled === 0 && action === 'secret.read') throw new SignetError('secret_disabled')
    const value = this.#valueOf(act.vault, secret, version)
    await this.#recordRead(act, secret, { action, after: { version: version.version_id }, ...reasonOf({ reason }) })
    return { secret: secretVersionOf(act.vault, secret, version), value }
  }

  /** Decides, does and records in one transaction; a refusal is recorded in it and thrown after it. */
  async #act<T>(asker: Asker, vaultName: string, ask: SecretAsk, work: (act: Act) => Promise<T>): Promise<T> {
    const { database, vaults, audit } = this.#parts
    const outcome = await database.transact(async (tx) => {
      const vault = await vaults.requireLive(vaultName, tx)
      const known = ask.name === undefined ? undefined : await this.#store.find(vault.id, nameKeyOf(ask.name), tx)
      const refusal = this.#rights.refusalOf(asker, vault, ask, known?.id)
      if (!refusal) return { result: await work({ tx, asker, vault }) }
      await audit.append(tx, asker.context, refusal.event)
      return refusal
    })
    if ('error' in outcome) throw outcome.error
    return outcome.result
  }

  async #requireLive({ tx, vault }: Act, name: string): Promise<SecretRow> {
    const secret = await this.#store.find(vault.id, nameKeyOf(name), tx)
    if (!secret || secret.deleted_at !== null) throw noSecret(name)
    return secret
  }

  async #requireDeleted({ tx, vault }: Act, name: string): Promise<SecretRow> {
    const secret = await this.#store.find(vault.id, nameKeyOf(name), tx)
    if (!secret || secret.deleted_at === null) {
      throw new SignetError('not_found', `The vault has no deleted secret of the name ${name}.`)
    }
    return secret
  }

  async #requireVersionOf({ tx }: Act, secret: SecretRow, versionId: string | undefined): Promise<VersionRow> {
    const version = await this.#store.version(secret, versionId, tx)
    if (!version) throw new SignetError('not_found', `The secret ${secret.name} has no such version.`)
    return version
  }

  async #newestOf(act: Act, secret: SecretRow): Promise<SecretVersion> {
    return secretVersionOf(act.vault, secret, await this.#requireVersionOf(act, secret, undefined))
  }

  #newSecret(vault: VaultRecord, name: string, now: number): SecretRow {
    return {
      ...{ id: newGuid(), tenant_id: this.#parts.tenantId, vault_id: vault.id, name, name_key: nameKeyOf(name) },
      ...{ current_seq: 1, deleted_at: null, purge_at: null, version: 1, created_at: now, updated_at: now },
      ...{ last_read_at: null, last_reader_kind: null, last_reader_id: null, last_reader_label: null },
    }
  }

  async #insertVersion(
    { tx, vault }: Act,
    secret: SecretRow,
    columns: Omit<VersionRow, 'secret_id' | 'seq' | 'version_id' | 'value_enc'> & { version_id?: string },
    value: Secret,
  ): Promise<VersionRow> {
    const version_id = columns.version_id ?? randomBytes(16).toString('hex')
    const place = { vaultId: vault.id, nameKey: secret.name_key, versionId: version_id }
    const value_enc = this.#envelopes.seal(place, value)
    const row = { ...columns, version_id, value_enc, secret_id: secret.id, seq: secret.current_seq }
    await this.#store.insertVersion(tx, row)
    return row
  }

  #valueOf(vault: VaultRecord, secret: SecretRow, version: VersionRow): Secret {
    const place = { vaultId: vault.id, nameKey: secret.name_key, versionId: version.version_id }
    return this.#envelopes.open(place, version.value_enc)
  }

  async #record({ tx, asker, vault }: Act, { id, name }: SecretRow, event: Omit<NewAuditEvent, 'target'>) {
    const { audit, database } = this.#parts
    await audit.append(tx, asker.context, { ...event, target: { kind: 'secret', id, label: `${vault.name}/${name}` } })
    if (event.action !== 'secret.read') await database.changed(tx, { kind: 'vault', id: vault.id })
  }

  /** Of a value that leaves: who got it last stands by the secret, and how many did by the vault. */
  async #recordRead(act: Act, secret: SecretRow, event: Omit<NewAuditEvent, 'target'>): Promise<void> {
    const { clock, vaults, database } = this.#parts
    const { tx, asker, vault } = act
    const at = clock.now()
    await this.#record(act, secret, event)
    await this.#store.setLastRead(tx, secret.id, { at, by: asker.context.actor })
    await vaults.countRead(tx, vault, asker.context)
    // Reads come by the thousand: whoever looks is told of one of each secret in a second.
    if (at - (secret.last_read_at ?? 0) >= announcedReadMs) await database.changed(tx, { kind: 'vault', id: vault.id })
  }
}

function reasonOf({ reason }: { reason?: string | undefined }): { reason?: string } {
  return reason ? { reason } : {}
}

function noSecret(name: string): SignetError {
  return new SignetError('not_found', `The vault has no secret of the name ${name}.`)
}

function deletedSecret(): SignetError {
  return new SignetError('secret_deleted', 'The secret is deleted and its name is kept for it.', {
    fix: 'Recover the secret, or purge it.',
  })
}

/** @throws SignetError `invalid_request` */
function requireAcceptable(value: Secret | undefined, change: AttributeChange | undefined): void {
  if (value && Buffer.byteLength(value.reveal(), 'utf8') > mostValueBytes) {
    throw new SignetError('invalid_request', `The value is larger than ${mostValueBytes} bytes.`)
  }
  if (Object.keys(change?.tags ?? {}).length > mostTags) {
    throw new SignetError('invalid_request', `There are more than ${mostTags} tags.`)
  }
}
