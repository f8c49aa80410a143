import { z } from 'zod'
import { AgentId, InstanceId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'

export const JoinToken = z.object({
  /** Shown once; only its hash is stored. */
  token: z.string(),
  expiresAt: Instant,
  serverUrl: z.string(),
  /** SHA-256 of the server's CA certificate, hexadecimal; the agent refuses any other server. */
  caPin: z.string(),
  /** The one line to run on the instance. */
  command: z.string(),
})
export type JoinToken = z.infer<typeof JoinToken>

export const enrollmentApi = {
  issueJoinToken: route({
    method: 'POST',
    path: '/instances/:instanceId/join-tokens',
    summary: 'A single-use join token that enrols the agent of one instance',
    access: 'enrollment.write',
    params: z.object({ instanceId: InstanceId }),
    body: z.strictObject({
      lifetimeSeconds: z.int().min(60).max(86_400).default(600),
    }),
    response: JoinToken,
    secret: true,
    status: 201,
  }),
  approveRecovery: route({
    method: 'POST',
    path: '/agents/:agentId/recovery',
    summary: 'Let an agent renew its certificate that slept past it for longer than 30 days; within a day from now',
    access: 'enrollment.write',
    params: z.object({ agentId: AgentId }),
    body: z.strictObject({ reason: z.string().trim().max(500).optional() }),
    response: z.object({ until: Instant }),
  }),
}
