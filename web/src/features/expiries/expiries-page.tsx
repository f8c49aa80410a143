import { type Expiry, ExpiryKind, overviewApi } from '@signet/shared/api/overview'
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { expiryKindWords, stageTones } from '../../api/alarm-words.ts'
import { call } from '../../api/client.ts'
import { pagedListOf, pagesOptions } from '../../api/pages.ts'
import type { QueryRoot } from '../../api/query-roots.ts'
import { Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Select } from '../../ui/form.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { PagedTable } from '../../ui/paged-table.tsx'
import { PathLink } from '../../ui/path-link.tsx'
import { DueTime, ExactTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'

const page = getRouteApi('/signed-in/expiries')
const list = call(overviewApi.expiries)

const expiriesOptions = (kind: ExpiryKind | undefined) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: ['overview' satisfies QueryRoot, 'expiries', kind],
    queryFn: ({ pageParam, signal }) => list({ query: { cursor: pageParam, kind } }, signal),
  })

const columns = columnsOf<Expiry>([
  {
    id: 'name',
    header: 'What',
    cell: ({ name, path }) => {
      const words = <Untrusted text={name} />
      return path === null ? words : <PathLink path={path}>{words}</PathLink>
    },
  },
  { id: 'kind', header: 'Kind', cell: ({ kind }) => expiryKindWords[kind] },
  { id: 'ends', header: 'Ends', cell: ({ notAfter }) => <ExactTime at={notAfter} relative /> },
  {
    id: 'left',
    header: 'Life left',
    cell: ({ lifeLeft, stage }) => {
      const words = `${Math.floor(100 * lifeLeft)} %`
      return stage !== null && stage <= 10 ? <StatusBadge tone={stageTones[stage]} word={words} /> : words
    },
  },
  { id: 'renewal', header: 'Replaced', cell: (expiry) => <Renewal expiry={expiry} /> },
])

/** That nothing rolls it is a trouble only once half of its life is over. */
function Renewal({ expiry: { renewsAt, overdue, stage } }: { expiry: Expiry }) {
  if (renewsAt === null) return <span className="muted">Not by itself</span>
  if (overdue && stage !== null) return <StatusBadge tone="warn" word="Overdue" />
  return (
    <span>
      By itself, <DueTime at={renewsAt} />
    </span>
  )
}

const choices = [
  { value: 'all', label: 'Everything' },
  ...ExpiryKind.options.map((value) => ({ value, label: expiryKindWords[value] })),
] as const

/** Everything that has an end, the nearest first (SEC-53). */
export function ExpiriesPage() {
  useTitle('Expiries')
  const kind = ExpiryKind.optional().catch(undefined).parse(page.useSearch().kind)
  const navigate = page.useNavigate()
  const query = useInfiniteQuery(expiriesOptions(kind))
  return (
    <>
      <PageHeader
        title="Expiries"
        lead="Everything that has an end, the nearest first."
        actions={
          <Select
            aria-label="Kind"
            value={kind ?? 'all'}
            choices={choices}
            onChange={(value) =>
              void navigate({ search: { kind: value === 'all' ? undefined : value }, replace: true })
            }
          />
        }
      />
      <Frame>
        <PagedTable
          label="Expiries"
          columns={columns}
          list={pagedListOf(query)}
          rowId={({ kind: of, id }) => `${of}-${id}`}
          nouns={['of them', 'of them']}
          empty={<EmptyState title="Nothing of this kind expires" />}
          lines={8}
        />
      </Frame>
    </>
  )
}
