import type { UserIdentitySort, UserIdentitySummary } from '@signet/shared/api/user-identities'
import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import { useSavedViews } from '../../api/saved-views.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ListPage, type ListPageProps } from '../../ui/list-page.tsx'
import { useListView } from '../../ui/list-view.ts'
import { RowMenuButton } from '../../ui/row-menu.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { CreateIdentityDialog } from './create-identity-dialog.tsx'
import { useIdentityFacets, useIdentityRows } from './identities-queries.ts'
import { builtInViews, identityList, useIdentityExport } from './identity-list.ts'
import { IdentityPeek } from './identity-peek.tsx'
import { IdentityRowMenu, rowMenu } from './identity-row-menu.tsx'

const page = getRouteApi('/signed-in/identities')

interface IdentitiesPageProps extends Pick<ListPageProps<UserIdentitySummary, UserIdentitySort>, 'bulk'> {
  /** Asks before the tokens of a row are taken back; absent where that is not offered. */
  onRevoke?: ComponentProps<typeof IdentityRowMenu>['onRevoke']
}

/** All user-assigned identities. @param props.bulk what can be done with many of them at once */
export function IdentitiesPage({ bulk, onRevoke }: IdentitiesPageProps) {
  const navigate = page.useNavigate()
  const view = useListView(identityList, page.useSearch(), (search, push) => {
    void navigate({ search, replace: !push, resetScroll: false })
  })
  const [creating, setCreating] = useState(false)
  const refusal = useRefusal('identities.write')
  const create = { label: 'Create identity', refusal, onOpen: () => setCreating(true) }
  return (
    <ListPage
      view={view}
      list={useIdentityRows(view.question)}
      title="User-assigned identities"
      lead="Identities that are resources of their own: each can be assigned to many instances, and outlives them."
      counts={useIdentityFacets()}
      views={{ builtIn: builtInViews, ...useSavedViews('identities') }}
      exporter={useIdentityExport()}
      create={create}
      onOpen={({ principalId }) =>
        void navigate({ to: '/identities/$principalId/{-$tab}', params: { principalId, tab: undefined } })
      }
      rowMenu={menuButton}
      peek={(id, onClose) => <IdentityPeek id={id} onClose={onClose} />}
      bulk={bulk}
      empty={
        <NoIdentities
          onCreate={refusal === undefined ? create.onOpen : undefined}
          onDeleted={() => view.change({ q: 'state:deleted' })}
        />
      }
    >
      <IdentityRowMenu onRevoke={onRevoke} />
      <CreateIdentityDialog open={creating} onClose={() => setCreating(false)} />
    </ListPage>
  )
}

function menuButton(row: UserIdentitySummary) {
  return <RowMenuButton handle={rowMenu} row={row} name={visibleText(row.name)} />
}

interface NoIdentitiesProps {
  /** Undefined for those who may not. */
  onCreate: (() => void) | undefined
  onDeleted: () => void
}

function NoIdentities({ onCreate, onDeleted }: NoIdentitiesProps) {
  return (
    <EmptyState
      title="There is no user-assigned identity yet"
      actions={
        <>
          {onCreate !== undefined && (
            <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={onCreate}>
              Create the first identity
            </Button>
          )}
          <Button onClick={onDeleted}>Show deleted ones</Button>
        </>
      }
    >
      <p>
        A user-assigned identity is one principal for many instances: its IDs and roles stay while instances come and
        go. The identity of a single instance is on that instance’s page.
      </p>
    </EmptyState>
  )
}
