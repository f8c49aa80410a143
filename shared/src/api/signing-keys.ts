import { z } from 'zod'
import { CredentialState } from '../vocabulary/credential-states.ts'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'

/** Tokens that are out under one key: what its removal would put an end to. */
export const KeyBlastRadius = z.object({
  tokens: z.int(),
  /** Different identities and applications that have them, and audiences they are for. */
  principals: z.int(),
  audiences: z.int(),
  /** When the last of them ends; null when there is none. */
  until: Instant.nullable(),
})
export type KeyBlastRadius = z.infer<typeof KeyBlastRadius>

export const SigningKey = z.object({
  /** SHA-1 thumbprint of its certificate, base64url; what tokens name it by. */
  kid: z.string(),
  /** `tokens`: access tokens, in the published key set. `token_files`: what agents keep in files; only the authority verifies it. `revocations`: the feed of what is revoked. */
  purpose: z.enum(['tokens', 'token_files', 'revocations']),
  state: CredentialState,
  createdAt: Instant,
  /** When it began to sign, or will. */
  activateAt: Instant,
  retiringAt: Instant.nullable(),
  /** When it leaves the key set by itself. */
  retireAt: Instant.nullable(),
  /** Whether an operator keeps it from being removed. */
  held: z.boolean(),
  live: KeyBlastRadius,
})
export type SigningKey = z.infer<typeof SigningKey>

const params = z.object({ kid: z.string().regex(/^[\w-]{1,64}$/) })
const reason = z.string().trim().max(500).optional()

export const signingKeysApi = {
  list: route({
    method: 'GET',
    path: '/signing-keys',
    summary: 'The keys that are published or were within 30 days, each with the tokens that are out under it',
    access: 'rotations.read',
    response: z.object({ items: z.array(SigningKey) }),
  }),
  emergency: route({
    method: 'POST',
    path: '/signing-keys/:kid/emergency-rotation',
    summary: 'Revoke the key that signs now: the next one signs at once, and every token under the old one is refused',
    access: 'signing_keys.write',
    params,
    body: z.strictObject({ reason }),
    response: z.object({ revoked: SigningKey, active: SigningKey }),
  }),
  remove: route({
    method: 'DELETE',
    path: '/signing-keys/:kid',
    summary: 'Take a key that does not sign out of the key set; with force also while tokens or caches still need it',
    access: 'signing_keys.write',
    params,
    body: z.strictObject({ force: z.boolean().default(false), reason }),
    response: SigningKey,
  }),
  hold: route({
    method: 'POST',
    path: '/signing-keys/:kid/hold',
    summary: 'Keep a key from being removed, by schedule or by hand, until it is released',
    access: 'signing_keys.write',
    params,
    body: z.strictObject({ held: z.boolean(), reason }),
    response: SigningKey,
  }),
}
