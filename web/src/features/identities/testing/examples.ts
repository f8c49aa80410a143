import { AssignedIdentity, AssignedInstance, UserIdentityDetail } from '@signet/shared/api/user-identities'

const id = (last: number) => `01890000-0000-4000-8000-${String(last).padStart(12, '0')}`

/** An identity that is on, attached to one instance, and that nobody has used. */
export const exampleIdentity = UserIdentityDetail.parse({
  principalId: id(20),
  clientId: id(21),
  name: 'payments',
  resourceGroup: 'rg-shop',
  resourceId: '/subscriptions/s/resourcegroups/rg-shop/providers/x/payments',
  state: 'on',
  instances: 1,
  lastToken: null,
  restorableUntil: null,
  version: 7,
  createdAt: 1,
  tenantId: id(4),
  authorityUrl: 'https://localhost:7421',
  agents: 1,
  credentials: 1,
  federatedCredentials: 2,
  roles: [],
  tokenLifetimeSeconds: null,
  week: [],
  live: { tokens: 0, until: null },
})

const standing = { state: 'in-force', assignedAt: 1, credential: null, nextRotationAt: null }

/** Where it is attached. */
export const exampleAssigned = AssignedInstance.parse({
  ...standing,
  instance: { id: id(1), name: 'web-01', kind: 'host', resourceId: '/x/web-01' },
  agent: { id: id(30), connected: true },
})

/** The same, seen from the instance. */
export const exampleAttached = AssignedIdentity.parse({ ...standing, identity: exampleIdentity })
