import { ScopedAssignment } from '@signet/shared/api/authorization'
import { SecretSummary, SecretUse, SecretVersionSummary, VaultSummary } from '@signet/shared/api/vault'

const id = (last: number) => `01890000-0000-4000-8000-${String(last).padStart(12, '0')}`
const resourceId = `/subscriptions/${id(1)}/resourceGroups/rg-shop/providers/Microsoft.KeyVault/vaults/shop-prod`

export const exampleVault = VaultSummary.parse({
  ...{ name: 'shop-prod', url: 'https://shop-prod.vault.signet.test', resourceGroup: 'rg-shop', resourceId },
  ...{ softDeleteDays: 90, purgeProtection: false, secrets: 2, deletedSecrets: 1 },
  ...{ lastDay: { reads: 12, readers: 3 }, deletedAt: null, purgeAt: null },
  ...{ tags: { env: 'prod' }, version: 4, createdAt: 1, updatedAt: 1, changedAt: 2 },
})

export const exampleVersion = SecretVersionSummary.parse({
  ...{ id: 'a1'.repeat(16), isCurrent: true, enabled: true, notBefore: null, expires: null },
  ...{ contentType: 'text/plain', tags: {}, createdAt: 1, updatedAt: 1 },
})

export const exampleSecret = SecretSummary.parse({
  ...{ name: 'db-password', current: exampleVersion, versions: 2, deletedAt: null, purgeAt: null },
  lastRead: { at: 1, by: { kind: 'principal', id: id(7), label: 'orders-worker' } },
  ...{ createdAt: 1, version: 5 },
})

export const exampleUse = SecretUse.parse({
  ...{ auditEventId: id(20), at: 1, action: 'secret.read', outcome: 'ok', secretVersion: exampleVersion.id },
  ...{ actor: { kind: 'principal', id: id(7), label: 'orders-worker', ip: '192.0.2.7' }, reason: null },
})

export const exampleHolder = ScopedAssignment.parse({
  ...{ id: id(30), principal: { principalId: id(7), name: 'orders-worker', kind: 'user' } },
  ...{ role: { id: id(31), name: 'Key Vault Secrets User' }, scope: resourceId, description: null },
  ...{ createdBy: { id: null, label: 'Ada' }, lastUsedAt: null, isUnused: false, createdAt: 1 },
})
