import { instanceFields } from '@signet/shared/query/instance-fields'
import { parseQuery } from '@signet/shared/query/query'
import { Plus } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { visibleText } from '../../ui/visible-text.ts'

interface NoInstancesProps {
  filter: string
  onFilter: (filter: string | undefined) => void
  /** Undefined for those who may not register one. */
  onRegister: (() => void) | undefined
}

/** Why the list is empty, and what to do about it. */
export function NoInstances({ filter, onFilter, onRegister }: NoInstancesProps) {
  const { parts, faults } = parseQuery(filter, instanceFields)
  if (filter.trim() === '') {
    return (
      <EmptyState
        title="No instance is registered yet"
        actions={
          onRegister !== undefined && (
            <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={onRegister}>
              Register the first instance
            </Button>
          )
        }
      >
        <p>
          An instance is a machine, app or function that gets a managed identity. Register one, then run the command it
          shows on that machine.
        </p>
      </EmptyState>
    )
  }
  const last = parts.at(-1)
  const withoutLast = filter.slice(0, last?.from ?? 0).trim()
  return (
    <EmptyState
      title={faults.length > 0 ? 'The filter cannot be read' : 'No instance matches'}
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
