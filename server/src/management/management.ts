import type { AuditLog } from '../audit/index.ts'
import type { ServiceGate } from '../authority/index.ts'
import type { Authorization } from '../authorization/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { SampledLog } from '../platform/sampled-log.ts'
import type { SignetError } from '../platform/signet-error.ts'
import type { FederatedCredentials, PrincipalRegistry } from '../principals/index.ts'
import {
  type ManagedIdentity,
  type ResourceDefaults,
  type ResourceGroups,
  type ResourceManager,
  ResourceTree,
  type UserIdentities,
} from '../resources/index.ts'
import type { Vaults } from '../vault/index.ts'
import type { CloudNames } from './cloud-metadata.ts'
import { DeploymentResources, type ListSource } from './deployment-resources.ts'
import { FederatedResources } from './federated-resources.ts'
import { GraphDirectory } from './graph-directory.ts'
import { assignAction } from './instance-acts.ts'
import { InstanceResources } from './instance-resources.ts'
import { instanceTypes } from './instance-types.ts'
import { Place } from './places.ts'
import { providerRoutes } from './providers.ts'
import { RoleResources } from './role-resources.ts'
import { RouteTable } from './route-table.ts'
import { SystemData } from './system-data.ts'
import { identityType, UserIdentityResources } from './user-identity-resources.ts'
import { VaultResources, vaultType } from './vault-resources.ts'

interface ManagementParts {
  readonly database: Database
  readonly audit: AuditLog
  readonly clock: Clock
  readonly cursors: Cursors
  readonly log: SampledLog
  readonly tenantId: string
  readonly defaults: ResourceDefaults
  readonly names: CloudNames
  readonly gate: Pick<ServiceGate, 'admit'>
  readonly authorization: Authorization
  readonly registry: PrincipalRegistry
  readonly federated: FederatedCredentials
  readonly resources: ResourceManager
  readonly groups: ResourceGroups
  readonly users: UserIdentities
  readonly identities: ManagedIdentity
  readonly vaults: Vaults
  /** Why nothing may be served to anybody at the moment. */
  readonly refusal?: () => SignetError | undefined
}

/**
 * What the endpoints of resource manager and graph are made of, over the same acts as the dashboard; `actions` is what
 * they ask for.
 */
export function openManagement(parts: ManagementParts) {
  const { authorization, defaults, registry } = parts
  const { access, assignments } = authorization
  const { subscriptionId } = defaults
  parts.resources.onRemoved((tx, resourceId) => assignments.scopeRemoved(tx, resourceId))
  parts.groups.onRemoved((tx, resourceId) => parts.vaults.requireNoneIn(tx, resourceId))
  parts.groups.onRemoved((tx, resourceId) => assignments.scopeRemoved(tx, resourceId))
  const place = new Place(defaults, parts.groups)
  const gate: typeof parts.gate = {
    admit: async (authorization, service) => {
      const caller = await parts.gate.admit(authorization, service)
      const refusal = parts.refusal?.()
      if (refusal) throw refusal
      return caller
    },
  }
  const systemData = new SystemData({ audit: parts.audit, principals: registry })
  const base = { ...parts, gate, access, place, tree: new ResourceTree(parts), principals: registry, systemData }
  const instances = new InstanceResources(base)
  const identities = new UserIdentityResources(base)
  const vaults = new VaultResources({ ...base, vaultUrl: parts.names.vaultUrl })
  const sources = new Map<string, ListSource>([
    ...instanceTypes.map((type): [string, ListSource] => [
      `${type.namespace}/${type.type}`.toLowerCase(),
      (of) => instances.listed(type, of),
    ]),
    [identityType.toLowerCase(), (of) => identities.listed(of)],
    [vaultType.toLowerCase(), (of) => vaults.listed(of)],
  ])
  const routes = new RouteTable([
    ...new DeploymentResources({ ...base, sources }).routes(),
    ...instances.routes(),
    ...identities.routes(),
    ...vaults.routes(),
    ...new FederatedResources({ federated: parts.federated, identities }).routes(),
    ...new RoleResources({ authorization, principals: registry, subscriptionId }).routes(),
    ...providerRoutes(),
  ])
  const directory = new GraphDirectory({ access, principals: registry, subscriptionId })
  const { authorityUrl } = parts.names
  const actions = [...new Set([...routes.all.flatMap(({ right }) => right?.action ?? []), assignAction])].sort()
  return { actions, arm: { ...base, routes }, graph: { ...parts, gate, directory, authorityUrl } }
}
