import { ResourceGroupName } from '@signet/shared/api/user-identities'
import type { Access } from '../authorization/index.ts'
import type { ResourceDefaults, ResourceGroup, ResourceGroups } from '../resources/index.ts'
import { type ArmAnswer, type ArmCall, ArmError, type ArmRoute, badContent, deleted, ok, put } from './arm-call.ts'
import { armPage, type Listed, type ListParts } from './arm-pages.ts'
import { readFilter, requireTerms } from './filters.ts'
import { locationOf } from './instance-resources.ts'
import { mergePatch } from './merge-patch.ts'
import { groupOf, type Place, subscriptionOf } from './places.ts'
import { identityTags } from './user-identity-resources.ts'

/** Reads resources of some types below an ARM ID, in the order of folded IDs. */
export type ListSource = (of: { below: string; after: string | undefined; most: number }) => Promise<Listed[]>

export interface DeploymentParts extends ListParts {
  readonly access: Access
  readonly groups: ResourceGroups
  readonly defaults: ResourceDefaults
  readonly place: Place
  /** By resource type, lower case. */
  readonly sources: ReadonlyMap<string, ListSource>
}

const groupAction = 'Microsoft.Resources/subscriptions/resourceGroups'

/** The tenant, the subscription, its groups and everything in them. */
export class DeploymentResources {
  readonly #parts: DeploymentParts

  constructor(parts: DeploymentParts) {
    this.#parts = parts
  }

