import { secondMs } from '@signet/shared/vocabulary/time'
import type {
  Deleted,
  SecretBundle,
  SecretItem,
  SetSecretRequest,
  UpdateSecretRequest,
} from '@signet/shared/wire/key-vault'
import type { Secret } from '../platform/secret.ts'
import { type AttributeChange, recoveryLevelOf } from './secret.ts'
import type { SecretVersion } from './secret-version.ts'

/** What clients said of a version; what is null is not said. */
export function changeOf({ contentType, attributes, tags }: UpdateSecretRequest | SetSecretRequest): AttributeChange {
  return {
    enabled: attributes?.enabled ?? undefined,
    notBefore: instantOf(attributes?.nbf),
    expires: instantOf(attributes?.exp),
    contentType: contentType ?? undefined,
    tags: tags ?? undefined,
  }
}

/** @param base `https://host[:port]` by which the vault was reached: clients follow `id` there */
export function bundleOf(secret: SecretVersion, base: string, value?: Secret): SecretBundle {
  const id = `${base}/secrets/${secret.name}/${secret.versionId}`
  return { ...(value && { value: value.reveal() }), ...describe(secret), id }
}

/** As lists have it: without the version in `id`. */
export function itemOf(secret: SecretVersion, base: string): SecretItem {
  return { ...describe(secret), id: `${base}/secrets/${secret.name}` }
}

/** What a deleted secret has besides; without `recoveryId` pollers of clients would wait for nothing. */
export function deletedOf({ name, deletedAt, purgeAt }: SecretVersion, base: string): Deleted {
  return {
    recoveryId: `${base}/deletedsecrets/${name}`,
    deletedDate: secondsOf(deletedAt ?? 0),
    scheduledPurgeDate: secondsOf(purgeAt ?? 0),
  }
}

function describe({ vault, ...secret }: SecretVersion): Omit<SecretItem, 'id'> {
  return {
    ...(secret.contentType !== null && { contentType: secret.contentType }),
    attributes: {
      enabled: secret.enabled,
      ...(secret.notBefore !== null && { nbf: secondsOf(secret.notBefore) }),
      ...(secret.expires !== null && { exp: secondsOf(secret.expires) }),
      created: secondsOf(secret.createdAt),
      updated: secondsOf(secret.updatedAt),
      recoveryLevel: recoveryLevelOf(vault),
      recoverableDays: vault.softDeleteDays,
    },
    ...(Object.keys(secret.tags).length > 0 && { tags: secret.tags }),
  }
}

function secondsOf(instant: number): number {
  return Math.floor(instant / secondMs)
}

function instantOf(seconds: number | null | undefined): number | undefined {
  return typeof seconds === 'number' ? seconds * secondMs : undefined
}
