import type { Audience, RoleAssignment } from '@signet/shared/api/audiences'
import { useInfiniteQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { useMemo, useState } from 'react'
import { pagedListOf } from '../../api/pages.ts'
import { useRefusal } from '../../api/session.ts'
import { principalKindWords } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { PrincipalLink } from '../../ui/principal-link.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { AssignDialog } from './assign-dialog.tsx'
import { assignmentsOptions } from './audiences-queries.ts'
import { UnassignButton } from './unassign-button.tsx'

/** Who has which role of an audience. */
export function AssignmentsCard({ audience }: { audience: Audience }) {
  const query = useInfiniteQuery(assignmentsOptions(audience.id))
  const [assigning, setAssigning] = useState(false)
  const refusal = useRefusal('audiences.write')
  const columns = useMemo(
    () =>
      columnsOf<RoleAssignment>([
        ...assignmentColumns,
        {
          id: 'act',
          header: 'Actions',
          cell: ({ id, role, principal }) => (
            <UnassignButton
              audience={audience}
              assignmentId={id}
              role={role}
              principalName={visibleText(principal.name)}
            />
          ),
        },
      ]),
    [audience],
  )
  return (
    <Card
      title="Role assignments"
      actions={
        <Button
          small
          icon={<UserPlus size={14} aria-hidden />}
          disabledReason={refusal ?? (audience.roles.length === 0 ? 'It has no roles yet.' : undefined)}
          onClick={() => setAssigning(true)}
        >
          Assign a role
        </Button>
      }
    >
      <PagedTable
        label="Role assignments"
        columns={columns}
        list={pagedListOf(query)}
        rowId={(row) => row.id}
        nouns={['assignment', 'assignments']}
        empty={
          <EmptyState title="Nobody has a role of it">
            {audience.assignmentRequired && <p>So nobody gets a token for it: it asks for a role.</p>}
          </EmptyState>
        }
      />
      {assigning && <AssignDialog audience={audience} onClose={() => setAssigning(false)} />}
    </Card>
  )
}

const assignmentColumns = columnsOf<RoleAssignment>([
  { id: 'principal', header: 'Principal', cell: ({ principal }) => <PrincipalLink principal={principal} /> },
  { id: 'kind', header: 'Kind', cell: ({ principal }) => principalKindWords[principal.kind] },
  {
    id: 'id',
    header: 'Principal ID',
    cell: ({ principal }) => <Copyable value={principal.principalId} label="principal ID" short={8} />,
  },
  { id: 'role', header: 'Role', cell: ({ role }) => <Untrusted text={role} className="mono" /> },
  { id: 'since', header: 'Since', cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
])
