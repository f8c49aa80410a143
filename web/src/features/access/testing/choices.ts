import { ApplicationSummary } from '@signet/shared/api/applications'
import { VaultSummary } from '@signet/shared/api/vault'
import { exampleAssignment, exampleRole, getSecret, secretsUser, subscription, vault } from './examples.ts'

const empty = { items: [], nextCursor: null, count: { shown: 0, isCapped: false, all: 0 } }
const { principalId, name } = exampleAssignment.principal
const application = ApplicationSummary.parse({
  ...{ principalId, clientId: '01890000-0000-4000-8000-000000000071', name, state: 'enabled', secrets: 0 },
  ...{ certificates: 0, federatedCredentials: 0, lastExpiryAt: null, lastToken: null, deletedAt: null, purgeAt: null },
  ...{ createdAt: 1, version: 1 },
})
const acme = VaultSummary.parse({
  ...{ name: 'acme', url: 'https://acme.vault', resourceGroup: 'shop', resourceId: vault, softDeleteDays: 90 },
  ...{ purgeProtection: false, secrets: 0, deletedSecrets: 0, deletedAt: null, purgeAt: null, tags: {} },
  ...{ lastDay: { reads: 0, readers: 0 }, changedAt: 1, version: 1, createdAt: 1, updatedAt: 1 },
})

/** Answers to everything that the fields of these pages offer. */
export const choices = {
  'GET /roles': () => Response.json({ items: [secretsUser, exampleRole] }),
  'GET /access/terms': () =>
    Response.json({
      subscription,
      actions: [
        { action: getSecret, isData: true },
        { action: 'Microsoft.Compute/virtualMachines/read', isData: false },
      ],
    }),
  'GET /user-identities': () => Response.json(empty),
  'GET /applications': () => Response.json({ ...empty, items: [application] }),
  'GET /instances': () => Response.json(empty),
  'GET /vaults': () => Response.json({ items: [acme], nextCursor: null }),
  'GET /resource-groups': () => Response.json({ items: [] }),
}
