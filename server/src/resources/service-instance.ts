import type { InstanceKind } from '@signet/shared/api/resources'
import type { IdentityState } from '@signet/shared/vocabulary/credential-states'
import type { AgentId, InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'

/** Where code runs that can have an identity: a virtual machine, an app, a function, a container, any host. */
export interface ServiceInstance {
  readonly id: InstanceId
  readonly name: string
  readonly kind: InstanceKind
  readonly resourceId: string
  readonly identityState: IdentityState
  /** The system-assigned principal; after turning off, the last one. */
  readonly principalId: ObjectId | null
  readonly agentId: AgentId | null
  readonly version: number
  readonly createdAt: number
}
