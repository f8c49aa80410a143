import { dayMs } from '@signet/shared/vocabulary/time'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { pagedListOf, rowsOf } from '../../api/pages.ts'
import { absoluteTime } from '../../ui/absolute-time.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Select } from '../../ui/form.tsx'
import { Histogram } from '../../ui/histogram.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { activityColumns } from './activity-columns.tsx'
import { type ActivitySource, type TokenSearch, tokenHistogramOptions, tokensOptions } from './activity-queries.ts'
import { type ActivitySearch, questionOf } from './activity-search.ts'
import styles from './token-activity.module.css'

/** What the bars cover where no stretch was chosen. */
const spanMs = dayMs

interface TokenActivityProps {
  source: ActivitySource
  search: ActivitySearch
  /** Of what was done to it in the audit log, where that does not stand beside it. */
  auditFilter?: string
}

/** What the authority recorded of the token requests of an instance or of a principal. The choices are in the address. */
export function TokenActivity({ source, search, auditFilter }: TokenActivityProps) {
  const navigate = useNavigate()
  const onChange = (next: ActivitySearch) =>
    void navigate({ to: '.', search: { ...search, ...next }, replace: true, resetScroll: false })
  const part = { source, search, onChange }
  return (
    <>
      <Tools {...part} auditFilter={auditFilter} />
      <Bars {...part} />
      <Requests {...part} />
    </>
  )
}

interface Part {
  source: ActivitySource
  search: ActivitySearch
  onChange: (next: ActivitySearch) => void
}

const results = [
  { value: 'all', label: 'Every outcome' },
  { value: 'ok', label: 'Tokens issued' },
  { value: 'refused', label: 'Refused' },
] as const

function Tools({ source, search, onChange, auditFilter }: Part & { auditFilter: string | undefined }) {
  const everything = useInfiniteQuery(tokensOptions(source))
  const seen = new Set(everything.data === undefined ? [] : rowsOf(everything.data).map(({ audience }) => audience))
  if (search.audience !== undefined) seen.add(search.audience)
  const audiences = [...seen].sort().map((value) => ({ value, label: visibleText(value) }))
  return (
    <div className={styles['tools']}>
      <Select
        aria-label="Outcome"
        value={search.result ?? 'all'}
        choices={results}
        onChange={(result) => onChange({ result: result === 'all' ? undefined : result })}
      />
      <Select
        aria-label="Audience"
        value={search.audience ?? ''}
        choices={[{ value: '', label: 'Every audience' }, ...audiences]}
        onChange={(audience) => onChange({ audience: audience === '' ? undefined : audience })}
      />
      {search.from !== undefined && (
        <Button small onClick={() => onChange({ from: undefined, to: undefined })}>
          Any time
        </Button>
      )}
      {auditFilter !== undefined && (
        <Link to="/audit" search={{ filter: auditFilter, range: 'all' }}>
          What was done to it, in the audit log
        </Link>
      )}
    </div>
  )
}

function Bars({ source, search, onChange }: Part) {
  const question = questionOf(search)
  const { data } = useQuery(tokenHistogramOptions(source, question, spanMs))
  const [first, last] = [data?.buckets[0], data?.buckets.at(-1)]
  if (data === undefined || first === undefined || last === undefined) return null
  const { buckets, bucketMs } = data
  const isEmpty = buckets.every(({ ok, refused }) => ok + refused === 0)
  if (isEmpty && !isNarrowed(question)) return null
  return (
    <Histogram
      label="Token requests over time"
      bars={buckets.map(({ at, ok, refused }) => ({
        key: String(at),
        name: `${absoluteTime(at, 'minute')}: ${ok} issued, ${refused} refused`,
        parts: [
          { tone: 'accent', value: ok },
          { tone: 'bad', value: refused },
        ],
      }))}
      ends={[absoluteTime(first.at, 'minute'), absoluteTime(last.at + bucketMs, 'minute')]}
      onPick={(index) => {
        const at = buckets[index]?.at
        if (at === undefined) return
        onChange({ from: new Date(at).toISOString(), to: new Date(at + bucketMs).toISOString() })
      }}
    />
  )
}

function Requests({ source, search, onChange }: Part) {
  const question = questionOf(search)
  const query = useInfiniteQuery(tokensOptions(source, question))
  return (
    <Frame>
      <PagedTable
        label="Token requests"
        columns={activityColumns}
        list={pagedListOf(query)}
        rowId={(row) => row.id}
        nouns={['request', 'requests']}
        empty={<NoRequest isFiltered={isNarrowed(question)} onChange={onChange} />}
      />
    </Frame>
  )
}

function isNarrowed(question: TokenSearch): boolean {
  return Object.values(question).some((value) => value !== undefined)
}

function NoRequest({ isFiltered, onChange }: { isFiltered: boolean; onChange: Part['onChange'] }) {
  if (isFiltered) {
    const clear = () => onChange({ result: undefined, audience: undefined, from: undefined, to: undefined })
    return <EmptyState title="No token request matches" actions={<Button onClick={clear}>Show all requests</Button>} />
  }
  return (
    <EmptyState title="No token has been asked for yet">
      <p>Requests to the authority appear here. Answers from the agent’s cache do not reach it.</p>
    </EmptyState>
  )
}
