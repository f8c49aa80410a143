import { z } from 'zod'
import { AuditAction, AuditOutcome } from '../vocabulary/audit-events.ts'
import { Instant } from '../vocabulary/time.ts'
import {
  ContentType,
  SecretName,
  SecretValue,
  SecretVersion,
  SoftDeleteDays,
  VaultName,
  VaultTags,
} from '../vocabulary/vault-rules.ts'
import { Actor } from './actor.ts'
import { route } from './contract.ts'
import { PageQuery, pageOf } from './paging.ts'
import { Reason } from './resources.ts'
import { ResourceGroupName } from './user-identities.ts'

export const VaultSummary = z.object({
  name: z.string(),
  /** Where clients reach it: `https://{name}.{domain}[:port]`. */
  url: z.string(),
  resourceGroup: z.string(),
  /** ARM resource ID. */
  resourceId: z.string(),
  softDeleteDays: SoftDeleteDays,
  purgeProtection: z.boolean(),
  /** Secrets that are not deleted. */
  secrets: z.int(),
  deletedSecrets: z.int(),
  /** Values that left it in the last 24 hours, to how many; by whole hours, the one that runs with them. */
  lastDay: z.object({ reads: z.int(), readers: z.int() }),
  /** Null while it is not deleted. */
  deletedAt: Instant.nullable(),
  /** When a deleted one is gone for good. */
  purgeAt: Instant.nullable(),
  tags: VaultTags,
  version: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
  /** When it, or one of the secrets in it, was last changed. */
  changedAt: Instant,
})
export type VaultSummary = z.infer<typeof VaultSummary>

/** What a version of a secret is besides its value, which no list and no page of it shows (SEC-112). */
export const SecretVersionSummary = z.object({
  /** 32 hexadecimal digits, as clients know it. */
  id: SecretVersion,
  isCurrent: z.boolean(),
  enabled: z.boolean(),
  notBefore: Instant.nullable(),
  expires: Instant.nullable(),
  contentType: z.string().nullable(),
  tags: VaultTags,
  createdAt: Instant,
  updatedAt: Instant,
})
export type SecretVersionSummary = z.infer<typeof SecretVersionSummary>

export const SecretSummary = z.object({
  name: z.string(),
  current: SecretVersionSummary,
  versions: z.int(),
  /** When a value of it last left the vault, and to whom. */
  lastRead: z.object({ at: Instant, by: Actor }).nullable(),
  deletedAt: Instant.nullable(),
  purgeAt: Instant.nullable(),
  createdAt: Instant,
  version: z.int(),
})
export type SecretSummary = z.infer<typeof SecretSummary>

/** One time that a value left the vault, or that somebody was refused. */
export const SecretUse = z.object({
  auditEventId: z.guid(),
  at: Instant,
  actor: Actor.extend({ ip: z.string().nullable() }),
  action: AuditAction,
  outcome: AuditOutcome,
  /** The version that was read. */
  secretVersion: z.string().nullable(),
  reason: z.string().nullable(),
})
export type SecretUse = z.infer<typeof SecretUse>

const params = z.object({ vaultName: VaultName })
const secretParams = params.extend({ secretName: SecretName })
const versionParams = secretParams.extend({ versionId: SecretVersion })
const because = z.strictObject({ reason: Reason })
const listed = PageQuery.extend({
  state: z.enum(['live', 'deleted']).default('live'),
  /** A part of the name, in whatever case. */
  name: z.string().max(127).optional(),
})
const attributes = {
  enabled: z.boolean().optional(),
  notBefore: Instant.nullable().optional(),
  expires: Instant.nullable().optional(),
  contentType: ContentType.nullable().optional(),
  tags: VaultTags.optional(),
}
const read = { method: 'GET', access: 'instances.read' } as const
const written = { method: 'POST', access: 'vaults.write' } as const

