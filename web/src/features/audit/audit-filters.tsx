import { AuditAction, AuditOutcome, auditActions } from '@signet/shared/vocabulary/audit-events'
import { outcomeWords } from '../../api/words.ts'
import { Select } from '../../ui/form.tsx'
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

/** Action and outcome; both live in the address. */
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
    </search>
  )
}
