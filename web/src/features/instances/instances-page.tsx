import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { rowsOf } from '../../api/pages.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { instanceColumns } from './instance-columns.tsx'
import { InstanceFilters } from './instance-filters.tsx'
import { type InstanceFilter, instancesOptions } from './instances-queries.ts'
import { RegisterInstanceDialog } from './register-instance-dialog.tsx'

const page = getRouteApi('/signed-in/instances')

/** All service instances, with the switch of each managed identity. */
export function InstancesPage() {
  useTitle('Instances')
  const filter = page.useSearch()
  const navigate = page.useNavigate()
  const [registering, setRegistering] = useState(false)
  const refusal = useRefusal('instances.write')
  const setFilter = (next: InstanceFilter) => void navigate({ search: next, replace: true })
  const register = (
    <Button
      kind="primary"
      icon={<Plus size={14} aria-hidden />}
      disabledReason={refusal}
      onClick={() => setRegistering(true)}
    >
      Register instance
    </Button>
  )
  return (
    <>
      <PageHeader title="Instances" actions={register} />
      <InstanceFilters filter={filter} onChange={setFilter} />
      <Frame>
        <InstanceList filter={filter} onClear={() => setFilter({})} />
      </Frame>
      <RegisterInstanceDialog open={registering} onClose={() => setRegistering(false)} />
    </>
  )
}

function InstanceList({ filter, onClear }: { filter: InstanceFilter; onClear: () => void }) {
  const query = useInfiniteQuery(instancesOptions(filter))
  return (
    <Loadable state={loadStateOf(query)} lines={8}>
      {(data) => {
        const rows = rowsOf(data)
        if (rows.length === 0) return <NoInstances filter={filter} onClear={onClear} />
        return (
          <>
            <SimpleTable label="Instances" columns={instanceColumns} rows={rows} rowId={(row) => row.id} />
            <LoadMore
              shown={rows.length}
              noun={rows.length === 1 ? 'instance' : 'instances'}
              hasMore={query.hasNextPage}
              busy={query.isFetchingNextPage}
              onMore={() => void query.fetchNextPage()}
            />
          </>
        )
      }}
    </Loadable>
  )
}

function NoInstances({ filter, onClear }: { filter: InstanceFilter; onClear: () => void }) {
  if (filter.q === undefined && filter.state === undefined) {
    return (
      <EmptyState title="No instance is registered yet">
        <p>
          An instance is a machine, app or function that gets a managed identity. Register one, then run the command it
          shows on that machine.
        </p>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="No instance matches the filter" actions={<Button onClick={onClear}>Clear filter</Button>}>
      <p>Names, principal IDs and client IDs are searched.</p>
    </EmptyState>
  )
}
