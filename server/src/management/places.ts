import type { ResourceDefaults, ResourceGroup, ResourceGroups } from '../resources/index.ts'
import { ArmError } from './arm-call.ts'

type Params = Readonly<Record<string, string>>

export function subscriptionOf(params: Params): string {
  return `/subscriptions/${params['sub'] ?? ''}`
}

export function groupOf(params: Params): string {
  return `${subscriptionOf(params)}/resourceGroups/${params['group'] ?? ''}`
}

/** ARM ID of a resource in a group. */
export function resourcePath(params: Params, type: string): string {
  return `${groupOf(params)}/providers/${type}/${params['name'] ?? ''}`
}

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
