import { z } from 'zod'
import { ObjectId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'

/** Where a revocation is in force by now; services that follow the feed come on top, and nobody counts them. */
export const Propagation = z.object({
  /** Servers of this deployment, whose authority and services refuse from now on. */
  replicas: z.int(),
  /** Agents that are told to drop the tokens they keep: connected ones that have the identity. */
  agents: z.int(),
})
export type Propagation = z.infer<typeof Propagation>

const reason = z.string().trim().max(500).optional()

/** Tokens that end before their time. */
export const revocationsApi = {
  revokeToken: route({
    method: 'POST',
    path: '/tokens/:uti/revocation',
    summary: 'Revoke one token by its uti: services of this deployment, and those that follow the feed, refuse it',
    access: 'identities.write',
    params: z.object({ uti: z.string().regex(/^[\w-]{22}$/) }),
    body: z.strictObject({ reason }),
    response: z.object({ uti: z.string(), principalId: ObjectId, until: Instant }),
  }),
  revokeAll: route({
    method: 'POST',
    path: '/identities/:principalId/token-revocation',
    summary: 'Revoke every token that an identity or application has so far; it may ask for new ones at once',
    access: 'identities.write',
    params: z.object({ principalId: ObjectId }),
    body: z.strictObject({ reason }),
    response: z.object({ principalId: ObjectId, before: Instant, propagation: Propagation }),
  }),
}
