import { InstanceName, Tags } from '@signet/shared/api/resources'
import type { Database } from '../platform/database/database.ts'
import type { Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import { isLive, type ResourceDetails, type ResourceManager, type ServiceInstance } from '../resources/index.ts'
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
  withoutReadOnly,
} from './arm-call.ts'
import { type Listed, type ListParts, listRoutes } from './arm-pages.ts'
import { type IdentityWish, identityBlock, readIdentity } from './identity-block.ts'
import { applyIdentity, type IdentityActParts } from './instance-acts.ts'
import { type InstanceType, instanceTypes, isSiteSlot, neverKept, typeOf } from './instance-types.ts'
import { mergePatch } from './merge-patch.ts'
import { groupOf, type Place, resourcePath, resourceRoute, subscriptionOf } from './places.ts'
import type { SystemData } from './system-data.ts'

export interface InstanceParts extends IdentityActParts, ListParts {
  readonly database: Pick<Database, 'transact'>
  readonly resources: ResourceManager
  readonly tenantId: string
  readonly place: Place
  readonly systemData: SystemData
}

/** Virtual machines, sites and their slots, machines and container apps: instances of Signet in the envelope of the resource manager. */
export class InstanceResources {
  readonly #parts: InstanceParts

  constructor(parts: InstanceParts) {
    this.#parts = parts
  }

