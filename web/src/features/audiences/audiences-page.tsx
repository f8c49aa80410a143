import type { Audience, AudienceSort } from '@signet/shared/api/audiences'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useSavedViews } from '../../api/saved-views.ts'
import { useRefusal } from '../../api/session.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ListPage, type ListPageProps } from '../../ui/list-page.tsx'
import { useListView } from '../../ui/list-view.ts'
import { RowMenuButton } from '../../ui/row-menu.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { RegisterAudienceDialog } from './audience-dialogs.tsx'
import { audienceList, builtInViews, useAudienceExport } from './audience-list.ts'
import { AudiencePeek } from './audience-peek.tsx'
import { AudienceRowMenu, rowMenu } from './audience-row-menu.tsx'
import { useAudienceFacets, useAudienceRows } from './audiences-queries.ts'

const page = getRouteApi('/signed-in/audiences')

/** Every service that tokens are issued for. @param props.bulk what can be done with many of them at once */
export function AudiencesPage({ bulk }: Pick<ListPageProps<Audience, AudienceSort>, 'bulk'>) {
  const navigate = page.useNavigate()
  const view = useListView(audienceList, page.useSearch(), (search, push) => {
    void navigate({ search, replace: !push, resetScroll: false })
  })
  const [registering, setRegistering] = useState(false)
  const refusal = useRefusal('audiences.write')
  return (
    <ListPage
      view={view}
      list={useAudienceRows(view.question)}
      title="Audiences"
      lead="Services that tokens are issued for. Some come with Signet, the others are your own."
      counts={useAudienceFacets()}
      views={{ builtIn: builtInViews, ...useSavedViews('audiences') }}
      exporter={useAudienceExport()}
      create={{ label: 'Register audience', refusal, onOpen: () => setRegistering(true) }}
      onOpen={({ id }) => void navigate({ to: '/audiences/$audienceId', params: { audienceId: id } })}
      rowMenu={menuButton}
      peek={(id, onClose) => <AudiencePeek id={id} onClose={onClose} />}
      bulk={bulk}
      empty={<EmptyState title="No audience is registered" />}
    >
      <AudienceRowMenu />
      <RegisterAudienceDialog open={registering} onClose={() => setRegistering(false)} />
    </ListPage>
  )
}

function menuButton(row: Audience) {
  return <RowMenuButton handle={rowMenu} row={row} name={visibleText(row.name)} />
}
