import { z } from 'zod'

/** Body of every refusal of the Key Vault data plane (wire-protocol §5.4). */
export const KeyVaultError = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    innererror: z.object({ code: z.string() }).optional(),
  }),
})
export type KeyVaultError = z.infer<typeof KeyVaultError>

/** A year that no calendar of a client chokes on. */
const latestSecond = 253_402_300_799
const EpochSeconds = z.int().min(0).max(latestSecond)

/** What clients say of a secret; what is null or left out is not said. Members that are not known are ignored. */
const SecretAttributes = z.object({
  enabled: z.boolean().nullish(),
  nbf: EpochSeconds.nullish(),
  exp: EpochSeconds.nullish(),
})

const Described = {
  contentType: z.string().max(255).nullish(),
  attributes: SecretAttributes.nullish(),
  tags: z.record(z.string().min(1).max(256), z.string().max(256)).nullish(),
}

export const SetSecretRequest = z.object({ value: z.string(), ...Described })
export type SetSecretRequest = z.infer<typeof SetSecretRequest>

export const UpdateSecretRequest = z.object(Described)
export type UpdateSecretRequest = z.infer<typeof UpdateSecretRequest>

export const RestoreSecretRequest = z.object({ value: z.string().regex(/^[A-Za-z0-9_-]+={0,2}$/) })

/** Times are epoch seconds. */
export interface SecretBundle {
  readonly value?: string
  readonly id: string
  readonly contentType?: string
  readonly attributes: {
    readonly enabled: boolean
    readonly nbf?: number
    readonly exp?: number
    readonly created: number
    readonly updated: number
    readonly recoveryLevel: string
    readonly recoverableDays: number
  }
  readonly tags?: Readonly<Record<string, string>>
}

/** Of lists: without the version in `id`, or with it where versions are listed. */
export type SecretItem = Omit<SecretBundle, 'value'>

export interface Deleted {
  readonly recoveryId: string
  readonly deletedDate: number
  readonly scheduledPurgeDate: number
}

export interface SecretItems {
  readonly value: readonly (SecretItem & Partial<Deleted>)[]
  readonly nextLink: string | null
}
