import type { FieldSpec } from '@signet/shared/query/fields'
import { parseQuery } from '@signet/shared/query/query'
import { Button } from './button.tsx'
import { EmptyState } from './empty-state.tsx'
import { visibleText } from './visible-text.ts'

interface NoMatchProps {
  /** What one of the list is. */
  noun: string
  fields: readonly FieldSpec[]
  filter: string
  onFilter: (filter: string | undefined) => void
}

/** A filter that nothing matches, or that cannot be read, and the ways out. */
export function NoMatch({ noun, fields, filter, onFilter }: NoMatchProps) {
  const { parts, faults } = parseQuery(filter, fields)
  const withoutLast = filter.slice(0, parts.at(-1)?.from ?? 0).trim()
  return (
    <EmptyState
      title={faults.length > 0 ? 'The filter cannot be read' : `No ${noun} matches`}
      actions={
        <>
          <Button onClick={() => onFilter(undefined)}>Clear filters</Button>
          {withoutLast !== '' && <Button onClick={() => onFilter(withoutLast)}>Drop last filter</Button>}
        </>
      }
    >
      <p>
        <code>{visibleText(filter)}</code>
      </p>
    </EmptyState>
  )
}
