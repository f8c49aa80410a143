import type { Propagation } from '@signet/shared/api/revocations'

/** How many are told by now of the last act on a principal, or of one act on many: the domain that knows agents tells. */
export type ToldCounts = (which: { principalId: string } | { correlationId: string }) => Promise<Propagation>
