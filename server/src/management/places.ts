import type { ResourceDefaults, ResourceGroup, ResourceGroups } from '../resources/index.ts'
import { ArmError } from './arm-call.ts'

type Params = Readonly<Record<string, string>>

export function subscriptionOf(params: Params): string {
  return `/subscriptions/${params['sub'] ?? ''}`
}

export function groupOf(params: Params): string {
  return `${subscriptionOf(params)}/resourceGroups/${params['group'] ?? ''}`
}

/** ARM ID of a resource in a group; that of a type below another one, as `sites/slots` is, has the names of both. */
export function resourcePath(params: Params, type: string): string {
  const [namespace = '', ...types] = type.split('/')
  const named = types.map((each, index) => `${each}/${params[nameParams[index] ?? ''] ?? ''}`)
  return `${groupOf(params)}/providers/${namespace}/${named.join('/')}`
}

/** The route to the same, for `RouteTable`. */
export function resourceRoute(type: string): string {
  const [namespace = '', ...types] = type.toLowerCase().split('/')
  const named = types.map((each, index) => `${each}/{${nameParams[index]}}`)
  return `/subscriptions/{sub}/resourcegroups/{group}/providers/${namespace}/${named.join('/')}`
}

const nameParams = ['name', 'slot']

/** The one subscription of the deployment, and the groups in it. */
export class Place {
  readonly #defaults: ResourceDefaults
  readonly #groups: ResourceGroups

  constructor(defaults: ResourceDefaults, groups: ResourceGroups) {
    this.#defaults = defaults
    this.#groups = groups
  }

  /** What is of no tenant but this one is under its subscription (SEC-86). @throws ArmError 404 */
  requireSubscription(id: string): void {
    if (id.toLowerCase() === this.#defaults.subscriptionId.toLowerCase()) return
    throw new ArmError(404, 'SubscriptionNotFound', 'The subscription could not be found.')
  }

  /** @throws ArmError 404 */
  async requireGroup(name: string): Promise<ResourceGroup> {
    const group = await this.#groups.find(name)
    if (!group) throw new ArmError(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`)
    return group
  }
}
