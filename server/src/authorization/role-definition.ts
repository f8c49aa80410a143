import { type ActionPattern, parsePattern } from './action-pattern.ts'
import type { Scope } from './scope.ts'

/** What a role allows, as text: `actions` without `notActions`, and the same of the data inside resources. */
export interface RolePermission {
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
  readonly dataActions: readonly string[]
  readonly notDataActions: readonly string[]
}

/** A named set of actions; `builtIn` ones have the GUIDs of the field and never change. */
export interface RoleDefinition {
  /** GUID, lower case. */
  readonly id: string
  readonly name: string
  readonly description: string
  readonly builtIn: boolean
  readonly permission: RolePermission
  /** Where it can be assigned, at or below. */
  readonly assignableScopes: readonly Scope[]
  /** Of an own role; built-in ones are at 0 for ever. */
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly patterns: Readonly<Record<keyof RolePermission, readonly ActionPattern[]>>
}

/** @throws SignetError `invalid_request` when an action cannot be read */
export function roleDefinition(role: Omit<RoleDefinition, 'patterns'>): RoleDefinition {
  const { actions, notActions, dataActions, notDataActions } = role.permission
  return {
    ...role,
    patterns: {
      actions: actions.map(parsePattern),
      notActions: notActions.map(parsePattern),
      dataActions: dataActions.map(parsePattern),
      notDataActions: notDataActions.map(parsePattern),
    },
  }
}

const everywhere: Scope = { path: '/', key: '/' }
const none: RolePermission = { actions: [], notActions: [], dataActions: [], notDataActions: [] }

function builtIn(id: string, name: string, description: string, permission: Partial<RolePermission>): RoleDefinition {
  return roleDefinition({
    ...{ id, name, description, builtIn: true, permission: { ...none, ...permission } },
    ...{ assignableScopes: [everywhere], version: 0, createdAt: 0, updatedAt: 0 },
  })
}

const deploymentActions = [
  'Microsoft.Authorization/*/read',
  'Microsoft.Insights/alertRules/*',
  'Microsoft.Resources/deployments/*',
  'Microsoft.Resources/subscriptions/resourceGroups/read',
  'Microsoft.Support/*',
]
const vaultActions = [
  ...deploymentActions,
  'Microsoft.KeyVault/checkNameAvailability/read',
  'Microsoft.KeyVault/deletedVaults/read',
  'Microsoft.KeyVault/locations/*/read',
  'Microsoft.KeyVault/vaults/*/read',
  'Microsoft.KeyVault/operations/read',
]
const identities = 'Microsoft.ManagedIdentity/userAssignedIdentities'
const federated = `${identities}/federatedIdentityCredentials`

/** The roles of the field with their GUIDs and their actions (wire-protocol §4.5). */
export const builtInRoles: readonly RoleDefinition[] = [
  builtIn('8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'Owner', 'May do everything, and say who else may.', {
    actions: ['*'],
  }),
  builtIn('b24988ac-6180-42a0-ab88-20f7382dd24c', 'Contributor', 'May do everything but say who else may.', {
    actions: ['*'],
    notActions: [
      'Microsoft.Authorization/*/Delete',
      'Microsoft.Authorization/*/Write',
      'Microsoft.Authorization/elevateAccess/Action',
      'Microsoft.Blueprint/blueprintAssignments/write',
      'Microsoft.Blueprint/blueprintAssignments/delete',
      'Microsoft.Compute/galleries/share/action',
      'Microsoft.Purview/consents/write',
      'Microsoft.Purview/consents/delete',
      'Microsoft.Resources/deploymentStacks/manageDenySetting/action',
      'Microsoft.Subscription/cancel/action',
      'Microsoft.Subscription/enable/action',
    ],
  }),
  builtIn('acdd72a7-3385-48ef-bd42-f606fba81ae7', 'Reader', 'May see everything and change nothing.', {
    actions: ['*/read'],
  }),
  builtIn(
    '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
    'User Access Administrator',
    'May say who has access, as far as it has that itself.',
    { actions: ['*/read', 'Microsoft.Authorization/*', 'Microsoft.Support/*'] },
  ),
  builtIn(
    'f1a07417-d97a-45cb-824c-7a7467783830',
    'Managed Identity Operator',
    'May read user-assigned identities and assign them.',
    { actions: [`${identities}/*/read`, `${identities}/*/assign/action`, ...deploymentActions] },
  ),
  builtIn(
    'e40ec5ca-96e0-45a2-b4ff-59039f2c2b59',
    'Managed Identity Contributor',
    'May create, read, change and delete user-assigned identities.',
    {
      actions: [
        ...['read', 'write', 'delete'].map((verb) => `${identities}/${verb}`),
        ...['read', 'write', 'delete'].map((verb) => `${federated}/${verb}`),
        `${identities}/revokeTokens/action`,
        ...deploymentActions,
      ],
    },
  ),
  builtIn(
    '00482a5a-887f-4fb3-b363-3b7fe8e74483',
    'Key Vault Administrator',
    'May do everything with what is in a vault.',
    { actions: vaultActions, dataActions: ['Microsoft.KeyVault/vaults/*'] },
  ),
  builtIn(
    'b86a8fe4-44ce-4948-aee5-eccb2c155cd7',
    'Key Vault Secrets Officer',
    'May do everything with the secrets of a vault.',
    { actions: vaultActions, dataActions: ['Microsoft.KeyVault/vaults/secrets/*'] },
  ),
  builtIn('4633458b-17de-408a-b874-0445c86b69e6', 'Key Vault Secrets User', 'May read the secrets of a vault.', {
    dataActions: [
      'Microsoft.KeyVault/vaults/secrets/getSecret/action',
      'Microsoft.KeyVault/vaults/secrets/readMetadata/action',
    ],
  }),
]
