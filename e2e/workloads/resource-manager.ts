import { WebSiteManagementClient } from '@azure/arm-appservice'
import { AuthorizationManagementClient } from '@azure/arm-authorization'
import { ComputeManagementClient } from '@azure/arm-compute'
import { ManagedServiceIdentityClient } from '@azure/arm-msi'
import { ManagedIdentityCredential } from '@azure/identity'

/**
 * The management clients as they are published, as a managed identity, in a process of their own: what they see is written as
 * one line of JSON. Each has the endpoint by its constructor, since it reads no variable.
 */
const { ARM_URL: endpoint = '', SUBSCRIPTION = '', OTHER_PRINCIPAL = '' } = process.env
const credential = new ManagedIdentityCredential()
const options = { endpoint, credentialScopes: [`${endpoint}/.default`] }
const group = 'default'
const local = { location: 'local' }

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    const { statusCode, code } = error as { statusCode?: number; code?: string }
    return `${statusCode} ${code}`
  }
}

async function collect<T, U>(pages: AsyncIterable<T>, pick: (each: T) => U): Promise<U[]> {
  const all: U[] = []
  for await (const each of pages) all.push(pick(each))
  return all
}

async function identities() {
  const client = new ManagedServiceIdentityClient(credential, SUBSCRIPTION, options)
  const made = await client.userAssignedIdentities.createOrUpdate(group, 'sdk-identity', { ...local, tags: { a: 'b' } })
  const again = await client.userAssignedIdentities.createOrUpdate(group, 'sdk-identity', local)
  const federated = await client.federatedIdentityCredentials.createOrUpdate(group, 'sdk-identity', 'github', {
    issuer: 'https://token.example',
    subject: 'repo:contoso/app',
    audiences: ['api://AzureADTokenExchange'],
  })
  const { issuer = '', audiences = [] } = federated
  const changed = { issuer, audiences, subject: 'repo:contoso/other' }
  await client.federatedIdentityCredentials.createOrUpdate(group, 'sdk-identity', 'other', changed)
  const one = await client.federatedIdentityCredentials.get(group, 'sdk-identity', 'other')
  await client.federatedIdentityCredentials.delete(group, 'sdk-identity', 'other')
  const updated = await client.userAssignedIdentities.update(group, 'sdk-identity', { ...local, tags: { a: 'c' } })
  return {
    id: made.id,
    ...{ other: one.subject, tags: updated.tags, createdBy: made.systemData?.createdByType },
    deleted: await codeOf(client.federatedIdentityCredentials.get(group, 'sdk-identity', 'other')),
    isSame: made.principalId !== undefined && made.principalId === again.principalId,
    subject: federated.subject,
    federated: await collect(client.federatedIdentityCredentials.list(group, 'sdk-identity'), ({ name }) => name),
    listed: await collect(client.userAssignedIdentities.listByResourceGroup(group), ({ name }) => name),
    bySubscription: await collect(client.userAssignedIdentities.listBySubscription(), ({ name }) => name),
    missing: await codeOf(client.userAssignedIdentities.get(group, 'nothing-there')),
  }
}

async function machines(identityId: string) {
  const client = new ComputeManagementClient(credential, SUBSCRIPTION, options)
  const parameters = { ...local, identity: { type: 'SystemAssigned' as const } }
  const made = await client.virtualMachines.createOrUpdate(group, 'sdk-vm', parameters)
  const patch = (identity: Parameters<typeof client.virtualMachines.update>[2]['identity']) =>
    client.virtualMachines.update(group, 'sdk-vm', { ...(identity && { identity }) })
  const patched = await patch({
    ...{ type: 'SystemAssigned, UserAssigned', userAssignedIdentities: { [identityId]: {} } },
  })
  const msi = new ManagedServiceIdentityClient(credential, SUBSCRIPTION, options)
  const own = await msi.systemAssignedIdentities.getByScope(made.id ?? '')
  // The forms in which identities are taken away: one of them, the system-assigned one, the last one, all.
  const withoutUser = await patch({ type: 'SystemAssigned' })
  await patch({ type: 'SystemAssigned, UserAssigned', userAssignedIdentities: { [identityId]: {} } })
  const withoutSystem = await patch({ type: 'UserAssigned' })
  const none = await patch({ type: 'None' })
  const tagged = await client.virtualMachines.update(group, 'sdk-vm', { tags: { a: 'b' } })
  const view = await client.virtualMachines.get(group, 'sdk-vm', { expand: 'instanceView' })
  const listed = await collect(client.virtualMachines.listAll(), ({ name }) => name)
  await client.virtualMachines.delete(group, 'sdk-vm')
  return {
    made: made.identity?.type,
    patched: patched.identity?.type,
    assigned: Object.keys(patched.identity?.userAssignedIdentities ?? {}).map((id) => id.split('/').at(-1)),
    isOwn: own.principalId !== undefined && own.principalId === made.identity?.principalId,
    ...{ withoutUser: withoutUser.identity?.type, withoutSystem: withoutSystem.identity?.type },
    none: none.identity?.type ?? 'None',
    ...{ tags: tagged.tags, viewed: view.instanceView?.statuses?.length },
    ...{ listed, gone: await codeOf(client.virtualMachines.get(group, 'sdk-vm')) },
  }
}

