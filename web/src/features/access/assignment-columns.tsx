import type { ScopedAssignment } from '@signet/shared/api/authorization'
import { Link } from '@tanstack/react-router'
import { principalKindWords } from '../../api/words.ts'
import { idColumn } from '../../ui/id-column.tsx'
import { None } from '../../ui/none.tsx'
import { PrincipalLink } from '../../ui/principal-link.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { type Column, columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { ScopePath } from './scope-path.tsx'
import { scopeWords } from './scope-words.ts'

/** What one assignment is called: `Reader of web-01 at vault acme`. */
export function assignmentName({ role, principal, scope }: ScopedAssignment): string {
  return `${visibleText(role.name)} of ${visibleText(principal.name)} at ${scopeWords(scope)}`
}

/** When it last allowed something; that it went unused for long is marked. */
export function LastUsed({ assignment: { lastUsedAt, isUnused } }: { assignment: ScopedAssignment }) {
  const when = lastUsedAt === null ? <span className="muted">Never</span> : <RelativeTime at={lastUsedAt} />
  if (!isUnused) return when
  return (
    <span className="row">
      {when}
      <StatusBadge tone="warn" word="Unused 90 d" title="Neither given nor used within the last 90 days" />
    </span>
  )
}

const columns = {
  principal: {
    ...{ id: 'principal', header: 'Principal', width: 170 },
    cell: ({ principal }) => <PrincipalLink principal={principal} />,
  },
  kind: { id: 'kind', header: 'Kind', width: 170, cell: ({ principal }) => principalKindWords[principal.kind] },
  role: {
    ...{ id: 'role', header: 'Role', width: 190 },
    cell: ({ role }) => (
      <Link to="/access/roles/$roleId" params={{ roleId: role.id }}>
        <Untrusted text={role.name} />
      </Link>
    ),
  },
  scope: { id: 'scope', header: 'Scope', width: 260, cell: ({ scope }) => <ScopePath scope={scope} /> },
  description: {
    ...{ id: 'description', header: 'Description', width: 180 },
    cell: ({ description }) =>
      description === null || description === '' ? <None /> : <Untrusted text={description} />,
  },
  used: { id: 'used', header: 'Last used', width: 190, cell: (row) => <LastUsed assignment={row} /> },
  by: { id: 'by', header: 'Given by', width: 130, cell: ({ createdBy }) => <Untrusted text={createdBy.label} /> },
  at: { id: 'at', header: 'Given', width: 120, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  id: idColumn<ScopedAssignment>({
    id: 'id',
    header: 'Assignment ID',
    label: 'assignment ID',
    isExtra: true,
    of: ({ id }) => id,
  }),
} satisfies Record<string, Column<ScopedAssignment>>

/** Of the list of all assignments. */
export const assignmentColumns = columnsOf<ScopedAssignment>([
  columns.principal,
  columns.kind,
  columns.role,
  columns.scope,
  columns.used,
  columns.by,
  columns.at,
  { ...columns.description, isExtra: true },
  columns.id,
])

/** Of one principal's assignments. */
export const heldColumns = [columns.role, columns.scope, columns.used, columns.by, columns.at]

/** Of those who have one role, or may do one thing. */
export const holderColumns = columnsOf<ScopedAssignment>([columns.principal, columns.kind, columns.scope, columns.used])

/** Of those by whom something is allowed. */
export const byColumns = columnsOf<ScopedAssignment>([columns.principal, columns.kind, columns.role, columns.scope])
