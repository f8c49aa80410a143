import { UserIdentityName } from '@signet/shared/api/user-identities'
import type { Database } from '../platform/database/database.ts'
import type { Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import {
  isLive,
  type ResourceManager,
  type ResourceTree,
  type UserIdentities,
  type UserIdentity,
} from '../resources/index.ts'
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
import { typeOf } from './instance-types.ts'
import { mergePatch } from './merge-patch.ts'
import { groupOf, type Place, resourcePath, resourceRoute, subscriptionOf } from './places.ts'
import type { SystemData } from './system-data.ts'

export const identityType = 'Microsoft.ManagedIdentity/userAssignedIdentities'
export const identityPath = resourceRoute(identityType)

export interface UserIdentityParts extends ListParts {
  readonly database: Pick<Database, 'transact'>
  readonly users: UserIdentities
  readonly resources: ResourceManager
  readonly tree: ResourceTree
  readonly principals: Pick<PrincipalRegistry, 'find'>
  readonly tenantId: string
  readonly place: Place
  readonly systemData: SystemData
}

/** Microsoft.ManagedIdentity: user-assigned identities, and the system-assigned one of an instance. */
export class UserIdentityResources {
  readonly #parts: UserIdentityParts

  constructor(parts: UserIdentityParts) {
    this.#parts = parts
  }

  routes(): ArmRoute[] {
    const at = (params: ArmCall['params']) => resourcePath(params, identityType)
    const right = (verb: string) => ({ action: `${identityType}/${verb}`, at })
    const list = listRoutes(this.#parts, identityType, (of) => this.listed(of))
    return [
      { method: 'GET', path: identityPath, right: right('read'), run: (call) => this.#show(at(call.params)) },
      { method: 'PUT', path: identityPath, right: right('write'), run: (call) => this.#put(call, at(call.params)) },
      { method: 'PATCH', path: identityPath, right: right('write'), run: (call) => this.#patch(call, at(call.params)) },
      {
        ...{ method: 'DELETE', path: identityPath, right: right('delete') },
        run: (call) => this.#delete(call, at(call.params)),
      },
      {
        ...{ method: 'POST', path: `${identityPath}/listassociatedresources`, bodiless: true },
        right: right('listAssociatedResources/action'),
        run: (call) => this.#associated(call, at(call.params)),
      },
      { method: 'GET', path: identityPath.slice(0, -'/{name}'.length), ...list(groupOf) },
      { method: 'GET', path: `/subscriptions/{sub}/providers/${identityType.toLowerCase()}`, ...list(subscriptionOf) },
      {
        ...{ method: 'GET', path: '{scope}/providers/microsoft.managedidentity/identities/default' },
        right: { action: 'Microsoft.ManagedIdentity/identities/read', at: ({ scope }) => scope ?? '/' },
        run: (call) => this.#systemOf(call.params['scope'] ?? '/'),
      },
    ]
  }

  async listed(of: { below: string; after?: string | undefined; most: number }): Promise<Listed[]> {
    return this.#shownAll(await this.#parts.tree.identities(of))
  }

  /** @throws ArmError 404 */
  async require(id: string, tx?: Tx): Promise<UserIdentity> {
    const identity = await this.#parts.tree.identityAt(id, tx)
    if (!identity) throw notFound(id)
    return identity
  }

  async #show(id: string): Promise<ArmAnswer> {
    return ok(await this.#shown(await this.require(id)))
  }

  /** One that is there keeps its IDs. */
  async #put(call: ArmCall, id: string): Promise<ArmAnswer> {
    const { database, tree, users, place } = this.#parts
    const { body, context, params } = call
    const name = UserIdentityName.safeParse(params['name'])
    if (!name.success) {
      throw new ArmError(400, 'InvalidResourceName', 'The name has letters, digits, - _ alone (3 to 128).')
    }
    const group = await place.requireGroup(params['group'] ?? '')
    const { isNew, principalId } = await database.transact(async (tx) => {
      const known = await tree.identityAt(id, tx)
      if (known && call.onlyNew) throw new ArmError(412, 'PreconditionFailed', 'The identity exists already.')
      if (known) requireVersion(call.expected, known.version)
      if (!known && call.expected !== undefined) throw new ArmError(412, 'PreconditionFailed', 'It does not exist.')
      const before = known ? await tree.details(known.principalId, tx) : undefined
      const location = locationOf(body['location']) ?? before?.location
      if (location === undefined)
        throw new ArmError(400, 'LocationRequired', 'The location of the identity is missing.')
      const tags = identityTags(body['tags']) ?? before?.tags ?? {}
      const identity = known ?? (await users.createIn(tx, context, { name: name.data, resourceGroup: group.name }))
      const details = { location, tags, envelope: isolationOf(body['properties']) ?? before?.envelope ?? {} }
      await tree.describeIdentity(tx, context, { identity, details, isNew: !known })
      return { isNew: !known, principalId: identity.principalId }
    })
    return put(isNew, await this.#shown(await users.require(principalId)))
  }

  async #patch(call: ArmCall, id: string): Promise<ArmAnswer> {
    const { database, tree, users } = this.#parts
    const principalId = await database.transact(async (tx) => {
      const identity = await this.require(id, tx)
      requireVersion(call.expected, identity.version)
      const before = await tree.details(identity.principalId, tx)
      const merged = call.body['tags'] === undefined ? before.tags : mergePatch(before.tags, call.body['tags'])
      const details = {
        location: locationOf(call.body['location']) ?? before.location,
        tags: identityTags(merged) ?? {},
        envelope: isolationOf(call.body['properties']) ?? before.envelope,
      }
      await tree.describeIdentity(tx, call.context, { identity, details, isNew: false })
      return identity.principalId
    })
    return ok(await this.#shown(await users.require(principalId)))
  }

  async #delete(call: ArmCall, id: string): Promise<ArmAnswer> {
    const { database, tree, users } = this.#parts
    const wasThere = await database.transact(async (tx) => {
      const identity = await tree.identityAt(id, tx)
      if (!identity) return false
      return users.perform(tx, call.context, 'delete', identity.principalId, { expected: call.expected })
    })
    return deleted(wasThere)
  }

  /** The instances it is assigned to, as far as the caller may read them. */
  async #associated({ principalId }: ArmCall, id: string): Promise<ArmAnswer> {
    const { access, resources, users } = this.#parts
    const identity = await this.require(id)
    const places = await users.placesOf(identity.principalId)
    const instances = await resources.findAll(places.map(({ instanceId }) => instanceId))
    const value = instances.flatMap((instance) => {
      const { name, resourceId } = instance
      const { namespace, type } = typeOf(instance)
      const action = `${namespace}/${type}/read`
      if (!access.authorize({ principalId, action, isData: false, scope: resourceId }).allowed) return []
      const [, , subscriptionId = '', , resourceGroup = ''] = resourceId.split('/')
      const where = { resourceGroup, subscriptionId, subscriptionDisplayName: 'Default' }
      return [{ id: resourceId, name, type: `${namespace}/${type}`, ...where }]
    })
    return ok({ totalCount: value.length, value })
  }

  async #systemOf(scope: string): Promise<ArmAnswer> {
    const { tree, tenantId } = this.#parts
    const instance = await tree.instanceAt(scope)
    const system = instance && isLive(instance.identityState) ? instance.principalId : null
    const clientId = system === null ? undefined : await this.#clientIdOf(system)
    if (!instance || system === null || clientId === undefined) throw notFound(`${scope}'s system-assigned identity`)
    const { location } = await tree.details(instance.id)
    return ok({
      id: `${instance.resourceId}/providers/Microsoft.ManagedIdentity/identities/default`,
      ...{ name: 'default', type: 'Microsoft.ManagedIdentity/identities', location },
      properties: { tenantId, principalId: system, clientId },
    })
  }

  async #clientIdOf(principalId: string): Promise<string | undefined> {
    return (await this.#parts.principals.find(principalId))?.clientId
  }

  async #shown(identity: UserIdentity): Promise<Record<string, unknown>> {
    const [shown] = await this.#shownAll([identity])
    if (!shown) throw new Error('one identity is shown as one')
    return shown.body
  }

  async #shownAll(identities: readonly UserIdentity[]): Promise<Listed[]> {
    const { systemData, tenantId, tree } = this.#parts
    const ids = identities.map(({ principalId }) => principalId)
    const [detailsOf, systemDataOf] = await Promise.all([tree.detailsOf(ids), systemData.of(ids)])
    return identities.map(({ resourceId, name, principalId, clientId, version }) => {
      const { location, tags, envelope } = detailsOf(principalId)
      return {
        ...{ id: resourceId, readAction: `${identityType}/read` },
        body: {
          ...{ id: resourceId, name, type: identityType, location, tags },
          properties: { ...envelope, tenantId, principalId, clientId },
          ...{ etag: `"${version}"`, ...systemDataOf(principalId) },
        },
      }
    })
  }
}

export function identityTags(tags: unknown): Record<string, string> | undefined {
  if (tags === undefined || tags === null) return undefined
  const entries = isObject(tags) ? Object.entries(tags) : []
  const texts = entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))
  const isShort = texts.every(([name, value]) => name.length > 0 && name.length <= 512 && value.length <= 256)
  if (!isObject(tags) || texts.length !== entries.length || texts.length > 50 || !isShort) {
    throw badContent('tags is not an object of at most 50 texts.')
  }
  return Object.fromEntries(texts)
}

function isolationOf(properties: unknown): Record<string, unknown> | undefined {
  if (properties === undefined || properties === null) return undefined
  if (!isObject(properties)) throw badContent('properties is not an object.')
  const { isolationScope } = properties
  if (isolationScope === undefined || isolationScope === null) return undefined
  if (isolationScope === 'None' || isolationScope === 'Regional') return { isolationScope }
  throw badContent('properties.isolationScope is None or Regional.')
}
