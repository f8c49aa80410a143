import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { pagedListOf } from '../../api/pages.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Field, Select } from '../../ui/form.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { PagedTable } from '../../ui/paged-table.tsx'
import { TesterNav } from './tester-nav.tsx'
import styles from './token-test.module.css'
import { tracesOptions } from './token-test-queries.ts'
import { traceColumns } from './trace-columns.tsx'

const page = getRouteApi('/signed-in/tokens/traces')

const outcomes = [
  { value: 'all', label: 'All' },
  { value: 'ok', label: 'Token received' },
  { value: 'failed', label: 'No token' },
] as const

/** Tests of the last seven days. */
export function TracesPage() {
  useTitle('Traces')
  const filter = page.useSearch()
  const navigate = page.useNavigate()
  const query = useInfiniteQuery(tracesOptions(filter))
  return (
    <>
      <PageHeader title="Traces" lead="Tests of the last seven days, newest first. No token is kept." />
      <TesterNav />
      <div className={styles['filter']}>
        <Field label="Outcome">
          {(control) => (
            <Select
              {...control}
              value={filter.outcome ?? 'all'}
              choices={outcomes}
              onChange={(value) =>
                void navigate({ search: { ...filter, outcome: value === 'all' ? undefined : value }, replace: true })
              }
            />
          )}
        </Field>
      </div>
      <Frame>
        <PagedTable
          label="Traces"
          columns={traceColumns}
          list={pagedListOf(query)}
          rowId={(row) => row.id}
          nouns={['trace', 'traces']}
          empty={<NoTrace isFiltered={filter.outcome !== undefined || filter.instance !== undefined} />}
          lines={8}
        />
      </Frame>
    </>
  )
}

function NoTrace({ isFiltered }: { isFiltered: boolean }) {
  return (
    <EmptyState
      title={isFiltered ? 'No test of the last seven days matches' : 'No token was tested in the last seven days'}
      actions={
        <Link to="/tokens/test" className={buttonClass('primary')}>
          Test a token
        </Link>
      }
    />
  )
}
