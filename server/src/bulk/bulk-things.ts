import type { BulkKind } from '@signet/shared/api/bulk'
import { TagChange } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { z } from 'zod'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import type { Verdict } from '../resources/index.ts'

/** An act as a job or a dry run asks for it. */
export interface BulkAct {
  readonly kind: BulkKind
  readonly tags: TagChange | null
  /** The user-assigned identity that instances get or lose. */
  readonly identity: ObjectId | null
  readonly reason?: string | undefined
}

/** What is special about one item of a job that undoes another one. */
export const ItemInput = z.strictObject({
  /** The principal that is meant; with another one by now, the item is refused. */
  principalId: z.string().optional(),
  tags: TagChange.optional(),
})
export type ItemInput = z.infer<typeof ItemInput>

/** What an act would do to one thing. */
export interface Judged {
  readonly name: string
  readonly verdict: Verdict
  /** A token was given out to it, or for it, in the last 24 hours. */
  readonly isUsed: boolean
  /** It would get a new principal, though its last one can be restored. */
  readonly isRestorable?: boolean
}

/** What an act came to. */
export interface Performed {
  readonly changed: boolean
  /** What the item that undoes this one has to know. */
  readonly undo?: ItemInput | undefined
  /** Called once the transaction has committed. */
  readonly committed?: (() => void) | undefined
}

export interface Portion {
  /** The `next` of the portion before. */
  readonly after?: string | undefined
  readonly limit: number
}

/** The things of one list, as bulk jobs see them. */
export interface BulkThings {
  /** IDs of what a filter matches, always in the same order. @throws SignetError `invalid_request` */
  select(filter: string, portion: Portion): Promise<{ ids: readonly string[]; next: string | null }>
  /** By ID; those that are gone are left out. */
  names(ids: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** By ID; those that are gone are left out. */
  judge(act: BulkAct, ids: readonly string[]): Promise<ReadonlyMap<string, Judged>>
  /** @throws SignetError `conflict` | `not_found`: this thing is refused, the others are not */
  perform(tx: Tx, context: RequestContext, act: BulkAct, id: string, input: ItemInput): Promise<Performed>
}

/** A list whose acts need to know no more than the thing; the domain that owns it implements this. */
export interface ActedList<Act extends BulkKind> extends Pick<BulkThings, 'select' | 'names'> {
  readonly acts: readonly Act[]
  judge(act: Act, ids: readonly string[]): Promise<ReadonlyMap<string, Judged>>
  perform(
    tx: Tx,
    context: RequestContext,
    act: Act,
    id: string,
    meant: { reason?: string | undefined },
  ): Promise<Performed>
}

/** Such a list as jobs see it. */
export function thingsOf<Act extends BulkKind>(list: ActedList<Act>): BulkThings {
  const actOf = ({ kind }: BulkAct): Act => {
    const act = list.acts.find((each) => each === kind)
    if (act === undefined) throw new SignetError('internal', 'The list has no such act.')
    return act
  }
  return {
    select: (filter, portion) => list.select(filter, portion),
    names: (ids) => list.names(ids),
    judge: async (act, ids) => list.judge(actOf(act), ids),
    perform: async (tx, context, act, id) => list.perform(tx, context, actOf(act), id, { reason: act.reason }),
  }
}
