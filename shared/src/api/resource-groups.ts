import { z } from 'zod'
import { route } from './contract.ts'
import { Reason } from './resources.ts'
import { Propagation, PropagationState } from './revocations.ts'
import { ResourceGroupName } from './user-identities.ts'

/** A resource group as a whole: system-assigned identities of its instances and the user-assigned ones in it. */
export const GroupStanding = z.object({
  id: z.guid(),
  name: z.string(),
  instances: z.int(),
  /** Identities that give out tokens or are paused; those that are off or deleted are left out. */
  identities: z.object({
    total: z.int(),
    paused: z.int(),
    /** Paused ones that were paused with the group, and are resumed with it. */
    pausedWithGroup: z.int(),
  }),
  /** How far its last pause has come; null when it is over, or never was. */
  propagation: PropagationState.nullable(),
})
export type GroupStanding = z.infer<typeof GroupStanding>

/** What an act on a whole group came to. */
export const GroupActResult = z.object({
  name: z.string(),
  /** The audit log has the record of every identity under it. */
  correlationId: z.string(),
  /** Identities that it changed. */
  changed: z.int(),
  /** Identities that were so already. */
  already: z.int(),
  propagation: Propagation,
})
export type GroupActResult = z.infer<typeof GroupActResult>

const params = z.object({ name: ResourceGroupName })
const acted = {
  method: 'POST',
  access: 'identities.write',
  params,
  body: z.strictObject({ reason: Reason }),
  response: GroupActResult,
} as const

export const resourceGroupsApi = {
  show: route({
    method: 'GET',
    path: '/resource-groups/:name',
    summary: 'One resource group, with how many of its identities are paused',
    access: 'instances.read',
    params,
    response: GroupStanding,
  }),
  pause: route({
    ...acted,
    path: '/resource-groups/:name/pause',
    summary:
      'Pause every identity of a resource group: all are refused when this answers; repeating it changes nothing',
  }),
  resume: route({
    ...acted,
    path: '/resource-groups/:name/resume',
    summary: 'Resume the identities that were paused with a resource group; those paused alone stay so',
  }),
}
