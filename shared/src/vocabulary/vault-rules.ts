import { z } from 'zod'

/** Rules of vaults and secrets that both sides know (wire-protocol §5, SEC-110, SEC-113). */

/** One DNS label: 3 to 24 letters, digits and single dashes, begins with a letter, ends with none. Compares without regard to case. */
export const VaultName = z
  .string()
  .min(3)
  .max(24)
  .regex(/^[A-Za-z](?:-?[A-Za-z0-9])+$/, 'letters, digits, single dashes (3 to 24, begins with a letter)')

/** Compares without regard to case; the first spelling is kept. */
export const SecretName = z.string().regex(/^[0-9a-zA-Z-]{1,127}$/, 'letters, digits, - (1 to 127)')

export const SecretVersion = z.string().regex(/^[0-9a-f]{32}$/, '32 lower-case hexadecimal digits')

/** For how many days what was deleted can be recovered. */
export const SoftDeleteDays = z.int().min(7).max(90)

export const mostValueBytes = 25_600
export const mostTags = 15
export const longestTag = 256

/** Names and values of a vault or a version; no secrets, since lists show them. */
export const VaultTags = z
  .record(z.string().min(1).max(longestTag), z.string().max(longestTag))
  .refine((tags) => Object.keys(tags).length <= mostTags, `at most ${mostTags} tags`)
export type VaultTags = z.infer<typeof VaultTags>

export const ContentType = z.string().max(255)

/** The server counts bytes of UTF-8, of which there are no fewer. */
export const SecretValue = z.string().max(mostValueBytes)
