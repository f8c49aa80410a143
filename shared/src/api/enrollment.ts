import { z } from 'zod'
import { InstanceId } from '../vocabulary/identifiers.ts'
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
}
