import { z } from 'zod'
import { AgentId, InstanceId, ObjectId } from '../vocabulary/identifiers.ts'
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

/** What an act answers besides; absent where it was one that takes nothing back. */
export const Told = z.object({ propagation: Propagation.optional() })

/** An agent that may have tokens yet of what was stopped. */
export const WaitingAgent = z.object({
  id: AgentId,
  name: z.string(),
  /** One that it serves. */
  instance: z.object({ id: InstanceId, name: z.string() }).nullable(),
  connected: z.boolean(),
  /** What one that is no longer trusted says does not count: its tokens end by themselves. */
  trusted: z.boolean(),
  lastSeenAt: Instant.nullable(),
  /** Of how many of the identities. */
  identities: z.int(),
})
export type WaitingAgent = z.infer<typeof WaitingAgent>

/** How far an act that took tokens back has come: the last one on an identity, or one act on many. */
export const PropagationState = z.object({
  act: z.enum(['pause', 'revoke', 'delete', 'detach']),
  since: Instant,
  /** Of the act: its records in the audit log have it. */
  correlationId: z.string(),
  /** Identities it was done to that nothing was done to since. */
  identities: z.int(),
  /** `expired`: not every agent has confirmed, and no token of before the act is good any more. */
  state: z.enum(['running', 'complete', 'expired']),
  /** When the last agent confirmed; null while one has not. */
  completedAt: Instant.nullable(),
  replicas: z.object({ told: z.int(), total: z.int() }),
  /** Agents that had it: `done` ones have said that they wiped what they kept. The first 50 of those that have not are named. */
  agents: z.object({ done: z.int(), total: z.int(), waiting: z.array(WaitingAgent) }),
  /** When the last token of before the act ends by itself, for services that do not ask; null when none is out. */
  lastTokenEnds: Instant.nullable(),
})
export type PropagationState = z.infer<typeof PropagationState>

/** Null when nothing was taken back, or it was given back since. */
export const PropagationStanding = z.object({ propagation: PropagationState.nullable() })

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
    response: z.object({ uti: z.string(), principalId: ObjectId, until: Instant, propagation: Propagation }),
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
  propagation: route({
    method: 'GET',
    path: '/identities/:principalId/propagation',
    summary: 'How far the last act has come that took tokens from an identity or application',
    access: 'instances.read',
    params: z.object({ principalId: ObjectId }),
    response: PropagationStanding,
  }),
}
