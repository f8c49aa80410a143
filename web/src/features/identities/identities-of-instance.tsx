import type { InstanceDetail } from '@signet/shared/api/resources'
import type { AssignedIdentity } from '@signet/shared/api/user-identities'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Link2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { AttachIdentitiesDialog } from './attach-identities-dialog.tsx'
import { DetachDialog } from './detach-dialog.tsx'
import { identitiesOfOptions } from './identities-queries.ts'
import { StateBadge } from './identity-columns.tsx'
import { standingColumns } from './standing-columns.tsx'

const idLength = 8

/** The user-assigned identities of one instance, on its page: attach and detach. */
export function IdentitiesOfInstance({ instance }: { instance: InstanceDetail }) {
  const query = useQuery(identitiesOfOptions(instance.id))
  const [attaching, setAttaching] = useState(false)
  const refusal = useRefusal('identities.write')
  const columns = useMemo(
    () =>
      columnsOf<AssignedIdentity>([
        ...identityColumns,
        { id: 'act', header: 'Actions', cell: (row) => <DetachButton instance={instance} row={row} /> },
      ]),
    [instance],
  )
  return (
    <Card
      title="User-assigned identities"
      actions={
        <Button
          small
          icon={<Link2 size={14} aria-hidden />}
          disabledReason={refusal}
          onClick={() => setAttaching(true)}
        >
          Attach identities
        </Button>
      }
    >
      <Loadable state={loadStateOf(query)}>
        {({ items }) => (
          <>
            {items.length === 0 ? (
              <EmptyState title="No user-assigned identity is attached">
                <p>One that is attached serves code here under its client ID, beside the instance’s own identity.</p>
              </EmptyState>
            ) : (
              <SimpleTable
                label="User-assigned identities"
                columns={columns}
                rows={items}
                rowId={(row) => row.identity.principalId}
              />
            )}
            {attaching && (
              <AttachIdentitiesDialog instance={instance} assigned={items} onClose={() => setAttaching(false)} />
            )}
          </>
        )}
      </Loadable>
    </Card>
  )
}

const identityColumns = columnsOf<AssignedIdentity>([
  {
    id: 'name',
    header: 'Identity',
    cell: ({ identity }) => (
      <Link to="/identities/$principalId/{-$tab}" params={{ principalId: identity.principalId, tab: undefined }}>
        <Untrusted text={identity.name} />
      </Link>
    ),
  },
  { id: 'group', header: 'Resource group', cell: ({ identity }) => <Untrusted text={identity.resourceGroup} /> },
  { id: 'identity-state', header: 'State', cell: ({ identity }) => <StateBadge identity={identity} /> },
  {
    id: 'principal',
    header: 'Principal ID',
    cell: ({ identity }) => <Copyable value={identity.principalId} label="principal ID" short={idLength} />,
  },
  {
    id: 'client',
    header: 'Client ID',
    cell: ({ identity }) => <Copyable value={identity.clientId} label="client ID" short={idLength} />,
  },
  ...standingColumns,
  { id: 'since', header: 'Since', cell: ({ assignedAt }) => <RelativeTime at={assignedAt} /> },
])

function DetachButton({ instance, row }: { instance: InstanceDetail; row: AssignedIdentity }) {
  const [asking, setAsking] = useState(false)
  const refusal = useRefusal('identities.write')
  return (
    <>
      <Button
        small
        disabledReason={refusal}
        aria-label={`Detach ${visibleText(row.identity.name)}`}
        onClick={() => setAsking(true)}
      >
        Detach
      </Button>
      {asking && <DetachDialog identity={row.identity} instance={instance} onClose={() => setAsking(false)} />}
    </>
  )
}
