import type { Dependents, HangingOn } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { AppRoles } from './authority/index.ts'
import type { Access } from './authorization/index.ts'
import type { Applications, FederatedCredentials, PrincipalRegistry } from './principals/index.ts'
import type { VaultDomain } from './vault/index.ts'

interface DependentsParts {
  readonly registry: Pick<PrincipalRegistry, 'require'>
  readonly access: Pick<Access, 'assignments' | 'decide'>
  readonly appRoles: Pick<AppRoles, 'ofPrincipal'>
  readonly applications: Pick<Applications, 'show'>
  readonly federated: Pick<FederatedCredentials, 'page' | 'count'>
  /** Built later than what asks for it. */
  readonly vaultsOf: () => VaultDomain['vaults']
}

/** As many of each as a dialog names; the rest are counted. */
const mostNamed = 20
const vaultsAtOnce = 100
/** More vaults than these are not looked at one by one. */
const mostVaults = 1_000
const readSecret = 'Microsoft.KeyVault/vaults/secrets/getSecret/action'

/** What hangs on a principal in the domains that know nothing of each other, for who is about to stop it. */
export function dependentsFrom(parts: DependentsParts): (principalId: ObjectId) => Promise<Dependents> {
  const { registry, access, appRoles, applications, federated } = parts
  return async (principalId) => {
    const { kind } = await registry.require(principalId)
    const grants = access.assignments({ principalId })
    const [secrets, roles, trusts, trusted, application] = await Promise.all([
      readableSecrets(parts, principalId),
      appRoles.ofPrincipal(principalId),
      kind === 'system' ? [] : federated.page(principalId, { limit: mostNamed }).then(({ items }) => items),
      kind === 'system' ? 0 : federated.count(principalId),
      kind === 'app' ? applications.show(principalId) : undefined,
    ])
    return {
      grants: someOf(
        grants.map(({ assignmentId, role, scope }) => ({ id: assignmentId, role: role.name, scope: scope.path })),
      ),
      appRoles: someOf(
        roles.map(({ assignmentId, role, audience }) => ({ id: assignmentId, role, audience: audience.name })),
      ),
      secrets: someOf(secrets),
      federations: {
        total: trusted,
        items: trusts.map(({ id, name, issuer, subject }) => ({ id, name, issuer, subject })),
      },
      clientSecrets: application?.secrets.length ?? 0,
    }
  }
}

/** Vaults whose secrets it may all read, and single secrets where it has a role for these alone. */
async function readableSecrets(
  { access, vaultsOf }: DependentsParts,
  principalId: ObjectId,
): Promise<Dependents['secrets']['items']> {
  const mayRead = (scope: string) => access.decide({ principalId, action: readSecret, isData: true, scope }).allowed
  const scopes = access.assignments({ principalId }).map(({ scope }) => scope)
  if (scopes.length === 0) return []
  const found: Dependents['secrets']['items'] = []
  let cursor: string | undefined
  for (let seen = 0; seen < mostVaults; seen += vaultsAtOnce) {
    const { items, nextCursor } = await vaultsOf().page({ deleted: false, cursor, limit: vaultsAtOnce })
    for (const { name, resourceId, secrets } of items) {
      if (mayRead(resourceId)) {
        found.push({ vault: name, secret: null, secrets })
        continue
      }
      const below = `${resourceId}/secrets/`.toLowerCase()
      for (const { path, key } of scopes) {
        if (!key.startsWith(below) || !mayRead(path)) continue
        found.push({ vault: name, secret: path.slice(below.length), secrets: 1 })
      }
    }
    if (nextCursor === null) break
    cursor = nextCursor
  }
  return found
}

function someOf<T>(all: readonly T[]): HangingOn<T> {
  return { total: all.length, items: all.slice(0, mostNamed) }
}
