import type { Page } from '@signet/shared/api/paging'
import type { VaultSummary } from '@signet/shared/api/vault'
import type { AuditAction } from '@signet/shared/vocabulary/audit-events'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import { nameKeyOf, purgeAtOf, type Retention, retentionFault, vaultArmId } from './secret.ts'
import { type CountedVault, type VaultRow, VaultsStore } from './vaults-store.ts'

export interface VaultsParts {
  readonly database: Database
  readonly cursors: Cursors
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
  readonly subscriptionId: string
  /** What the vaults are as a resource; each is one label below its host. */
  readonly vaultUrl: string
  /** The resource group of a name, in whatever case. */
  readonly groupNamed: (name: string) => Promise<{ readonly id: string; readonly name: string } | undefined>
  /** Takes away every right to a vault or a secret that is gone for good, so that the next one of its name is nobody’s. */
  readonly forgetRights: (tx: Tx, armId: string) => Promise<void>
}

/** A vault as other domains see it. */
export interface VaultRecord extends Retention {
  readonly id: string
  readonly name: string
  readonly armId: string
  readonly resourceGroup: string
  readonly location: string
  readonly tags: Readonly<Record<string, string>>
  readonly deletedAt: number | null
  readonly purgeAt: number | null
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

export interface NewVault {
  readonly name: string
  readonly resourceGroup: string
  readonly softDeleteDays?: number | undefined
  readonly purgeProtection?: boolean | undefined
  readonly location?: string | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly reason?: string | undefined
}

interface VaultQuery {
  readonly deleted: boolean
  /** A part of the name. */
  readonly name?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

interface Meant {
  readonly reason?: string | undefined
  /** The version that the caller has seen. */
  readonly expected?: number | undefined
}

export type VaultChange = Meant & {
  readonly softDeleteDays?: number | undefined
  readonly purgeProtection?: boolean | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
}

const defaultDays = 90
const defaultLocation = 'local'
const list = 'vaults'

/** The vaults there are, as resources: what is in them is the matter of `Vault`. Every act is one transaction with its record. */
export class Vaults {
  readonly #parts: VaultsParts
  readonly #store: VaultsStore

  constructor(parts: VaultsParts) {
    this.#parts = parts
    this.#store = new VaultsStore(parts.database, parts.tenantId)
  }

  /** By name. */
  async page(query: VaultQuery): Promise<Page<VaultSummary>> {
    const part = nameKeyOf(query.name ?? '')
    const name = `${list} ${query.deleted ? 'deleted' : 'live'} ${part}`
    const after = this.#parts.cursors.read(name, query.cursor)?.[0] ?? ''
    const sinceHour = this.#dayAgo()
    const rows = await this.#store.page({ ...query, part, after, limit: query.limit + 1, sinceHour })
    const { limit } = query
    return this.#parts.cursors.page(rows, {
      ...{ list: name, limit },
      keyOf: (row) => [row.name_key],
      map: (row) => this.#summaryOf(row),
    })
  }

  /** A deleted one too. @throws SignetError `vault_unknown` */
  async show(name: string): Promise<VaultSummary> {
    const { id } = await this.require(name)
    const row = await this.#store.counted(id, this.#dayAgo())
    if (!row) throw unknown()
    return this.#summaryOf(row)
  }

  /** A deleted one too. */
  async find(name: string, tx?: Tx): Promise<VaultRecord | undefined> {
    const row = await this.#store.find(nameKeyOf(name), tx)
    return row && recordOf(row)
  }

  /** A deleted one too. @throws SignetError `vault_unknown` */
  async require(name: string, tx?: Tx): Promise<VaultRecord> {
    const vault = await this.find(name, tx)
    if (!vault) throw unknown()
    return vault
  }

  /** One whose secrets can be reached. @throws SignetError `vault_unknown`, for a deleted one too */
  async requireLive(name: string, tx?: Tx): Promise<VaultRecord> {
    const vault = await this.require(name, tx)
    if (vault.deletedAt !== null) throw unknown()
    return vault
  }

