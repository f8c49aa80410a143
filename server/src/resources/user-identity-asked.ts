import type { AgentId, InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { RequestContext } from '../platform/request-context.ts'
import type { Tx } from '../platform/transaction.ts'
import type { UserIdentity } from './user-identity.ts'

/** How an act is meant. */
export interface Meant {
  /** Version of the identity that whoever asks has seen. */
  readonly expected?: number | undefined
  /** Goes to the audit log. */
  readonly reason?: string | undefined
  /** The resource group that is paused as a whole. */
  readonly groupId?: string | undefined
}

export interface Asked {
  readonly tx: Tx
  readonly context: RequestContext
  readonly identity: UserIdentity
  readonly reason: string | undefined
  readonly groupId?: string | undefined
}

/** An instance and who serves it. */
export interface Served {
  readonly id: InstanceId
  readonly name: string
  readonly agentId: AgentId | null
}

export interface OneAssignment extends Meant {
  readonly principalId: ObjectId
  readonly instanceId: InstanceId
}

/** A user-assigned identity that is to be made. */
export interface WantedIdentity {
  readonly name: string
  readonly resourceGroup: string
  readonly reason?: string | undefined
}
