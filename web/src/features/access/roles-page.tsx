import type { RoleDefinition } from '@signet/shared/api/authorization'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { useSession } from '../../api/session.ts'
import { Frame } from '../../ui/card.tsx'
import { ForbiddenPanel } from '../../ui/forbidden-panel.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { AccessFrame } from './access-frame.tsx'
import { rolesOptions } from './access-queries.ts'

const columns = columnsOf<RoleDefinition>([
  {
    id: 'name',
    header: 'Role',
    cell: ({ id, name }) => (
      <Link to="/access/roles/$roleId" params={{ roleId: id }}>
        <Untrusted text={name} />
      </Link>
    ),
  },
  { id: 'kind', header: 'Kind', cell: ({ builtIn }) => (builtIn ? 'Built in' : 'Own') },
  { id: 'description', header: 'What it allows', cell: ({ description }) => <Untrusted text={description} /> },
  {
    id: 'assignments',
    header: 'Assignments',
    cell: ({ id, assignments }) =>
      assignments === 0 ? (
        '0'
      ) : (
        <Link to="/access" search={{ role: id }}>
          {assignments.toLocaleString('en')}
        </Link>
      ),
  },
])

/** Every role that can be given: the built-in ones, with the IDs of the field, and one's own. */
export function RolesPage() {
  const may = useSession()?.permissions.includes('instances.read') !== false
  return <AccessFrame tab="roles">{may ? <Roles /> : <ForbiddenPanel permission="instances.read" />}</AccessFrame>
}

function Roles() {
  const query = useQuery(rolesOptions)
  return (
    <Frame>
      <Loadable state={loadStateOf(query)} lines={8}>
        {({ items }) => <SimpleTable label="Roles" columns={columns} rows={items} rowId={({ id }) => id} />}
      </Loadable>
    </Frame>
  )
}
