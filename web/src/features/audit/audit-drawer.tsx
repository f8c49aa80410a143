import { auditActions } from '@signet/shared/vocabulary/audit-events'
import { useQuery } from '@tanstack/react-query'
import { loadStateOf } from '../../api/load-state.ts'
import { Drawer } from '../../ui/drawer.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { AuditEntry } from './audit-entry.tsx'
import { auditEventOptions } from './audit-queries.ts'

/** One event in full, beside the list. */
export function AuditDrawer({ eventId, onClose }: { eventId: string; onClose: () => void }) {
  const query = useQuery(auditEventOptions(eventId))
  return (
    <Drawer title={query.data === undefined ? 'Event' : auditActions[query.data.action]} onClose={onClose}>
      <Loadable state={loadStateOf(query)}>{(event) => <AuditEntry event={event} />}</Loadable>
    </Drawer>
  )
}
