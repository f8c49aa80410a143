import { AccessExplanation, RoleDefinition, ScopedAssignment } from '@signet/shared/api/authorization'

export const subscription = '/subscriptions/0b9e2b6c-1111-4222-8333-944455556666'
export const vault = `${subscription}/resourceGroups/shop/providers/Microsoft.KeyVault/vaults/acme`
export const getSecret = 'Microsoft.KeyVault/vaults/secrets/getSecret/action'

export const secretsUser = RoleDefinition.parse({
  ...{ id: '4633458b-17de-408a-b874-0445c86b69e6', name: 'Key Vault Secrets User', builtIn: true, version: 0 },
  ...{ description: 'May read the secrets of a vault.', assignableScopes: ['/'], assignments: 1 },
  permission: { dataActions: [getSecret] },
})

export const exampleRole = RoleDefinition.parse({
  ...{ id: '7d4b0c11-5a51-4c2e-9d3a-2f6b1f0c9a77', name: 'Starter', builtIn: false, version: 3 },
  ...{ description: 'May start machines.', assignableScopes: [subscription], assignments: 0 },
  permission: { actions: ['Microsoft.Compute/virtualMachines/start/action'] },
})

export const exampleAssignment = ScopedAssignment.parse({
  id: '1f0e8f1a-4c9f-4f43-8f0b-0a5d6a1b7c22',
  principal: { principalId: '5c1d9a52-3f0e-4a6b-8a57-6f2d9c3b1e44', name: 'web-01', kind: 'user' },
  role: { id: secretsUser.id, name: secretsUser.name },
  ...{ scope: vault, description: null, createdBy: { id: null, label: 'Ada' }, createdAt: 1_700_000_000_000 },
  ...{ lastUsedAt: null, isUnused: true },
})

export const denied = AccessExplanation.parse({
  ...{ allowed: false, by: null, reason: 'It has no role anywhere.', nearMisses: [] },
  principal: { ...exampleAssignment.principal, state: 'enabled' },
  remedies: [{ id: secretsUser.id, name: secretsUser.name }],
})
