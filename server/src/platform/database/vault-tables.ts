import type { ActorKind } from '@signet/shared/vocabulary/audit-events'
import type { Flag, Versioned } from './columns.ts'

// Tables of `Schema` that hold vaults and their secrets.

export interface VaultsTable extends Versioned {
  id: string
  subscription_id: string
  resource_group_id: string
  group_name: string
  group_key: string
  name: string
  name_key: string
  arm_id: string
  arm_id_key: string
  location: string
  /** JSON object of texts. */
  tags: string
  soft_delete_days: number
  purge_protection: Flag
  deleted_at: number | null
  purge_at: number | null
}

export interface VaultSecretsTable extends Versioned {
  id: string
  vault_id: string
  name: string
  name_key: string
  /** `seq` of the newest version. */
  current_seq: number
  deleted_at: number | null
  purge_at: number | null
  last_read_at: number | null
  last_reader_kind: ActorKind | null
  last_reader_id: string | null
  last_reader_label: string | null
}

export interface VaultSecretVersionsTable {
  secret_id: string
  /** Counts the versions of one secret from 1. */
  seq: number
  /** 32 lower-case hexadecimal digits. */
  version_id: string
  value_enc: Buffer
  content_type: string | null
  /** JSON object of texts. */
  tags: string
  enabled: Flag
  not_before: number | null
  expires_at: number | null
  created_at: number
  updated_at: number
}

export interface VaultReadsTable {
  vault_id: string
  /** Hours since 1970. */
  hour: number
  /** Kind and ID of an actor. */
  reader: string
  reads: number
}

export interface VaultTables {
  vaults: VaultsTable
  vault_secrets: VaultSecretsTable
  vault_secret_versions: VaultSecretVersionsTable
  vault_reads: VaultReadsTable
}