async function sites(identityId: string) {
  const client = new WebSiteManagementClient(credential, SUBSCRIPTION, options)
  const site = { ...local, kind: 'functionapp', identity: { type: 'SystemAssigned' as const } }
  const made = await client.webApps.createOrUpdate(group, 'sdk-function', site)
  const slot = await client.webApps.createOrUpdateSlot(group, 'sdk-function', 'staging', site)
  const both = { type: 'SystemAssigned, UserAssigned' as const, userAssignedIdentities: { [identityId]: {} } }
  const patchedSlot = await client.webApps.updateSlot(group, 'sdk-function', 'staging', { identity: both })
  const slots = await collect(client.webApps.listSlots(group, 'sdk-function'), ({ name }) => name)
  const patched = await client.webApps.update(group, 'sdk-function', { identity: { type: 'None' } })
  const kept = await client.webApps.getSlot(group, 'sdk-function', 'staging')
  await client.webApps.deleteSlot(group, 'sdk-function', 'staging')
  const goneSlot = await codeOf(client.webApps.getSlot(group, 'sdk-function', 'staging'))
  const listed = await collect(client.webApps.listByResourceGroup(group), ({ name }) => name)
  await client.webApps.delete(group, 'sdk-function')
  return {
    ...{ kind: made.kind, made: made.identity?.type, patched: patched.identity?.type ?? 'None', listed, slots },
    isOther: slot.identity?.principalId !== undefined && slot.identity.principalId !== made.identity?.principalId,
    ...{ patchedSlot: patchedSlot.identity?.type, kept: kept.identity?.type, goneSlot },
  }
}

async function roles() {
  const client = new AuthorizationManagementClient(credential, SUBSCRIPTION, options)
  // With a slash at its beginning, as documents show it: the client then sends two.
  const scope = `/subscriptions/${SUBSCRIPTION}`
  const [reader] = await collect(client.roleDefinitions.list(scope, { filter: "roleName eq 'Reader'" }), (each) => each)
  const parameters = {
    roleDefinitionId: reader?.id ?? '',
    principalId: OTHER_PRINCIPAL,
    principalType: 'ServicePrincipal',
  }
  const name = '0f8fad5b-d9cb-469f-a165-70867728950e'
  const made = await client.roleAssignments.create(scope, name, parameters)
  const twice = await codeOf(client.roleAssignments.create(scope, '1f8fad5b-d9cb-469f-a165-70867728950e', parameters))
  const filter = `principalId eq '${OTHER_PRINCIPAL}'`
  const listed = await collect(client.roleAssignments.listForScope(scope, { filter }), ({ name: found }) => found)
  const got = await client.roleAssignments.getById(made.id ?? '')
  const byId = await client.roleDefinitions.getById(reader?.id ?? '')
  await client.roleAssignments.delete(scope, name)
  const gone = await codeOf(client.roleAssignments.get(scope, name))
  const unknown = { ...parameters, principalId: '99999999-0000-4000-8000-000000000001' }
  return {
    ...{ role: reader?.name, scope: made.scope, twice, listed },
    ...{ got: got.principalId, byId: byId.roleName, gone },
    nobody: await codeOf(client.roleAssignments.create(scope, name, unknown)),
  }
}

try {
  const msi = await identities()
  const seen = {
    msi,
    compute: await machines(msi.id ?? ''),
    web: await sites(msi.id ?? ''),
    authorization: await roles(),
  }
  process.stdout.write(JSON.stringify(seen))
} catch (error) {
  const { statusCode, code, message } = error as { statusCode?: number; code?: string; message?: string }
  process.stdout.write(JSON.stringify({ error: `${statusCode ?? ''} ${code ?? ''} ${message}` }))
}
