import type { HeldRole } from '@signet/shared/api/user-identities'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { heldRolesOptions } from '../../api/held-roles.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { GiveRoleDialog } from './give-role-dialog.tsx'
import { UnassignButton } from './unassign-button.tsx'

interface PrincipalRolesProps {
  principalId: ObjectId
  /** Why nothing can be given, beyond what the role of the operator says. */
  lockedReason?: string | undefined
}

/** The app roles of one principal, on its page. */
export function PrincipalRoles({ principalId, lockedReason }: PrincipalRolesProps) {
  const query = useQuery(heldRolesOptions(principalId))
  const [giving, setGiving] = useState(false)
  const refusal = useRefusal('audiences.write') ?? lockedReason
  return (
    <Card
      title="App roles"
      actions={
        <Button small icon={<Plus size={14} aria-hidden />} disabledReason={refusal} onClick={() => setGiving(true)}>
          Assign an app role
        </Button>
      }
    >
      <Loadable state={loadStateOf(query)} lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No app role is assigned">
              <p>
                Its tokens for an audience carry the roles it has there. Some audiences ask for one: without it there is
                no token.
              </p>
            </EmptyState>
          ) : (
            <SimpleTable label="App roles" columns={columns} rows={items} rowId={(row) => row.assignmentId} />
          )
        }
      </Loadable>
      {giving && <GiveRoleDialog principalId={principalId} onClose={() => setGiving(false)} />}
    </Card>
  )
}

const columns = columnsOf<HeldRole>([
  {
    id: 'audience',
    header: 'Audience',
    cell: ({ audience }) => (
      <Link to="/audiences/$audienceId" params={{ audienceId: audience.id }}>
        <Untrusted text={audience.name} />
      </Link>
    ),
  },
  {
    id: 'uri',
    header: 'Identifier URI',
    cell: ({ audience }) => <Untrusted text={audience.uri} className="mono" />,
  },
  { id: 'role', header: 'Role', cell: ({ role }) => <Untrusted text={role} className="mono" /> },
  {
    id: 'act',
    header: 'Actions',
    cell: (row) => <UnassignButton audience={row.audience} assignmentId={row.assignmentId} role={row.role} />,
  },
])
