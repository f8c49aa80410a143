import type { ApplicationSort, ApplicationSummary } from '@signet/shared/api/applications'
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
import { applicationList, builtInViews, useApplicationExport } from './application-list.ts'
import { ApplicationPeek } from './application-peek.tsx'
import { ApplicationRowMenu, rowMenu } from './application-row-menu.tsx'
import { useApplicationFacets, useApplicationRows } from './applications-queries.ts'
import { CreateApplicationDialog } from './name-dialogs.tsx'

const page = getRouteApi('/signed-in/applications')

interface ApplicationsPageProps extends Pick<ListPageProps<ApplicationSummary, ApplicationSort>, 'bulk'> {
  /** Asks before the tokens of a row are taken back; absent where that is not offered. */
  onRevoke?: ComponentProps<typeof ApplicationRowMenu>['onRevoke']
}

/** Principals of code that runs on no instance of Signet. @param props.bulk what can be done with many of them at once */
export function ApplicationsPage({ bulk, onRevoke }: ApplicationsPageProps) {
  const navigate = page.useNavigate()
  const view = useListView(applicationList, page.useSearch(), (search, push) => {
    void navigate({ search, replace: !push, resetScroll: false })
  })
  const [creating, setCreating] = useState(false)
  const refusal = useRefusal('identities.write')
  const create = { label: 'Create application', refusal, onOpen: () => setCreating(true) }
  return (
    <ListPage
      view={view}
      list={useApplicationRows(view.question)}
      title="Applications"
      lead="Programs outside of any instance, with a secret, a certificate or a token from elsewhere."
      counts={useApplicationFacets()}
      views={{ builtIn: builtInViews, ...useSavedViews('applications') }}
      exporter={useApplicationExport()}
      create={create}
      onOpen={({ principalId }) =>
        void navigate({ to: '/applications/$principalId/{-$tab}', params: { principalId, tab: undefined } })
      }
      rowMenu={menuButton}
      peek={(id, onClose) => <ApplicationPeek id={id} onClose={onClose} />}
      bulk={bulk}
      empty={
        <NoApplications
          onCreate={refusal === undefined ? create.onOpen : undefined}
          onDeleted={() => view.change({ q: 'state:deleted' })}
        />
      }
    >
      <ApplicationRowMenu onRevoke={onRevoke} />
      <CreateApplicationDialog open={creating} onClose={() => setCreating(false)} />
    </ListPage>
  )
}

function menuButton(row: ApplicationSummary) {
  return <RowMenuButton handle={rowMenu} row={row} name={visibleText(row.name)} />
}

interface NoApplicationsProps {
  /** Undefined for those who may not. */
  onCreate: (() => void) | undefined
  onDeleted: () => void
}

function NoApplications({ onCreate, onDeleted }: NoApplicationsProps) {
  return (
    <EmptyState
      title="There is no application yet"
      actions={
        <>
          {onCreate !== undefined && (
            <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={onCreate}>
              Create the first application
            </Button>
          )}
          <Button onClick={onDeleted}>Show deleted ones</Button>
        </>
      }
    >
      <p>
        Create one for a program that no agent serves, such as a build pipeline or a service in another network. On an
        instance, use a managed identity: it has no secret that could leak.
      </p>
    </EmptyState>
  )
}
