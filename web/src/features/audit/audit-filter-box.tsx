import { auditFields } from '@signet/shared/query/audit-fields'
import { parseQuery } from '@signet/shared/query/query'
import { useState } from 'react'
import { TextInput } from '../../ui/form.tsx'

/** The filter as text. Only a filter without faults reaches the address. */
export function AuditFilterBox(props: { filter: string | undefined; onChange: (filter: string | undefined) => void }) {
  const [text, setText] = useState(props.filter ?? '')
  const [fault] = parseQuery(text, auditFields).faults
  return (
    <search>
      <TextInput
        type="search"
        aria-label="Filter events"
        placeholder="action:identity.* actor:name result:failed"
        value={text}
        aria-invalid={fault !== undefined}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && fault === undefined) props.onChange(text.trim() === '' ? undefined : text.trim())
        }}
      />
      {fault !== undefined && <p className="warn">{fault.message}</p>}
    </search>
  )
}
