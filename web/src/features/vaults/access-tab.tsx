import type { ScopedAssignment } from '@signet/shared/api/authorization'
import type { VaultSummary } from '@signet/shared/api/vault'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { pagedListOf } from '../../api/pages.ts'
import { principalKindWords } from '../../api/words.ts'
import { Breakable } from '../../ui/breakable.tsx'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { PrincipalLink } from '../../ui/principal-link.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { assignmentsUnderOptions, holdersOptions } from './vaults-queries.ts'

/** Who can read every secret of a vault, and who has a role at single ones. */
export function AccessTab({ vault }: { vault: VaultSummary }) {
  return (
    <>
      <ReadersCard
        title="Who can read every secret of it"
        scope={vault.resourceId}
        note="By a role at the vault, at its resource group or above."
      />
      <SingleSecretsCard vault={vault} />
    </>
  )
}

interface ReadersCardProps {
  title: string
  /** ARM ID of the vault, or of one secret of it. */
  scope: string
  note: string
}

/** Every assignment by which somebody may read values at a scope. */
export function ReadersCard({ title, scope, note }: ReadersCardProps) {
  const query = useInfiniteQuery(holdersOptions(scope))
  const columns = useMemo(() => columnsAt(scope), [scope])
  return (
    <Card title={title}>
      <p className="muted">{note} Operators read no value but by revealing it.</p>
      <PagedTable
        label={title}
        columns={columns}
        list={pagedListOf(query)}
        rowId={(row) => row.id}
        nouns={['assignment', 'assignments']}
        empty={
          <EmptyState title="Nobody can read it">
            <p>
              Assign a role such as <code>Key Vault Secrets User</code> at it: <code>signet role assign</code>, or{' '}
              <code>az role assignment create</code>.
            </p>
          </EmptyState>
        }
      />
    </Card>
  )
}

function SingleSecretsCard({ vault }: { vault: VaultSummary }) {
  const scope = vault.resourceId
  const query = useInfiniteQuery(assignmentsUnderOptions(scope))
  const list = pagedListOf(query)
  const columns = useMemo(() => columnsAt(scope), [scope])
  const single = list.state.data?.filter((row) => row.scope.length > scope.length)
  if (single === undefined || (single.length === 0 && !list.hasMore)) return null
  return (
    <Card title="Roles at single secrets">
      <PagedTable
        label="Roles at single secrets"
        columns={columns}
        list={{ ...list, state: { ...list.state, data: single } }}
        rowId={(row) => row.id}
        nouns={['assignment', 'assignments']}
        empty={<EmptyState title="None among the first ones" />}
      />
    </Card>
  )
}

const columnsAt = (scope: string) =>
  columnsOf<ScopedAssignment>([
    { id: 'principal', header: 'Principal', cell: ({ principal }) => <PrincipalLink principal={principal} /> },
    { id: 'kind', header: 'Kind', cell: ({ principal }) => principalKindWords[principal.kind] },
    {
      id: 'id',
      header: 'Principal ID',
      cell: ({ principal }) => <Copyable value={principal.principalId} label="principal ID" short={8} />,
    },
    { id: 'role', header: 'Role', cell: ({ role }) => <Untrusted text={role.name} /> },
    { id: 'scope', header: 'Assigned at', cell: (row) => <Place of={row.scope} here={scope} /> },
    { id: 'since', header: 'Since', cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  ])

/** A scope as seen from a place: it, something in it, or something it is in. */
function Place({ of, here }: { of: string; here: string }) {
  const [at, from] = [of.toLowerCase(), here.toLowerCase()]
  if (at === from) return 'Here'
  if (at.startsWith(`${from}/`)) return <Untrusted text={of.slice(here.length + '/secrets/'.length)} className="mono" />
  return (
    <code>
      <Breakable text={visibleText(of)} />
    </code>
  )
}
