import { Audience, RoleAssignment } from '@signet/shared/api/audiences'
import { HeldRole } from '@signet/shared/api/user-identities'

const id = (last: number) => `01890000-0000-4000-8000-${String(last).padStart(12, '0')}`

/** An audience of one's own with two roles, one of them assigned. */
export const exampleAudience = Audience.parse({
  id: id(50),
  appId: id(51),
  uri: 'api://orders',
  name: 'Orders',
  tokenVersion: 2,
  lifetimeSeconds: null,
  builtIn: false,
  enabled: true,
  assignmentRequired: true,
  clientCapabilities: false,
  roles: [
    { value: 'Orders.Read', description: 'Reads orders' },
    { value: 'Orders.Write', description: '' },
  ],
  assignments: 1,
  version: 5,
  createdAt: 1,
})

export const exampleAssignment = RoleAssignment.parse({
  id: id(60),
  principal: { principalId: id(20), name: 'payments', kind: 'user' },
  role: 'Orders.Read',
  createdAt: 1,
})

export const exampleHeld = HeldRole.parse({
  assignmentId: exampleAssignment.id,
  audience: { id: exampleAudience.id, name: exampleAudience.name, uri: exampleAudience.uri },
  role: 'Orders.Read',
})