  routes(): ArmRoute[] {
    return instanceTypes.flatMap((type) => this.#routesOf(type))
  }

  /** Below an ARM ID, in the order of folded IDs. */
  async listed(type: InstanceType, of: { below: string; after?: string | undefined; most: number }): Promise<Listed[]> {
    const { tree } = this.#parts
    const instances = await tree.instances({ ...of, kinds: type.kinds, siteSlots: isSiteSlot(type) })
    const detailsOf = await tree.detailsOf(instances.map(({ id }) => id))
    return this.#shownAll(instances, detailsOf)
  }

  #routesOf(type: InstanceType): ArmRoute[] {
    const typePath = `${type.namespace}/${type.type}`
    const at = (params: Readonly<Record<string, string>>) => resourcePath(params, typePath)
    const one = resourceRoute(typePath)
    const right = (verb: string) => ({ action: `${typePath}/${verb}`, at })
    const list = listRoutes(this.#parts, typePath, (of) => this.listed(type, of))
    const lists: ArmRoute[] = isSiteSlot(type)
      ? [{ method: 'GET', path: withoutLast(one), ...list(siteOf) }]
      : [
          { method: 'GET', path: withoutLast(one), ...list(groupOf) },
          { method: 'GET', path: `/subscriptions/{sub}/providers/${typePath.toLowerCase()}`, ...list(subscriptionOf) },
        ]
    return [
      { method: 'GET', path: one, right: right('read'), run: (call) => this.#show(call, at(call.params)) },
      { method: 'PUT', path: one, right: right('write'), run: (call) => this.#put(call, type) },
      { method: 'PATCH', path: one, right: right('write'), run: (call) => this.#patch(call, at(call.params)) },
      { method: 'DELETE', path: one, right: right('delete'), run: (call) => this.#delete(call, at(call.params)) },
      ...lists,
    ]
  }

  async #show(call: ArmCall, id: string): Promise<ArmAnswer> {
    const instance = await this.#parts.tree.instanceAt(id)
    if (!instance) throw notFound(id)
    const body = await this.#shown(instance)
    if (!/\binstanceView\b/i.test(call.query.get('$expand') ?? '')) return ok(body)
    const status = { code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Provisioning succeeded' }
    return ok({ ...body, properties: { ...body.properties, instanceView: { statuses: [status] } } })
  }

  async #put(call: ArmCall, type: InstanceType): Promise<ArmAnswer> {
    const { database, resources, tree, place } = this.#parts
    const { body, context, params } = call
    const id = resourcePath(params, `${type.namespace}/${type.type}`)
    const wish = readIdentity(body['identity'], 'PUT')
    const { name: resourceGroup } = await place.requireGroup(params['group'] ?? '')
    const { isNew, instanceId } = await database.transact(async (tx) => {
      const known = await tree.instanceAt(id, tx)
      if (known && call.onlyNew) throw new ArmError(412, 'PreconditionFailed', 'The resource exists already.')
      if (known) requireVersion(call.expected, known.version)
      if (!known && call.expected !== undefined) throw new ArmError(412, 'PreconditionFailed', 'It does not exist.')
      const before = known ? await tree.details(known.id, tx) : undefined
      const location = locationOf(body['location']) ?? before?.location
      if (location === undefined)
        throw new ArmError(400, 'LocationRequired', 'The location of the resource is missing.')
      const instance =
        known ?? (await resources.registerIn(tx, context, { ...(await this.#wanted(tx, call, type)), resourceGroup }))
      const details = { location, envelope: keptOf(body), tags: {} }
      await this.#write(tx, call, { instance, details, isNew: !known, wish, tags: body['tags'] })
      return { isNew: !known, instanceId: instance.id }
    })
    return put(isNew, await this.#shown(await resources.require(instanceId)))
  }

  /** What is to be registered. A slot is of the kind of its site, which has to be there. */
  async #wanted(tx: Tx, { params, body }: ArmCall, type: InstanceType) {
    const name = nameOf(params['name'])
    if (!isSiteSlot(type)) return { name, kind: type.kindOf(body['kind']) }
    const site = await this.#parts.tree.instanceAt(siteOf(params), tx)
    if (site) return { name: `${site.name}/${nameOf(params['slot'])}`, kind: site.kind }
    throw new ArmError(404, 'ParentResourceNotFound', `There is no site '${name}' for the slot to be of.`)
  }

  async #patch(call: ArmCall, id: string): Promise<ArmAnswer> {
    const { database, resources, tree } = this.#parts
    const { body } = call
    const wish = readIdentity(body['identity'], 'PATCH')
    const instanceId = await database.transact(async (tx) => {
      const instance = await tree.instanceAt(id, tx)
      if (!instance) throw notFound(id)
      requireVersion(call.expected, instance.version)
      const before = await tree.details(instance.id, tx)
      const envelope = mergePatch(before.envelope, keptOf(body))
      const location = locationOf(body['location']) ?? before.location
      const details = { location, envelope: isObject(envelope) ? envelope : {}, tags: {} }
      await this.#write(tx, call, { instance, details, isNew: false, wish, tags: body['tags'] })
      return instance.id
    })
    return ok(await this.#shown(await resources.require(instanceId)))
  }

  async #delete(call: ArmCall, id: string): Promise<ArmAnswer> {
    const { database, identities, tree } = this.#parts
    const wasThere = await database.transact(async (tx) => {
      const instance = await tree.instanceAt(id, tx)
      if (!instance) return false
      await identities.removeIn(tx, call.context, instance.id, { turnOff: true, expected: call.expected })
      return true
    })
    return deleted(wasThere)
  }

  /** Description, tags and identity, in this order: each act begins from what the one before it left. */
  async #write(
    tx: Tx,
    { context, principalId }: ArmCall,
    of: {
      instance: ServiceInstance
      details: ResourceDetails
      isNew: boolean
      wish: IdentityWish | undefined
      tags: unknown
    },
  ): Promise<void> {
    const { resources, tree } = this.#parts
    const { id } = of.instance
    await tree.describeInstance(tx, context, of)
    const wanted = tagsOf(of.tags)
    if (wanted) {
      const unset = Object.keys(await resources.tagsIn(tx, id)).filter((key) => !(key in wanted))
      await resources.changeTags(tx, context, id, { set: wanted, unset })
    }
    if (!of.wish) return
    const instance = await resources.require(id, tx)
    await applyIdentity(this.#parts, { tx, context, principalId, instance }, of.wish)
  }

  async #shown(instance: ServiceInstance) {
    const details = await this.#parts.tree.details(instance.id)
    const [shown] = await this.#shownAll([instance], () => details)
    if (!shown) throw new Error('one instance is shown as one')
    return { ...shown.body, properties: isObject(shown.body['properties']) ? shown.body['properties'] : {} }
  }

  async #shownAll(
    instances: readonly ServiceInstance[],
    detailsOf: (id: string) => ResourceDetails,
  ): Promise<Listed[]> {
    const { resources, users, tenantId, systemData } = this.#parts
    const ids = instances.map(({ id }) => id)
    const [tags, assigned, systemDataOf] = await Promise.all([
      resources.tagsOf(ids),
      users.ofInstances(ids),
      systemData.of(ids),
    ])
    return instances.map((instance) => {
      const { id, name, kind, resourceId, identityState, principalId, version } = instance
      const { namespace, type, filled } = typeOf(instance)
      const { location, envelope } = detailsOf(id)
      const system = isLive(identityState) ? principalId : null
      const identity = identityBlock({ system, users: assigned.get(id) ?? [], tenantId })
      const whole = mergePatch(filled({ id, name, kind }), envelope)
      const { properties, ...more } = isObject(whole) ? whole : { properties: {} }
      return {
        id: resourceId,
        readAction: `${namespace}/${type}/read`,
        body: {
          ...{ id: resourceId, name, type: `${namespace}/${type}`, location, tags: tags.get(id) ?? {}, ...more },
          ...(identity && { identity }),
          properties: { ...(isObject(properties) ? properties : {}), provisioningState: 'Succeeded' },
          ...{ etag: `"${version}"`, ...systemDataOf(id) },
        },
      }
    })
  }
}

/** ARM ID of the site that a slot is of. */
const siteOf = (params: ArmCall['params']) => resourcePath(params, 'Microsoft.Web/sites')

const withoutLast = (route: string) => route.slice(0, route.lastIndexOf('/'))

function nameOf(name: string | undefined): string {
  const read = InstanceName.safeParse(name)
  if (read.success) return read.data
  throw new ArmError(400, 'InvalidResourceName', 'The name has letters, digits, . - _ alone (1 to 64).')
}

export function locationOf(location: unknown): string | undefined {
  if (location === undefined || location === null) return undefined
  if (typeof location === 'string' && /^[\p{L}\p{N} ()-]{1,90}$/u.test(location)) return location
  throw badContent('location is not the name of a place.')
}

function tagsOf(tags: unknown): Record<string, string> | undefined {
  if (tags === undefined || tags === null) return undefined
  const read = Tags.safeParse(tags)
  if (!read.success || Object.keys(read.data).length > 50)
    throw badContent('tags is not an object of at most 50 texts.')
  return read.data
}

/** What of a body is kept: nothing that the server says itself, and no secret. */
function keptOf(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const envelope = without(withoutReadOnly(body), neverKept.envelope)
  if (body['properties'] === undefined || body['properties'] === null) return envelope
  if (!isObject(body['properties'])) throw badContent('properties is not an object.')
  const properties = without(withoutReadOnly(body['properties']), neverKept.properties)
  for (const part of ['osProfile', 'siteConfig'] as const) {
    const value = properties[part]
    if (isObject(value)) properties[part] = without(value, neverKept[part])
  }
  return { ...envelope, properties }
}

function without(members: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)))
}
