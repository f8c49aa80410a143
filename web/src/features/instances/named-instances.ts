import { mostNamed } from '@signet/shared/api/lists'
import { InstanceId } from '@signet/shared/vocabulary/identifiers'
import type { RowSelection } from '../../ui/row-selection.ts'

export type NamedSelection = Extract<RowSelection, { kind: 'some' }>

/** Why nothing can be done with a selection that names its rows: there are too many to name. */
export function tooManyNamed(selection: RowSelection): string | undefined {
  if (selection.kind === 'all' || selection.ids.size <= mostNamed) return undefined
  return `At most ${mostNamed} can be picked one by one; select all that match a filter instead.`
}

export function namedIn({ ids }: NamedSelection): InstanceId[] {
  return [...ids].map((id) => InstanceId.parse(id))
}
