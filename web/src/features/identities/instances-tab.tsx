import type { AssignedInstance, UserIdentityDetail } from '@signet/shared/api/user-identities'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Link2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import { pagedListOf } from '../../api/pages.ts'
import { useRefusal } from '../../api/session.ts'
import { instanceKindWords } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { AttachDialog } from './attach-dialog.tsx'
import { DetachDialog } from './detach-dialog.tsx'
import { assignedInstancesOptions } from './identities-queries.ts'
import { standingColumns } from './standing-columns.tsx'

/** Where an identity is assigned: attach and detach, and how far the agent of each instance is. */
export function InstancesTab({ identity }: { identity: UserIdentityDetail }) {
  const query = useInfiniteQuery(assignedInstancesOptions(identity.principalId))
  const [attaching, setAttaching] = useState(false)
  const refusal = useWriteRefusal(identity)
  const columns = useMemo(
    () =>
      columnsOf<AssignedInstance>([
        ...instanceColumns,
        { id: 'act', header: 'Actions', cell: (row) => <DetachButton identity={identity} row={row} /> },
      ]),
    [identity],
  )
  const attach = (
    <Button small icon={<Link2 size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAttaching(true)}>
      Attach to instances
    </Button>
  )
  return (
    <Card title="Instances" actions={attach}>
      <PagedTable
        label="Instances it is assigned to"
        columns={columns}
        list={pagedListOf(query)}
        rowId={(row) => row.instance.id}
        nouns={['instance', 'instances']}
        empty={
          <EmptyState title="It is assigned to no instance">
            <p>Attach it to instances: code there gets tokens as this identity by naming its client ID.</p>
          </EmptyState>
        }
      />
      {attaching && <AttachDialog identity={identity} onClose={() => setAttaching(false)} />}
    </Card>
  )
}

function useWriteRefusal({ state }: UserIdentityDetail): string | undefined {
  const refusal = useRefusal('identities.write')
  return refusal ?? (state === 'deleted' ? 'It is deleted; restore it first.' : undefined)
}

const instanceColumns = columnsOf<AssignedInstance>([
  {
    id: 'instance',
    header: 'Instance',
    cell: ({ instance }) => (
      <Link to="/instances/$instanceId/{-$tab}" params={{ instanceId: instance.id, tab: 'identities' }}>
        <Untrusted text={instance.name} />
      </Link>
    ),
  },
  { id: 'kind', header: 'Kind', cell: ({ instance }) => instanceKindWords[instance.kind] },
  ...standingColumns,
  { id: 'since', header: 'Since', cell: ({ assignedAt }) => <RelativeTime at={assignedAt} /> },
])

function DetachButton({ identity, row }: { identity: UserIdentityDetail; row: AssignedInstance }) {
  const [asking, setAsking] = useState(false)
  const refusal = useWriteRefusal(identity)
  return (
    <>
      <Button
        small
        disabledReason={refusal}
        aria-label={`Detach from ${visibleText(row.instance.name)}`}
        onClick={() => setAsking(true)}
      >
        Detach
      </Button>
      {asking && <DetachDialog identity={identity} instance={row.instance} onClose={() => setAsking(false)} />}
    </>
  )
}