  /** @throws SignetError `not_found` for the group | `conflict` when the name is taken, by a deleted one too */
  async create(context: RequestContext, wanted: NewVault): Promise<VaultRecord> {
    const { database, clock, tenantId, subscriptionId, groupNamed } = this.#parts
    const group = await groupNamed(wanted.resourceGroup)
    if (!group) {
      throw new SignetError('not_found', 'There is no resource group of that name.', { fix: 'Create it first.' })
    }
    const { name } = wanted
    const now = clock.now()
    const armId = vaultArmId({ subscriptionId, resourceGroup: group.name, name })
    const row: VaultRow = {
      ...{ id: newGuid(), tenant_id: tenantId, subscription_id: subscriptionId },
      ...{ resource_group_id: group.id, group_name: group.name, group_key: nameKeyOf(group.name) },
      ...{ name, name_key: nameKeyOf(name), arm_id: armId, arm_id_key: nameKeyOf(armId) },
      location: wanted.location ?? defaultLocation,
      tags: JSON.stringify(wanted.tags ?? {}),
      soft_delete_days: wanted.softDeleteDays ?? defaultDays,
      purge_protection: wanted.purgeProtection === true ? 1 : 0,
      ...{ deleted_at: null, purge_at: null, version: 1, created_at: now, updated_at: now },
    }
    const vault = recordOf(row)
    await database.transact(async (tx) => {
      const taken = await this.#store.find(row.name_key, tx)
      if (taken) throw nameTaken(taken)
      await this.#store.insert(tx, row)
      const after = { ...retentionOf(vault), resourceGroup: group.name }
      await this.#record(tx, context, vault, { action: 'vault.created', after, reason: wanted.reason })
    })
    return vault
  }

  /** @throws SignetError `vault_unknown` | `conflict` | `precondition_failed` */
  async change(context: RequestContext, name: string, change: VaultChange): Promise<VaultRecord> {
    return this.#act(name, change, async (tx, vault) => {
      if (vault.deletedAt !== null)
        throw new SignetError('conflict', 'The vault is deleted.', { fix: 'Recover it first.' })
      const retention = {
        softDeleteDays: change.softDeleteDays ?? vault.softDeleteDays,
        purgeProtection: change.purgeProtection ?? vault.purgeProtection,
      }
      const fault = retentionFault(vault, retention)
      if (fault) throw new SignetError('conflict', fault)
      const tags = change.tags ?? vault.tags
      const before = shownOf(vault)
      const after = shownOf({ ...retention, tags })
      if (JSON.stringify(before) === JSON.stringify(after)) return
      await this.#store.update(tx, vault.id, {
        soft_delete_days: retention.softDeleteDays,
        purge_protection: retention.purgeProtection ? 1 : 0,
        ...{ tags: JSON.stringify(tags), updated_at: this.#parts.clock.now() },
      })
      await this.#record(tx, context, vault, { action: 'vault.changed', before, after, reason: change.reason })
    })
  }

  /** Its secrets are out of reach at once; repeating it changes nothing. @throws SignetError `vault_unknown` | `precondition_failed` */
  async delete(context: RequestContext, name: string, meant: Meant): Promise<VaultRecord> {
    return this.#act(name, meant, async (tx, vault) => {
      if (vault.deletedAt !== null) return
      const now = this.#parts.clock.now()
      const purgeAt = purgeAtOf(now, vault)
      await this.#store.update(tx, vault.id, { deleted_at: now, purge_at: purgeAt, updated_at: now })
      const after = { recoverableUntil: purgeAt }
      await this.#record(tx, context, vault, { action: 'vault.deleted', after, reason: meant.reason })
    })
  }

  /** Repeating it changes nothing. @throws SignetError `vault_unknown` | `precondition_failed` */
  async recover(context: RequestContext, name: string, meant: Meant): Promise<VaultRecord> {
    return this.#act(name, meant, async (tx, vault) => {
      if (vault.deletedAt === null) return
      const now = this.#parts.clock.now()
      await this.#store.update(tx, vault.id, { deleted_at: null, purge_at: null, updated_at: now })
      await this.#record(tx, context, vault, { action: 'vault.recovered', reason: meant.reason })
    })
  }

  /**
   * With its secrets, for good.
   *
   * @param meant.isScheduled its days are over, which protection against purging is about
   * @throws SignetError `vault_unknown` | `conflict` while it is not deleted | `purge_protected` | `precondition_failed`
   */
  async purge(context: RequestContext, name: string, meant: Meant & { isScheduled?: boolean }): Promise<void> {
    const { database, clock, forgetRights } = this.#parts
    await database.transact(async (tx) => {
      const vault = await this.require(name, tx)
      requireVersion(meant.expected, vault.version)
      if (meant.isScheduled && (vault.purgeAt ?? Number.POSITIVE_INFINITY) > clock.now()) return
      if (vault.purgeAt === null) {
        throw new SignetError('conflict', 'The vault is not deleted.', { fix: 'Delete it first.' })
      }
      if (vault.purgeProtection && !meant.isScheduled) throw protectedVault()
      const secrets = await this.#store.remove(tx, vault.id)
      await forgetRights(tx, vault.armId)
      await this.#record(tx, context, vault, { action: 'vault.purged', before: { secrets }, reason: meant.reason })
    })
  }

  /** Those below an ARM ID in the order of their folded ones, deleted ones left out. */
  async below(of: { below: string; after?: string | undefined; most: number }): Promise<VaultRecord[]> {
    const wanted = { below: nameKeyOf(of.below), after: of.after ?? '', limit: of.most }
    return (await this.#store.below(wanted)).map(recordOf)
  }

  /** @throws SignetError `conflict` while a vault, be it a deleted one, is in a group that is to go */
  async requireNoneIn(tx: Tx, groupArmId: string): Promise<void> {
    const row = await this.#store.anyBelow(tx, nameKeyOf(groupArmId))
    if (row) throw groupTaken(recordOf(row))
  }

  /** Counts a value that leaves a vault, in the transaction that records it. */
  async countRead(tx: Tx, { id }: VaultRecord, { actor }: RequestContext): Promise<void> {
    const hour = hourOf(this.#parts.clock.now())
    await this.#store.countRead(tx, { vaultId: id, hour, reader: `${actor.kind} ${actor.id ?? actor.label}` })
  }

  /** Drops counts of reads that nobody asks for any more. */
  async forgetReads(): Promise<void> {
    await this.#parts.database.transact((tx) => this.#store.forgetReads(tx, this.#dayAgo()))
  }

  /** Names of deleted ones whose days are over. */
  async due(limit: number): Promise<string[]> {
    return (await this.#store.due(this.#parts.clock.now(), limit)).map(({ name }) => name)
  }

  /** The hour that began at most 24 hours ago. */
  #dayAgo(): number {
    return hourOf(this.#parts.clock.now() - dayMs) + 1
  }

  async #act(name: string, { expected }: Meant, work: (tx: Tx, vault: VaultRecord) => Promise<void>) {
    return this.#parts.database.transact(async (tx) => {
      const vault = await this.require(name, tx)
      requireVersion(expected, vault.version)
      await work(tx, vault)
      return this.require(name, tx)
    })
  }

  async #record(
    tx: Tx,
    context: RequestContext,
    { id, name }: VaultRecord,
    event: {
      action: AuditAction
      before?: Record<string, unknown>
      after?: Record<string, unknown>
      reason?: string | undefined
    },
  ): Promise<void> {
    const { reason, ...rest } = event
    const target = { kind: 'vault', id, label: name }
    await this.#parts.audit.append(tx, context, { ...rest, target, ...(reason && { reason }) })
    await this.#parts.database.changed(tx, { kind: 'vault', id })
  }

  #summaryOf(row: CountedVault): VaultSummary {
    const { id: _, armId, location: _location, tags, ...vault } = recordOf(row)
    const { host } = new URL(this.#parts.vaultUrl)
    return {
      ...vault,
      tags: { ...tags },
      url: `https://${row.name_key}.${host}`,
      resourceId: armId,
      ...{ secrets: row.secrets, deletedSecrets: row.deleted_secrets },
      lastDay: { reads: row.reads, readers: row.readers },
      changedAt: row.changed_at,
    }
  }
}

