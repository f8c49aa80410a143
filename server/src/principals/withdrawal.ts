import type { RequestContext } from '../platform/request-context.ts'
import type { Tx } from '../platform/transaction.ts'
import type { Principal } from './principal.ts'

/** An act by which tokens of a principal that are out count no more. */
export interface Withdrawal {
  readonly act: 'pause' | 'revoke' | 'delete'
  /** As it is after the act: tokens of an earlier version are the ones meant. */
  readonly principal: Principal
  /** The resource group that it was done to as a whole. */
  readonly groupId: string | null
}

/** Told in the transaction of the act. */
export interface WithdrawalObserver {
  withdrawn(tx: Tx, context: RequestContext, withdrawal: Withdrawal): Promise<void>
  /** It was resumed or restored, or is deleted for good: whatever was asked of anybody is no longer asked. */
  reinstated(tx: Tx, principalId: string): Promise<void>
}