  routes(): ArmRoute[] {
    const group = '/subscriptions/{sub}/resourcegroups/{group}'
    const right = (verb: string) => ({ action: `${groupAction}/${verb}`, at: groupOf })
    const resources =
      (below: typeof groupOf): ArmRoute['run'] =>
      (call) =>
        this.#resources(call, below(call.params))
    return [
      { method: 'GET', path: '/tenants', run: async () => this.#tenants() },
      { method: 'GET', path: '/subscriptions', run: async (call) => this.#subscriptions(call) },
      { method: 'GET', path: '/subscriptions/{sub}', run: async (call) => this.#subscription(call) },
      { method: 'GET', path: group, right: right('read'), run: (call) => this.#show(call) },
      { method: 'HEAD', path: group, right: right('read'), run: (call) => this.#exists(call) },
      { method: 'PUT', path: group, right: right('write'), run: (call) => this.#put(call) },
      { method: 'PATCH', path: group, right: right('write'), run: (call) => this.#patch(call) },
      { method: 'DELETE', path: group, right: right('delete'), run: (call) => this.#delete(call) },
      {
        ...{ method: 'GET', path: '/subscriptions/{sub}/resourcegroups' },
        right: { action: `${groupAction}/read`, at: subscriptionOf, within: true },
        run: (call) => this.#list(call),
      },
      { method: 'GET', path: '/subscriptions/{sub}/resources', run: resources(subscriptionOf) },
      { method: 'GET', path: `${group}/resources`, run: resources(groupOf) },
    ]
  }

  #tenants(): ArmAnswer {
    const { tenantId, tenantName } = this.#parts.defaults
    const names = { displayName: tenantName, defaultDomain: tenantName, domains: [tenantName] }
    return ok({ value: [{ id: `/tenants/${tenantId}`, tenantId, tenantCategory: 'Home', ...names }] })
  }

  /** The one there is, for whoever has a role in it or above it. */
  #subscriptions({ principalId }: ArmCall): ArmAnswer {
    const { access, defaults } = this.#parts
    const isSeen = access.isPresent(principalId, `/subscriptions/${defaults.subscriptionId}`)
    const value = isSeen ? [this.#shownSubscription()] : []
    return ok({ value, count: { type: 'Total', value: value.length } })
  }

  #subscription({ principalId, params }: ArmCall): ArmAnswer {
    const scope = subscriptionOf(params)
    if (!this.#parts.access.isPresent(principalId, scope)) {
      throw refused(principalId, 'Microsoft.Resources/subscriptions/read', scope)
    }
    return ok(this.#shownSubscription())
  }

  #shownSubscription() {
    const { tenantId, subscriptionId } = this.#parts.defaults
    return {
      ...{ id: `/subscriptions/${subscriptionId}`, subscriptionId, tenantId, displayName: 'Default', state: 'Enabled' },
      subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'Signet', spendingLimit: 'Off' },
      ...{ authorizationSource: 'RoleBased', managedByTenants: [] },
    }
  }

  async #list(call: ArmCall): Promise<ArmAnswer> {
    const groups = await this.#parts.groups.all()
    return armPage(this.#parts, call, {
      list: 'groups',
      read: async (after, most) =>
        groups
          .map((group) => ({ id: group.resourceId, readAction: `${groupAction}/read`, body: shownGroup(group) }))
          .sort((one, other) => (one.id.toLowerCase() < other.id.toLowerCase() ? -1 : 1))
          .filter(({ id }) => after === undefined || id.toLowerCase() > after)
          .slice(0, most),
    })
  }

  async #show({ params }: ArmCall): Promise<ArmAnswer> {
    return ok(shownGroup(await this.#parts.place.requireGroup(params['group'] ?? '')))
  }

  async #exists({ params }: ArmCall): Promise<ArmAnswer> {
    await this.#parts.place.requireGroup(params['group'] ?? '')
    return { status: 204 }
  }

  async #put(call: ArmCall): Promise<ArmAnswer> {
    const { groups } = this.#parts
    const name = ResourceGroupName.safeParse(call.params['group'])
    if (!name.success) throw new ArmError(400, 'InvalidResourceName', 'This cannot be the name of a resource group.')
    const known = await groups.find(name.data)
    if (known && call.onlyNew) throw new ArmError(412, 'PreconditionFailed', 'The group exists already.')
    if (!known && call.expected !== undefined) throw new ArmError(412, 'PreconditionFailed', 'It does not exist.')
    const location = locationOf(call.body['location']) ?? known?.details.location
    if (location === undefined) throw new ArmError(400, 'LocationRequired', 'The location of the group is missing.')
    const details = { location, envelope: {}, tags: identityTags(call.body['tags']) ?? known?.details.tags ?? {} }
    const isNew = await groups.put(call.context, name.data, { details, expected: call.expected })
    return put(isNew, shownGroup(await this.#parts.place.requireGroup(name.data)))
  }

  async #patch(call: ArmCall): Promise<ArmAnswer> {
    const { groups, place } = this.#parts
    const { name, details } = await place.requireGroup(call.params['group'] ?? '')
    const tags = call.body['tags'] === undefined ? details.tags : mergePatch(details.tags, call.body['tags'])
    const changed = { ...details, tags: identityTags(tags) ?? {} }
    await groups.put(call.context, name, { details: changed, expected: call.expected })
    return ok(shownGroup(await place.requireGroup(name)))
  }

  async #delete({ context, params, expected }: ArmCall): Promise<ArmAnswer> {
    return deleted(await this.#parts.groups.remove(context, params['group'] ?? '', expected))
  }

  /** Of every type, or of the one that is asked for. */
  #resources(call: ArmCall, below: string): Promise<ArmAnswer> {
    const { sources } = this.#parts
    const filter = readFilter(call.query.get('$filter'))
    requireTerms(filter, ['resourcetype', 'name', 'resourcegroup'])
    const wanted = filter.get('resourcetype')?.toLowerCase()
    const group = filter.get('resourcegroup')
    const place = group === undefined ? below : `${subscriptionOf(call.params)}/resourceGroups/${group}`
    const chosen = [...sources].filter(([type]) => wanted === undefined || type === wanted)
    const name = filter.get('name')?.toLowerCase()
    return armPage(this.#parts, call, {
      list: `resources ${below} ${wanted ?? ''} ${group ?? ''} ${name ?? ''}`,
      read: async (after, most) => {
        const all = await Promise.all(chosen.map(([, source]) => source({ below: place, after, most })))
        return all
          .flat()
          .filter(({ body }) => name === undefined || String(body['name']).toLowerCase() === name)
          .sort((one, other) => (one.id.toLowerCase() < other.id.toLowerCase() ? -1 : 1))
          .slice(0, most)
      },
    })
  }
}

function shownGroup({ name, resourceId, details, version }: ResourceGroup): Record<string, unknown> {
  return {
    ...{ id: resourceId, name, type: 'Microsoft.Resources/resourceGroups' },
    ...{ location: details.location, tags: details.tags },
    properties: { provisioningState: 'Succeeded' },
    etag: `"${version}"`,
  }
}

/** With whom, what and where, as clients print it (wire-protocol §4.2). */
export function refused(principalId: string, action: string, scope: string): ArmError {
  const who = `The client '${principalId}' with object id '${principalId}'`
  const message = `${who} does not have authorization to perform action '${action}' over scope '${scope}'.`
  return new ArmError(403, 'AuthorizationFailed', message)
}

/** @throws ArmError 400 */
export function requireText(value: unknown, name: string): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 2_000) return value
  throw badContent(`${name} is missing or no text.`)
}
