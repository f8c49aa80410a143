import type { Actor } from '@signet/shared/api/actor'
import type { SecretAttributes } from './secret.ts'
import type { SecretRow, VersionRow } from './secrets-store.ts'
import type { VaultRecord } from './vaults.ts'

/** One version of a secret without its value; instants are epoch milliseconds. */
export interface SecretVersion extends SecretAttributes {
  readonly vault: VaultRecord
  /** In the spelling it was first set in. */
  readonly name: string
  readonly versionId: string
  readonly isCurrent: boolean
  readonly createdAt: number
  readonly updatedAt: number
  /** Of the secret, with all its versions. */
  readonly deletedAt: number | null
  readonly purgeAt: number | null
  readonly secretCreatedAt: number
  /** When a value of the secret last left the vault, and to whom. */
  readonly lastRead: { readonly at: number; readonly by: Actor } | null
  /** Rises with every change of the secret or of one of its versions. */
  readonly rowVersion: number
}

export function attributesOf(row: VersionRow): SecretAttributes {
  return {
    enabled: row.enabled === 1,
    notBefore: row.not_before,
    expires: row.expires_at,
    contentType: row.content_type,
    tags: JSON.parse(row.tags) as Record<string, string>,
  }
}

export function attributeColumns(attributes: SecretAttributes) {
  return {
    enabled: attributes.enabled ? (1 as const) : (0 as const),
    not_before: attributes.notBefore,
    expires_at: attributes.expires,
    content_type: attributes.contentType,
    tags: JSON.stringify(attributes.tags),
  }
}

/** What the audit log keeps of attributes: of tags, what they are called. */
export function recordedAttributes({ tags, ...attributes }: SecretAttributes): Record<string, unknown> {
  return { ...attributes, tags: Object.keys(tags) }
}

export function secretVersionOf(vault: VaultRecord, secret: SecretRow, version: VersionRow): SecretVersion {
  return {
    ...attributesOf(version),
    vault,
    name: secret.name,
    versionId: version.version_id,
    isCurrent: version.seq === secret.current_seq,
    createdAt: version.created_at,
    updatedAt: version.updated_at,
    deletedAt: secret.deleted_at,
    purgeAt: secret.purge_at,
    secretCreatedAt: secret.created_at,
    lastRead: lastReadOf(secret),
    rowVersion: secret.version,
  }
}

function lastReadOf(secret: SecretRow): SecretVersion['lastRead'] {
  const { last_read_at: at, last_reader_kind: kind, last_reader_id: id, last_reader_label: label } = secret
  return at === null || kind === null || label === null ? null : { at, by: { kind, id, label } }
}
