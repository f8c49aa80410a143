import { SoftDeleteDays, VaultName } from '@signet/shared/vocabulary/vault-rules'
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
import { type Listed, type ListParts, listRoutes } from './arm-pages.ts'
import { locationOf } from './instance-resources.ts'
import { mergePatch } from './merge-patch.ts'
import { groupOf, type Place, resourcePath, resourceRoute, subscriptionOf } from './places.ts'
import type { SystemData } from './system-data.ts'
import { identityTags } from './user-identity-resources.ts'

export const vaultType = 'Microsoft.KeyVault/vaults'
const vaultPath = resourceRoute(vaultType)

interface VaultParts extends ListParts {
  readonly vaults: Vaults
  readonly place: Place
  readonly tenantId: string
  /** Each vault is one label below its host. */
  readonly vaultUrl: string
  readonly systemData: SystemData
}

/** Microsoft.KeyVault: vaults as resources. Their secrets are asked for under the vault's own name. */
export class VaultResources {
  readonly #parts: VaultParts

  constructor(parts: VaultParts) {
    this.#parts = parts
  }

  routes(): ArmRoute[] {
    const right = (verb: string) => ({
      action: `${vaultType}/${verb}`,
      at: (params: ArmCall['params']) => resourcePath(params, vaultType),
    })
    const list = listRoutes(this.#parts, vaultType, (of) => this.listed(of))
    return [
      { method: 'GET', path: vaultPath, right: right('read'), run: (call) => this.#show(call) },
      { method: 'PUT', path: vaultPath, right: right('write'), run: (call) => this.#put(call) },
      { method: 'PATCH', path: vaultPath, right: right('write'), run: (call) => this.#patch(call) },
      { method: 'DELETE', path: vaultPath, right: right('delete'), run: (call) => this.#delete(call) },
      { method: 'GET', path: vaultPath.slice(0, -'/{name}'.length), ...list(groupOf) },
      { method: 'GET', path: `/subscriptions/{sub}/providers/${vaultType.toLowerCase()}`, ...list(subscriptionOf) },
    ]
  }

  async listed(of: { below: string; after?: string | undefined; most: number }): Promise<Listed[]> {
    const found = await this.#parts.vaults.below(of)
    const systemDataOf = await this.#parts.systemData.of(found.map(({ id }) => id))
    return found.map((vault) => ({
      ...{ id: vault.armId, readAction: `${vaultType}/read` },
      body: { ...this.#body(vault), ...systemDataOf(vault.id) },
    }))
  }

  async #show({ params }: ArmCall): Promise<ArmAnswer> {
    return ok(await this.#shown(await this.#require(params)))
  }

  /** One that is there keeps its secrets; what is not said of it stays. */
  async #put(call: ArmCall): Promise<ArmAnswer> {
    const { vaults, place } = this.#parts
    const name = VaultName.safeParse(call.params['name'])
    if (!name.success)
      throw new ArmError(400, 'VaultNameNotValid', 'The name is 3 to 24 letters, digits and single dashes.')
    const group = await place.requireGroup(call.params['group'] ?? '')
    const wanted = { ...retentionOf(call.body['properties']), tags: identityTags(call.body['tags']) }
    const known = await this.#find(call.params)
    if (known && call.onlyNew) throw new ArmError(412, 'PreconditionFailed', 'The vault exists already.')
    if (!known && call.expected !== undefined) throw new ArmError(412, 'PreconditionFailed', 'It does not exist.')
    if (known) {
      const changed = await vaults.change(call.context, known.name, { ...wanted, expected: call.expected })
      return put(false, await this.#shown(changed))
    }
    const location = locationOf(call.body['location'])
    if (location === undefined) throw new ArmError(400, 'LocationRequired', 'The location of the vault is missing.')
    const made = await vaults.create(call.context, { ...wanted, name: name.data, resourceGroup: group.name, location })
    return put(true, await this.#shown(made))
  }

  async #patch({ params, body, context, expected }: ArmCall): Promise<ArmAnswer> {
    const vault = await this.#require(params)
    const tags = body['tags'] === undefined ? undefined : identityTags(mergePatch({ ...vault.tags }, body['tags']))
    const change = { ...retentionOf(body['properties']), tags, expected }
    return ok(await this.#shown(await this.#parts.vaults.change(context, vault.name, change)))
  }

  /** It can be recovered for its days. */
  async #delete({ params, context, expected }: ArmCall): Promise<ArmAnswer> {
    const vault = await this.#find(params)
    if (vault) await this.#parts.vaults.delete(context, vault.name, { expected })
    return deleted(vault !== undefined)
  }

  /** The names of vaults are the deployment's: one of another group is not here. */
  async #find(params: ArmCall['params']): Promise<VaultRecord | undefined> {
    const vault = await this.#parts.vaults.find(params['name'] ?? '')
    const isHere = vault?.armId.toLowerCase() === resourcePath(params, vaultType).toLowerCase()
    return vault && vault.deletedAt === null && isHere ? vault : undefined
  }

  /** @throws ArmError 404 */
  async #require(params: ArmCall['params']): Promise<VaultRecord> {
    const vault = await this.#find(params)
    if (!vault) throw notFound(resourcePath(params, vaultType))
    return vault
  }

  async #shown(vault: VaultRecord): Promise<Record<string, unknown>> {
    return { ...this.#body(vault), ...(await this.#parts.systemData.of([vault.id]))(vault.id) }
  }

  #body(vault: VaultRecord): Record<string, unknown> {
    const { armId, name, location, tags, softDeleteDays, purgeProtection, version } = vault
    const { host } = new URL(this.#parts.vaultUrl)
    return {
      ...{ id: armId, name, type: vaultType, location, tags },
      properties: {
        ...{ tenantId: this.#parts.tenantId, sku: { family: 'A', name: 'standard' }, accessPolicies: [] },
        ...{ enableSoftDelete: true, softDeleteRetentionInDays: softDeleteDays, enableRbacAuthorization: true },
        // In the field it is true or not there.
        ...(purgeProtection && { enablePurgeProtection: true }),
        vaultUri: `https://${name.toLowerCase()}.${host}/`,
        provisioningState: 'Succeeded',
      },
      etag: `"${version}"`,
    }
  }
}

/** What is said of deletion; access policies are none of Signet's, which has roles. @throws ArmError 400 */
function retentionOf(properties: unknown) {
  if (properties === undefined || properties === null) return {}
  if (!isObject(properties)) throw badContent('properties is not an object.')
  const {
    softDeleteRetentionInDays: days,
    enablePurgeProtection: isProtected,
    enableSoftDelete,
    accessPolicies,
  } = properties
  if (enableSoftDelete === false) throw badContent('enableSoftDelete cannot be turned off.')
  if (Array.isArray(accessPolicies) && accessPolicies.length > 0) {
    throw badContent('accessPolicies are not offered: assign roles at the vault or at a secret.')
  }
  if (properties['enableRbacAuthorization'] === false) throw badContent('enableRbacAuthorization cannot be turned off.')
  if (days !== undefined && days !== null && !SoftDeleteDays.safeParse(days).success) {
    throw badContent('softDeleteRetentionInDays is a number from 7 to 90.')
  }
  if (isProtected !== undefined && isProtected !== null && typeof isProtected !== 'boolean') {
    throw badContent('enablePurgeProtection is true or false.')
  }
  return {
    softDeleteDays: SoftDeleteDays.safeParse(days).data,
    purgeProtection: typeof isProtected === 'boolean' ? isProtected : undefined,
  }
}
