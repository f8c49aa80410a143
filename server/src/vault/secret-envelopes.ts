import { SecretName, SecretVersion } from '@signet/shared/vocabulary/vault-rules'
import { z } from 'zod'
import { EnvelopeError } from '../platform/crypto/sealing.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'

/** Where a value belongs; in any other place it does not open (SEC-111). */
export interface ValuePlace {
  readonly vaultId: string
  /** In lower case. */
  readonly nameKey: string
  readonly versionId: string
}

/** The most that a backup may hold, so that what it becomes as text is taken back in one request. */
const mostBackupBytes = 700_000

const BackedUpVersion = z.object({
  id: SecretVersion,
  value: z.string(),
  enabled: z.boolean(),
  notBefore: z.int().nullable(),
  expires: z.int().nullable(),
  contentType: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  createdAt: z.int(),
  updatedAt: z.int(),
})
const SecretBackup = z.object({ name: SecretName, versions: z.array(BackedUpVersion).min(1) })
/** A secret with all its versions, oldest first, and their values. */
export type SecretBackup = z.infer<typeof SecretBackup>

/** Values as they are stored, and backups as they are given out: sealed, under keys of their own (SEC-55, SEC-59, SEC-116). */
export class SecretEnvelopes {
  readonly #sealer: Sealer
  readonly #tenantId: string

  constructor({ sealer, tenantId }: { sealer: Sealer; tenantId: string }) {
    this.#sealer = sealer
    this.#tenantId = tenantId
  }

  seal(place: ValuePlace, value: Secret): Buffer {
    const plaintext = Buffer.from(value.reveal(), 'utf8')
    try {
      return this.#sealer.seal('secrets', placeOf(place), plaintext)
    } finally {
      plaintext.fill(0)
    }
  }

  /** @throws EnvelopeError */
  open(place: ValuePlace, envelope: Uint8Array): Secret {
    const plaintext = this.#sealer.open('secrets', placeOf(place), envelope)
    try {
      return new Secret(plaintext.toString('utf8'))
    } finally {
      plaintext.fill(0)
    }
  }

  /** Bound to this deployment and vault. @returns base64url @throws SignetError `conflict` when it is too much for one */
  sealBackup(vaultId: string, backup: SecretBackup): string {
    const plaintext = Buffer.from(JSON.stringify(backup), 'utf8')
    try {
      if (plaintext.length > mostBackupBytes) {
        throw new SignetError('conflict', 'The secret has more versions than fit into one backup.')
      }
      return this.#sealer.seal('secret-backups', this.#backupPlace(vaultId), plaintext).toString('base64url')
    } finally {
      plaintext.fill(0)
    }
  }

  /** @throws SignetError `secret_backup_refused` for anything but a backup of this vault, unchanged */
  openBackup(vaultId: string, blob: string): SecretBackup {
    try {
      const envelope = Buffer.from(blob, 'base64url')
      const plaintext = this.#sealer.openForeign('secret-backups', this.#backupPlace(vaultId), envelope)
      try {
        return SecretBackup.parse(JSON.parse(plaintext.toString('utf8')))
      } finally {
        plaintext.fill(0)
      }
    } catch (cause) {
      if (!(cause instanceof EnvelopeError)) throw cause
      throw new SignetError('secret_backup_refused', undefined, { cause })
    }
  }

  #backupPlace(vaultId: string) {
    return { table: 'secret backups', rowId: `${this.#tenantId}/${vaultId}`, column: 'value', version: 1 }
  }
}

function placeOf({ vaultId, nameKey, versionId }: ValuePlace) {
  return {
    table: 'vault_secret_versions',
    rowId: `${vaultId}/${nameKey}/${versionId}`,
    column: 'value_enc',
    version: 1,
  }
}
