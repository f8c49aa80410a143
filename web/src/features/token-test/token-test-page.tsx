import type { TestTargets, TokenTestRequest } from '@signet/shared/api/token-tests'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { useRefusal } from '../../api/session.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { SnippetsCard } from './snippets-card.tsx'
import { TestForm } from './test-form.tsx'
import { againOf, draftOf, searchOf, type TestSearch } from './test-request.ts'
import { TestResult } from './test-result.tsx'
import { TesterNav } from './tester-nav.tsx'
import { targetsOptions } from './token-test-queries.ts'
import { useTokenTest } from './use-token-test.ts'

const page = getRouteApi('/signed-in/tokens/test')

/** Click to test: a token through the real path, hop by hop. */
export function TokenTestPage() {
  useTitle('Token tester')
  const { instance } = page.useSearch()
  const [search, setSearch] = useState('')
  const targets = useQuery(targetsOptions({ q: search, instance }))
  return (
    <>
      <PageHeader
        title="Token tester"
        lead="Asks the instance’s own local endpoint for a token, exactly as code on it would, and checks the answer."
      />
      <TesterNav />
      <Loadable state={loadStateOf(targets)} lines={4}>
        {(data) =>
          data.instances.length === 0 && search === '' ? (
            <NoInstance />
          ) : (
            <Tester targets={data} search={search} onSearch={setSearch} />
          )
        }
      </Loadable>
    </>
  )
}

function Tester(props: { targets: TestTargets; search: string; onSearch: (text: string) => void }) {
  const { targets } = props
  const address = page.useSearch()
  const navigate = page.useNavigate()
  const { test, busy, error, run } = useTokenTest()
  const draft = draftOf(address, targets)
  const change = (next: TestSearch) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  const start = useCallback(
    (request: TokenTestRequest) => {
      void navigate({ search: searchOf(request), replace: true })
      run(request)
    },
    [navigate, run],
  )
  const acts = {
    // The test that failed, whatever the form holds by now.
    onRunAgain: (change?: { withoutSelector: true }) => {
      if (test !== undefined) start(againOf(test, change))
    },
    onEditRequest: () =>
      document.querySelector<HTMLInputElement>('form[aria-label="Token test"] [role=combobox]')?.focus(),
  }
  return (
    <>
      <Card title="Request">
        <TestForm {...props} draft={draft} busy={busy} onChange={change} onRun={start} />
      </Card>
      {error !== null && <ErrorPanel problem={problemOf(error)} />}
      {test !== undefined && <TestResult key={test.id} test={test} acts={acts} />}
      {draft.target !== undefined && <SnippetsCard draft={draft} target={draft.target} />}
    </>
  )
}

function NoInstance() {
  const refusal = useRefusal('instances.read')
  const action =
    refusal === undefined ? (
      <Link to="/instances" className={buttonClass('primary')}>
        Enroll an instance
      </Link>
    ) : (
      <Button disabledReason={refusal}>Enroll an instance</Button>
    )
  return (
    <EmptyState title="There is no instance to test yet" actions={action}>
      <p>Register an instance, enroll its agent and turn its identity on, then get a token here.</p>
    </EmptyState>
  )
}