export function protectedVault(): SignetError {
  return new SignetError(
    'purge_protected',
    'The vault is protected against purging: what is deleted goes when its days are over.',
  )
}

function hourOf(at: number): number {
  return Math.floor(at / hourMs)
}

function unknown(): SignetError {
  return new SignetError('vault_unknown', 'There is no vault of that name.')
}

/** A deleted vault comes back in its group, which hence stays as long as it can. */
function groupTaken({ name, purgeAt, purgeProtection }: VaultRecord): SignetError {
  if (purgeAt === null) {
    return new SignetError('conflict', `The vault ${name} is in the group.`, { fix: 'Delete the vault and purge it.' })
  }
  const detail = `The vault ${name} is deleted and keeps its resource group, since it can be recovered until`
  return new SignetError('conflict', `${detail} ${new Date(purgeAt).toISOString()}.`, {
    fix: purgeProtection ? 'Wait until then: the vault is protected against purging.' : 'Purge the vault.',
  })
}

function nameTaken({ deleted_at: deletedAt }: VaultRow): SignetError {
  return deletedAt === null
    ? new SignetError('conflict', 'There is a vault of that name already.', { fix: 'Take another name.' })
    : new SignetError('conflict', 'A deleted vault has that name.', {
        fix: 'Recover it, purge it, or take another name.',
      })
}

function retentionOf({ softDeleteDays, purgeProtection }: Retention): Retention {
  return { softDeleteDays, purgeProtection }
}

function shownOf(vault: Retention & Pick<VaultRecord, 'tags'>): Record<string, unknown> {
  return { ...retentionOf(vault), tags: vault.tags }
}

function recordOf(row: VaultRow): VaultRecord {
  return {
    id: row.id,
    name: row.name,
    armId: row.arm_id,
    resourceGroup: row.group_name,
    location: row.location,
    tags: JSON.parse(row.tags) as Record<string, string>,
    softDeleteDays: row.soft_delete_days,
    purgeProtection: row.purge_protection === 1,
    deletedAt: row.deleted_at,
    purgeAt: row.purge_at,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
