import { auditActions } from '@signet/shared/vocabulary/audit-events'
import { useQuery } from '@tanstack/react-query'
import { loadStateOf } from '../../api/load-state.ts'

import { Loadable } from '../../ui/loadable.tsx'
import { PeekPanel } from '../../ui/peek-panel.tsx'
import { AuditEntry } from './audit-entry.tsx'
import { auditEventOptions } from './audit-queries.ts'

/** One event in full, beside the list. */
export function AuditPeek({ eventId, onClose }: { eventId: string; onClose: () => void }) {
  const query = useQuery(auditEventOptions(eventId))
  return (
    <PeekPanel title={query.data === undefined ? 'Event' : auditActions[query.data.action]} onClose={onClose}>
      <Loadable state={loadStateOf(query)}>{(event) => <AuditEntry event={event} />}</Loadable>
    </PeekPanel>
  )
}
