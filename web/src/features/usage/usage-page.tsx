import type { UsageSummary } from '@signet/shared/api/usage'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useSavedViews } from '../../api/saved-views.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ListPage } from '../../ui/list-page.tsx'
import { type ListSearch, useListView } from '../../ui/list-view.ts'
import { RowMenuButton } from '../../ui/row-menu.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { principalPath } from './principal-link.tsx'
import styles from './usage.module.css'
import { usageList, usageViews } from './usage-list.ts'
import { useUsageExport, useUsageFacets, useUsageRows } from './usage-queries.ts'
import { rowMenu, UsageRowMenu } from './usage-row-menu.tsx'

const page = getRouteApi('/signed-in/usage')

/** Identities and applications by when and where they were used. */
export function UsagePage() {
  const navigate = page.useNavigate()
  const open = useNavigate()
  const view = useListView(usageList, page.useSearch(), (next, push) => {
    void navigate({ search: next, replace: !push, resetScroll: false })
  })
  return (
    <ListPage
      view={view}
      list={useUsageRows(view.question)}
      title="Usage"
      lead="What every identity and application got tokens for, kept for 13 months. Numbers are of the last 90 days."
      above={<UsageViews />}
      counts={useUsageFacets()}
      views={{ builtIn: usageViews, ...useSavedViews('usage') }}
      exporter={useUsageExport()}
      onOpen={(row) => {
        const path = principalPath(row, 'usage')
        if (path !== undefined) void open(path)
      }}
      rowMenu={menuButton}
      bulk={() => null}
      empty={
        <EmptyState title="There is no identity yet">
          <p>Whatever gets tokens is listed here: identities of instances, user-assigned ones, and applications.</p>
        </EmptyState>
      }
    >
      <UsageRowMenu />
    </ListPage>
  )
}

function menuButton(row: UsageSummary) {
  return <RowMenuButton handle={rowMenu} row={row} name={visibleText(row.name)} />
}

/** The questions of the page, each an address. */
function UsageViews() {
  return (
    <nav aria-label="Views of the use" className={styles['views']}>
      {usageViews.map(({ name, address }: { name: string; address: ListSearch }) => (
        <Link key={name} to="/usage" search={address} activeOptions={{ exact: true }}>
          {name}
        </Link>
      ))}
    </nav>
  )
}
