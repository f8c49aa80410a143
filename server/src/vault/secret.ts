import { dayMs } from '@signet/shared/vocabulary/time'

/** What can be done with the secrets of a vault, each under a right of its own (SEC-112). */
export type SecretVerb = 'get' | 'list' | 'set' | 'delete' | 'recover' | 'purge' | 'backup' | 'restore'

/** The data action that a verb needs (wire-protocol §5.4). What shows no value needs the right to metadata alone. */
export const dataActions = {
  get: 'Microsoft.KeyVault/vaults/secrets/getSecret/action',
  list: 'Microsoft.KeyVault/vaults/secrets/readMetadata/action',
  set: 'Microsoft.KeyVault/vaults/secrets/setSecret/action',
  delete: 'Microsoft.KeyVault/vaults/secrets/delete',
  recover: 'Microsoft.KeyVault/vaults/secrets/recover/action',
  purge: 'Microsoft.KeyVault/vaults/secrets/purge/action',
  backup: 'Microsoft.KeyVault/vaults/secrets/backup/action',
  restore: 'Microsoft.KeyVault/vaults/secrets/restore/action',
} as const satisfies Record<SecretVerb, string>

/** What a version is besides its value; instants are epoch milliseconds. */
export interface SecretAttributes {
  readonly enabled: boolean
  /** Told to clients, and nothing is refused for it: only `enabled` is (wire-protocol §5.4). */
  readonly notBefore: number | null
  readonly expires: number | null
  readonly contentType: string | null
  readonly tags: Readonly<Record<string, string>>
}

/** A member that is left out stays as it is. */
export type AttributeChange = { readonly [K in keyof SecretAttributes]?: SecretAttributes[K] | undefined }

export const newAttributes: SecretAttributes = {
  enabled: true,
  notBefore: null,
  expires: null,
  contentType: null,
  tags: {},
}

export function changedAttributes(before: SecretAttributes, change: AttributeChange): SecretAttributes {
  return {
    enabled: change.enabled ?? before.enabled,
    notBefore: change.notBefore === undefined ? before.notBefore : change.notBefore,
    expires: change.expires === undefined ? before.expires : change.expires,
    contentType: change.contentType === undefined ? before.contentType : change.contentType,
    tags: change.tags ?? before.tags,
  }
}

/** Names of vaults and secrets compare without regard to case. */
export function nameKeyOf(name: string): string {
  return name.toLowerCase()
}

/** Scope of a right to one secret. */
export function secretScope(vaultArmId: string, name: string): string {
  return `${vaultArmId}/secrets/${name}`
}

export function vaultArmId(parts: { subscriptionId: string; resourceGroup: string; name: string }): string {
  const { subscriptionId, resourceGroup, name } = parts
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.KeyVault/vaults/${name}`
}

export interface Retention {
  /** 7 to 90. */
  readonly softDeleteDays: number
  readonly purgeProtection: boolean
}

/** When what is deleted at an instant is gone for good, if nobody recovers it. */
export function purgeAtOf(deletedAtMs: number, { softDeleteDays }: Pick<Retention, 'softDeleteDays'>): number {
  return deletedAtMs + softDeleteDays * dayMs
}

export function recoveryLevelOf({ purgeProtection }: Pick<Retention, 'purgeProtection'>): string {
  return purgeProtection ? 'Recoverable' : 'Recoverable+Purgeable'
}

/**
 * Why a vault may not be changed so, if it may not. Protection stays once it is on (SEC-113), and with it the days: with
 * fewer of them what is deleted would be gone all the same.
 */
export function retentionFault(before: Retention, after: Retention): string | undefined {
  if (!before.purgeProtection) return undefined
  if (!after.purgeProtection) return 'Protection against purging cannot be turned off once it is on.'
  if (after.softDeleteDays < before.softDeleteDays)
    return 'The days of a vault that is protected against purging can only be raised.'
  return undefined
}
