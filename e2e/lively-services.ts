/** The admin API of a demo. @param path below `/api` */
export type Admin = <T>(method: string, path: string, body?: unknown) => Promise<T>

interface Named {
  readonly id: string
}

const daySeconds = 86_400
const readerRole = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
const secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

/** What the identity may do: to see everything, to read the secrets of one group, and by an own role to start machines. */
export async function accessOf(admin: Admin, principalId: string) {
  const { subscription } = await admin<{ subscription: string }>('GET', '/access/terms')
  const group = `${subscription}/resourceGroups/rg-shop`
  const { id: ownRole } = await admin<Named>('POST', '/roles', {
    ...{ name: 'Machine starter', description: 'May start virtual machines.', assignableScopes: [subscription] },
    permission: {
      actions: ['Microsoft.Compute/virtualMachines/read', 'Microsoft.Compute/virtualMachines/start/action'],
    },
  })
  const give = (roleId: string, scope: string) =>
    admin<Named>('POST', '/role-assignments', { principalId, roleId, scope, reason: 'for the shop' })
  await give(readerRole, subscription)
  await give(ownRole, subscription)
  const { id: assignment } = await give(secretsUser, group)
  return { assignment, ownRole, group }
}

interface KeptVault {
  readonly name: string
  readonly resourceId: string
}

interface KeptSecret {
  readonly current: { readonly id: string }
}

/** Vaults as a shop has them, one of them deleted; in the first, secrets in every state, one read by a person. */
export async function vaultsOf(admin: Admin, readers: { identity: string; application: string }) {
  const make = (name: string, tags: object) =>
    admin<KeptVault>('POST', '/vaults', { name, resourceGroup: 'rg-shop', tags })
  const { name, resourceId } = await make('shop-prod', { env: 'prod', team: 'shop' })
  await make('shop-test', { env: 'test' })
  await make('shop-old', {})
  await admin('DELETE', '/vaults/shop-old', { reason: 'replaced by shop-prod' })
  const set = (secret: string, wish: object) =>
    admin<KeptSecret>('POST', `/vaults/${name}/secrets/${secret}/versions`, wish)
  const monthMs = 30 * daySeconds * 1_000
  const expires = Date.now() + 3 * monthMs
  const earlier = await set('orders-db-password', { value: 'not the one in use', contentType: 'text/plain' })
  const wish = { contentType: 'text/plain', expires, tags: { owner: 'orders' } }
  const { current } = await set('orders-db-password', { value: 'nor is this', ...wish })
  await set('mail-relay-key', { value: 'mail', expires: Date.now() - monthMs })
  await set('next-signing-seed', { value: 'seed', notBefore: Date.now() + monthMs })
  await set('partner-api-key', { value: 'partner', enabled: false })
  await set('unused-token', { value: 'unused' })
  await admin('DELETE', `/vaults/${name}/secrets/unused-token`, { reason: 'nobody reads it' })
  await admin('POST', `/vaults/${name}/secrets/orders-db-password/versions/${current.id}/reveal`, {
    reason: 'handed to the migration on call',
  })
  await admin('POST', '/role-assignments', { principalId: readers.identity, roleId: secretsUser, scope: resourceId })
  await admin('POST', '/role-assignments', {
    ...{ principalId: readers.application, roleId: secretsUser },
    scope: `${resourceId}/secrets/partner-api-key`,
  })
  return { vault: name, earlierVersion: `/vaults/${name}/secrets/orders-db-password/${earlier.current.id}` }
}
