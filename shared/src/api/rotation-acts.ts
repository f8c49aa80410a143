import { z } from 'zod'
import { DrillState } from '../vocabulary/credential-states.ts'
import { AgentId, DrillId, ObjectId, RunId, SlotId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { DrillStep } from '../wire/agent-protocol.ts'
import { Actor } from './actor.ts'
import { route } from './contract.ts'
import { RotationSummary } from './rotation.ts'

const reason = z.string().trim().max(200).optional()
const runParams = z.object({ runId: RunId })

/** A rehearsal of a whole rotation on one slot, with a certificate that no token is ever given for. */
export const Drill = z.object({
  id: DrillId,
  slotId: SlotId,
  principalId: ObjectId,
  principalName: z.string(),
  agentId: AgentId,
  state: DrillState,
  actor: Actor,
  startedAt: Instant,
  finishedAt: Instant.nullable(),
  /** Not finished by then, it counts as failed. */
  givesUpAt: Instant,
  /** SHA-256 thumbprint of the shadow certificate; null before it was issued. */
  x5tS256: z.string().nullable(),
  /** In order; those that were not come to are left out. */
  steps: z.array(DrillStep),
})
export type Drill = z.infer<typeof Drill>

export const rotationActsApi = {
  rollBack: route({
    method: 'POST',
    path: '/rotations/:runId/rollback',
    summary: 'Put the old certificate to use again while it is accepted, and revoke the new one',
    access: 'rotations.write',
    params: runParams,
    body: z.strictObject({ reason }),
    response: RotationSummary,
  }),
  retire: route({
    method: 'POST',
    path: '/rotations/:runId/retire',
    summary: 'End the overlap now; the old certificate is refused at once. Needs a fresh confirmation',
    access: 'rotations.write',
    params: runParams,
    body: z.strictObject({ reason }),
    response: RotationSummary,
  }),
  keep: route({
    method: 'POST',
    path: '/rotations/:runId/keep',
    summary: 'Accept the old certificate for longer: not past its own end, nor 30 days after it was superseded',
    access: 'rotations.write',
    params: runParams,
    body: z.strictObject({ until: Instant, reason }),
    response: RotationSummary,
  }),
  emergency: route({
    method: 'POST',
    path: '/identities/:principalId/emergency-rotation',
    summary: 'Revoke every certificate of an identity now, and bring new ones. Needs a fresh confirmation',
    access: 'rotations.write',
    params: z.object({ principalId: ObjectId }),
    body: z.strictObject({ reason: z.string().trim().min(1).max(200) }),
    response: z.object({ items: z.array(RotationSummary) }),
  }),
  startDrill: route({
    method: 'POST',
    path: '/identities/:principalId/drills',
    summary: 'Rehearse a rotation on every agent that holds the identity; one that is under way is returned as it is',
    access: 'rotations.write',
    params: z.object({ principalId: ObjectId }),
    body: z.strictObject({}),
    response: z.object({ items: z.array(Drill) }),
    status: 201,
  }),
  drills: route({
    method: 'GET',
    path: '/identities/:principalId/drills',
    summary: 'The latest 20 rehearsals of an identity, newest first',
    access: 'rotations.read',
    params: z.object({ principalId: ObjectId }),
    response: z.object({ items: z.array(Drill) }),
  }),
}
