import { AuditAction, AuditOutcome, auditActions } from '@signet/shared/vocabulary/audit-events'
import { X } from 'lucide-react'
import { outcomeWords } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/form.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './audit-filters.module.css'
import type { AuditFilter } from './audit-queries.ts'

const actions = [
  { value: 'any', label: 'Any action' },
  ...AuditAction.options.map((value) => ({ value, label: auditActions[value] })),
] as const
const outcomes = [
  { value: 'any', label: 'Any outcome' },
  ...AuditOutcome.options.map((value) => ({ value, label: outcomeWords[value].word })),
] as const

/** A filter that links set; the button takes it away. */
function Chip({ name, value, onRemove }: { name: string; value: string; onRemove: () => void }) {
  return (
    <Button small onClick={onRemove} aria-label={`Remove the filter ${name} ${value}`}>
      {name}: <code>{visibleText(value.length > 13 ? `${value.slice(0, 13)}…` : value)}</code>
      <X size={12} aria-hidden />
    </Button>
  )
}

/** Action and outcome, and what links ask for; all of it lives in the address. */
export function AuditFilters(props: { filter: AuditFilter; onChange: (filter: AuditFilter) => void }) {
  const { filter, onChange } = props
  return (
    <search className={styles['filters']}>
      <Select
        aria-label="Action"
        value={filter.action ?? 'any'}
        choices={actions}
        onChange={(action) => onChange({ ...filter, action: action === 'any' ? undefined : action })}
      />
      <Select
        aria-label="Outcome"
        value={filter.outcome ?? 'any'}
        choices={outcomes}
        onChange={(outcome) => onChange({ ...filter, outcome: outcome === 'any' ? undefined : outcome })}
      />
      {filter.target !== undefined && (
        <Chip name="target" value={filter.target} onRemove={() => onChange({ ...filter, target: undefined })} />
      )}
      {filter.correlation !== undefined && (
        <Chip
          name="request"
          value={filter.correlation}
          onRemove={() => onChange({ ...filter, correlation: undefined })}
        />
      )}
    </search>
  )
}
