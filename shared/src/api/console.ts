import { z } from 'zod'
import { TenantId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { BackupSummary } from './backups.ts'
import { route } from './contract.ts'

/** What only the server's own host may ask, over the socket in its data folder. */
export const consoleApi = {
  issueCode: route({
    method: 'POST',
    path: '/console/codes',
    summary: 'A one-time sign-in code; the first one ever creates the administrator',
    access: 'session',
    body: z.strictObject({}),
    response: z.object({ url: z.string(), purpose: z.enum(['setup', 'sign_in']), expiresAt: Instant }),
    status: 201,
  }),
  takeRecoveryShares: route({
    method: 'POST',
    path: '/console/recovery-shares',
    summary: 'A new set of recovery shares of the root key, shown this once; the set before it opens nothing any more',
    access: 'session',
    body: z.strictObject({
      shares: z.int().min(2).max(16).default(3),
      threshold: z.int().min(2).max(16).default(2),
    }),
    response: z.object({
      setId: z.string(),
      threshold: z.int(),
      shares: z.array(z.string()),
    }),
    status: 201,
  }),
  makeBackup: route({
    method: 'POST',
    path: '/console/backups',
    summary: 'Make a backup now, in a folder of this host',
    access: 'session',
    body: z.strictObject({ folder: z.string().min(1).max(1_024).optional() }),
    response: BackupSummary,
    status: 201,
  }),
  deployment: route({
    method: 'GET',
    path: '/console/deployment',
    summary: 'Addresses and identifiers of this deployment',
    access: 'session',
    response: z.object({
      tenantId: TenantId,
      authorityUrl: z.string(),
      managementUrl: z.string(),
      /** What clients of the vaults ask tokens for: the domain below which every vault has its name. */
      vaultResource: z.string(),
      dashboardUrl: z.string(),
      /** PEM of every CA that clients may need; Signet's own root first. */
      caFile: z.string(),
      /** Where the services are: one port, told apart by name. */
      services: z.object({
        bind: z.string(),
        port: z.int(),
        names: z.array(z.string()),
        /** Every name of one label below these is a vault. */
        vaultDomains: z.array(z.string()),
        /** Names of the cloud that are answered too; null where none are. */
        cloud: z.object({ names: z.array(z.string()), vaultDomains: z.array(z.string()) }).nullable(),
        /** Of these names the certificate is the operator's, of the rest Signet's own; null where there is none. */
        certificate: z.object({ names: z.array(z.string()), notAfter: Instant, caGiven: z.boolean() }).nullable(),
      }),
    }),
  }),
}
