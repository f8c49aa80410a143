import { instanceFields } from '@signet/shared/query/instance-fields'
import { Plus } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { NoMatch } from '../../ui/no-match.tsx'

interface NoInstancesProps {
  filter: string
  onFilter: (filter: string | undefined) => void
  /** Undefined for those who may not register one. */
  onRegister: (() => void) | undefined
}

/** Why the list is empty, and what to do about it. */
export function NoInstances({ filter, onFilter, onRegister }: NoInstancesProps) {
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
  return <NoMatch noun="instance" fields={instanceFields} filter={filter} onFilter={onFilter} />
}
