import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { problemOf } from '../../api/api-error.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { TestForm } from './test-form.tsx'
import { TestResult } from './test-result.tsx'
import { targetsOptions, useTokenTest } from './token-test-queries.ts'

const page = getRouteApi('/signed-in/tokens/test')

/** Click to test: a token through the real path, hop by hop. */
export function TokenTestPage() {
  useTitle('Token tester')
  const { instance } = page.useSearch()
  const navigate = page.useNavigate()
  const targets = useQuery(targetsOptions)
  const test = useTokenTest()
  return (
    <>
      <PageHeader
        title="Token tester"
        lead="Asks the instance’s own local endpoint for a token, exactly as code on it would, and checks the answer."
      />
      <Card title="Request">
        <Loadable state={loadStateOf(targets)} lines={2}>
          {(data) =>
            data.instances.length === 0 ? (
              <NoInstance />
            ) : (
              <TestForm
                targets={data}
                preselected={instance}
                busy={test.isPending}
                onPick={(picked) => void navigate({ search: { instance: picked }, replace: true })}
                onRun={(request) => test.mutate(request)}
              />
            )
          }
        </Loadable>
      </Card>
      {test.error !== null && <ErrorPanel problem={problemOf(test.error)} />}
      {test.data !== undefined && <TestResult key={test.data.id} test={test.data} />}
    </>
  )
}

function NoInstance() {
  return (
    <EmptyState
      title="There is no instance to test yet"
      actions={
        <Link to="/instances" className={buttonClass('primary')}>
          Go to Instances
        </Link>
      }
    >
      <p>Register an instance and turn its identity on, then get a token here.</p>
    </EmptyState>
  )
}
