import { z } from 'zod'

/** The five built-in roles of operators (SEC-27); whatever a role does not list is denied. */
export const Role = z.enum(['viewer', 'auditor', 'operator', 'developer', 'admin'])
export type Role = z.infer<typeof Role>

export const Permission = z.enum([
  'instances.read',
  'instances.write',
  'identities.write',
  'rotations.read',
  'rotations.write',
  'rotations.review',
  'policies.write',
  'audiences.write',
  'signing_keys.write',
  'tokens.test',
  'tokens.reveal',
  'audit.read',
  'enrollment.write',
  'clock.confirm',
  'bulk.write',
  'backups.read',
  'backups.write',
  'alerts.write',
  'webhooks.write',
  'demo.remove',
  'roles.write',
  'vaults.write',
  'secrets.reveal',
])
export type Permission = z.infer<typeof Permission>

const inventory: Permission[] = ['instances.read', 'rotations.read']

export const permissionsOf: Record<Role, readonly Permission[]> = {
  viewer: inventory,
  auditor: [...inventory, 'rotations.review', 'audit.read', 'backups.read'],
  operator: [
    ...inventory,
    'instances.write',
    'identities.write',
    'rotations.write',
    'rotations.review',
    'tokens.test',
    'enrollment.write',
    'bulk.write',
    'backups.read',
    'alerts.write',
    'vaults.write',
  ],
  developer: ['tokens.test'],
  admin: Permission.options,
}

export function allows(role: Role, permission: Permission): boolean {
  return permissionsOf[role].includes(permission)
}