export const vaultApi = {
  list: route({
    ...read,
    path: '/vaults',
    summary: 'Vaults by name; deleted ones on demand',
    query: listed,
    response: pageOf(VaultSummary),
  }),
  create: route({
    ...written,
    path: '/vaults',
    summary:
      'Create a vault; its name is unique in the deployment, and what is deleted in it can be recovered for its days',
    body: z.strictObject({
      name: VaultName,
      resourceGroup: ResourceGroupName.default('default'),
      softDeleteDays: SoftDeleteDays.default(90),
      purgeProtection: z.boolean().default(false),
      tags: VaultTags.optional(),
      reason: Reason,
    }),
    response: VaultSummary,
    status: 201,
  }),
  show: route({ ...read, path: '/vaults/:vaultName', summary: 'One vault', params, response: VaultSummary }),
  change: route({
    ...written,
    method: 'PUT',
    path: '/vaults/:vaultName',
    summary: 'Change how long what is deleted can be recovered, or protect it against purging, which cannot be undone',
    params,
    body: z.strictObject({
      softDeleteDays: SoftDeleteDays.optional(),
      purgeProtection: z.boolean().optional(),
      tags: VaultTags.optional(),
      reason: Reason,
    }),
    response: VaultSummary,
    ifMatch: true,
  }),
  remove: route({
    ...written,
    method: 'DELETE',
    path: '/vaults/:vaultName',
    summary:
      'Delete a vault: nobody reaches its secrets, and it can be recovered for its days; needs a fresh confirmation',
    params,
    body: because,
    response: VaultSummary,
    ifMatch: true,
  }),
  recover: route({
    ...written,
    path: '/vaults/:vaultName/recover',
    summary: 'Bring a deleted vault back with its secrets',
    params,
    body: because,
    response: VaultSummary,
    ifMatch: true,
  }),
  purge: route({
    ...written,
    path: '/vaults/:vaultName/purge',
    summary: 'Delete a deleted vault and its secrets for good; needs a fresh confirmation',
    params,
    body: because,
    status: 204,
    ifMatch: true,
  }),
  secrets: route({
    ...read,
    path: '/vaults/:vaultName/secrets',
    summary: 'Secrets of a vault by name, without their values',
    params,
    query: listed,
    response: pageOf(SecretSummary),
  }),
  secret: route({
    ...read,
    path: '/vaults/:vaultName/secrets/:secretName',
    summary: 'One secret without its value; looking at it is no read of it',
    params: secretParams,
    response: SecretSummary,
  }),
  versions: route({
    ...read,
    path: '/vaults/:vaultName/secrets/:secretName/versions',
    summary: 'Versions of a secret, newest first, without their values',
    params: secretParams,
    query: PageQuery,
    response: pageOf(SecretVersionSummary),
  }),
  version: route({
    ...read,
    path: '/vaults/:vaultName/secrets/:secretName/versions/:versionId',
    summary: 'One version of a secret without its value',
    params: versionParams,
    response: SecretVersionSummary,
  }),
  uses: route({
    ...read,
    path: '/vaults/:vaultName/secrets/:secretName/uses',
    summary: 'Who read a secret and when, newest first, from the audit log',
    params: secretParams,
    query: PageQuery,
    response: pageOf(SecretUse),
  }),
  set: route({
    ...written,
    path: '/vaults/:vaultName/secrets/:secretName/versions',
    summary: 'Set a new version of a secret; the first one creates it',
    params: secretParams,
    body: z.strictObject({ value: SecretValue, ...attributes, reason: Reason }),
    response: SecretSummary,
    status: 201,
    secret: true,
  }),
  changeVersion: route({
    ...written,
    method: 'PUT',
    path: '/vaults/:vaultName/secrets/:secretName/versions/:versionId',
    summary: 'Disable a version or change its dates, content type and tags',
    params: versionParams,
    body: z.strictObject({ ...attributes, reason: Reason }),
    response: SecretSummary,
    ifMatch: true,
  }),
  removeSecret: route({
    ...written,
    method: 'DELETE',
    path: '/vaults/:vaultName/secrets/:secretName',
    summary: 'Delete a secret with its versions; it can be recovered for as many days as the vault has',
    params: secretParams,
    body: because,
    response: SecretSummary,
    ifMatch: true,
  }),
  recoverSecret: route({
    ...written,
    path: '/vaults/:vaultName/secrets/:secretName/recover',
    summary: 'Bring a deleted secret back with its versions',
    params: secretParams,
    body: because,
    response: SecretSummary,
    ifMatch: true,
  }),
  purgeSecret: route({
    ...written,
    path: '/vaults/:vaultName/secrets/:secretName/purge',
    summary: 'Delete a deleted secret for good; needs a fresh confirmation',
    params: secretParams,
    body: because,
    status: 204,
    ifMatch: true,
  }),
  reveal: route({
    method: 'POST',
    path: '/vaults/:vaultName/secrets/:secretName/versions/:versionId/reveal',
    summary:
      'The value of one version, for a reason; needs a fresh confirmation, and is audited before the value leaves',
    access: 'secrets.reveal',
    params: versionParams,
    body: z.strictObject({ reason: z.string().trim().min(1).max(200) }),
    response: z.object({ value: z.string() }),
    secret: true,
  }),
}
