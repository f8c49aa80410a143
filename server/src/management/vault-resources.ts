import type { VaultSummary } from '@signet/shared/api/vault'
import { SignetError } from '../platform/signet-error.ts'
import type { VaultRecord, Vaults } from '../vault/index.ts'
import {
  type ArmAnswer,
  type ArmCall,
  ArmError,
  type ArmRoute,
  badContent,
  deleted,
  isObject,
  notFound,
  ok,
  put,
} from './arm-call.ts'
import { armPage, type Listed, type ListParts } from './arm-pages.ts'
import { locationOf } from './instance-resources.ts'
import { groupOf, type Place, resourcePath, subscriptionOf } from './places.ts'
import { identityTags } from './user-identity-resources.ts'

export const vaultType = 'Microsoft.KeyVault/vaults'

interface VaultParts extends ListParts {
  readonly vaults: Vaults
  readonly tenantId: string
  readonly place: Place
}

/** Vaults as resources; what is in them is at their own names. */
export class VaultResources {
  readonly #parts: VaultParts

  constructor(parts: VaultParts) {
    this.#parts = parts
  }

  routes(): ArmRoute[] {
    const path = `/subscriptions/{sub}/resourcegroups/{group}/providers/${vaultType.toLowerCase()}/{name}`
    const at = (params: ArmCall['params']) => resourcePath(params, vaultType)
    const right = (verb: string) => ({ action: `${vaultType}/${verb}`, at })
    const list = (below: typeof groupOf): Pick<ArmRoute, 'right' | 'run'> => ({
      right: { action: `${vaultType}/read`, at: below, within: true },
      run: (call) =>
        armPage(this.#parts, call, {
          list: `${vaultType} ${below(call.params)}`,
          read: (after, most) => this.listed({ below: below(call.params), after, most }),
        }),
    })
    return [
      { method: 'GET', path, right: right('read'), run: (call) => this.#show(call) },
      { method: 'PUT', path, right: right('write'), run: (call) => this.#put(call) },
      { method: 'DELETE', path, right: right('delete'), run: (call) => this.#delete(call) },
      { method: 'GET', path: path.slice(0, -'/{name}'.length), ...list(groupOf) },
      { method: 'GET', path: `/subscriptions/{sub}/providers/${vaultType.toLowerCase()}`, ...list(subscriptionOf) },
    ]
  }

  async listed(of: { below: string; after?: string | undefined; most: number }): Promise<Listed[]> {
    const below = `${of.below.toLowerCase()}/`
    return (await this.#all())
      .map((vault) => ({ id: vault.resourceId, readAction: `${vaultType}/read`, body: this.#body(vault) }))
      .filter(({ id }) => id.toLowerCase().startsWith(below) && id.toLowerCase() > (of.after ?? ''))
      .sort((one, other) => (one.id.toLowerCase() < other.id.toLowerCase() ? -1 : 1))
      .slice(0, of.most)
  }

  /** @throws SignetError `conflict` while a group has a vault */
  async requireNone(groupId: string): Promise<void> {
    const below = `${groupId.toLowerCase()}/`
    if (!(await this.#all()).some(({ resourceId }) => resourceId.toLowerCase().startsWith(below))) return
    throw new SignetError('conflict', 'The resource group has a vault.', { fix: 'Delete it first.' })
  }

  async #all(): Promise<VaultSummary[]> {
    const all: VaultSummary[] = []
    let cursor: string | undefined
    do {
      const page = await this.#parts.vaults.page({ deleted: false, cursor, limit: 200 })
      all.push(...page.items)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    return all
  }

  async #show({ params }: ArmCall): Promise<ArmAnswer> {
    const vault = await this.#find(params)
    if (!vault) throw notFound(resourcePath(params, vaultType))
    return ok(this.#body(await this.#parts.vaults.show(vault.name)))
  }

  async #put(call: ArmCall): Promise<ArmAnswer> {
    const { vaults, place } = this.#parts
    const { body, context, params } = call
    const name = params['name'] ?? ''
    if (!/^[a-z](?:[a-z0-9-]{1,22}[a-z0-9])$/i.test(name) || name.includes('--')) {
      throw new ArmError(400, 'VaultNameNotValid', 'A vault has 3 to 24 letters, digits and single dashes.')
    }
    const group = await place.requireGroup(params['group'] ?? '')
    const known = await this.#find(params)
    if (known && call.onlyNew) throw new ArmError(412, 'PreconditionFailed', 'The vault exists already.')
    if (!known && call.expected !== undefined) throw new ArmError(412, 'PreconditionFailed', 'It does not exist.')
    const tags = identityTags(body['tags'])
    const retention = retentionOf(body['properties'])
    if (known) await vaults.change(context, known.name, { ...retention, tags, expected: call.expected })
    else {
      const location = locationOf(body['location'])
      if (location === undefined) throw new ArmError(400, 'LocationRequired', 'The location of the vault is missing.')
      await vaults.create(context, { name, resourceGroup: group.name, location, tags, ...retention })
    }
    return put(!known, this.#body(await vaults.show(name)))
  }

  async #delete({ context, params, expected }: ArmCall): Promise<ArmAnswer> {
    const vault = await this.#find(params)
    if (!vault) return deleted(false)
    await this.#parts.vaults.delete(context, vault.name, { expected })
    return deleted(true)
  }

  /** The live one of that name, if it is in the group that was named. */
  async #find(params: ArmCall['params']): Promise<VaultRecord | undefined> {
    const vault = await this.#parts.vaults.find(params['name'] ?? '')
    if (!vault || vault.deletedAt !== null) return undefined
    return vault.armId.toLowerCase() === resourcePath(params, vaultType).toLowerCase() ? vault : undefined
  }

  #body(vault: VaultSummary): Record<string, unknown> {
    const { name, resourceId, url, tags, softDeleteDays, purgeProtection, version } = vault
    return {
      ...{ id: resourceId, name, type: vaultType, location: 'local', tags },
      properties: {
        ...{ tenantId: this.#parts.tenantId, sku: { family: 'A', name: 'standard' }, accessPolicies: [] },
        ...{ vaultUri: `${url}/`, enableRbacAuthorization: true, enableSoftDelete: true },
        softDeleteRetentionInDays: softDeleteDays,
        ...(purgeProtection && { enablePurgeProtection: true }),
        provisioningState: 'Succeeded',
      },
      etag: `"${version}"`,
    }
  }
}

/** @throws ArmError 400 */
function retentionOf(properties: unknown): { softDeleteDays?: number; purgeProtection?: boolean } {
  if (properties === undefined || properties === null) return {}
  if (!isObject(properties)) throw badContent('properties is not an object.')
  const { softDeleteRetentionInDays: days, enablePurgeProtection: isProtected } = properties
  const isDays = typeof days === 'number' && Number.isInteger(days) && days >= 7 && days <= 90
  if (days !== undefined && days !== null && !isDays) throw badContent('softDeleteRetentionInDays is 7 to 90.')
  if (isProtected !== undefined && isProtected !== null && typeof isProtected !== 'boolean') {
    throw badContent('enablePurgeProtection is true or false.')
  }
  return {
    ...(isDays && { softDeleteDays: days }),
    ...(typeof isProtected === 'boolean' && { purgeProtection: isProtected }),
  }
}
