import type { TokenTest } from '@signet/shared/api/token-tests'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { FlaskConical } from 'lucide-react'
import { loadStateOf } from '../../api/load-state.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { ExactTime } from '../../ui/relative-time.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { againOf, searchOf } from './test-request.ts'
import { TestResult } from './test-result.tsx'
import { TesterNav } from './tester-nav.tsx'
import { traceOptions } from './token-test-queries.ts'

const page = getRouteApi('/signed-in/tokens/traces/$traceId')

/** A test that is over, under an address that can be sent to others. */
export function TracePage() {
  const { traceId } = page.useParams()
  const query = useQuery(traceOptions(traceId))
  useTitle(query.data?.instance.name, 'Trace')
  return <Loadable state={loadStateOf(query)}>{(test) => <Trace test={test} />}</Loadable>
}

function Trace({ test }: { test: TokenTest }) {
  const navigate = page.useNavigate()
  const toTester = (change?: { withoutSelector: true }) =>
    void navigate({ to: '/tokens/test', search: searchOf(againOf(test, change)) })
  return (
    <>
      <PageHeader
        back={<Link to="/tokens/traces">Traces</Link>}
        title={
          <>
            Trace of <Untrusted text={test.instance.name} />
          </>
        }
        lead={
          <>
            By <Untrusted text={test.actor} />, <ExactTime at={test.at} relative />. Kept for seven days, without the
            token.
          </>
        }
        actions={
          <Link to="/tokens/test" search={searchOf(againOf(test))} className={buttonClass()}>
            <FlaskConical size={14} aria-hidden />
            Test again
          </Link>
        }
      />
      <TesterNav />
      <TestResult test={test} acts={{ onRunAgain: toTester, onEditRequest: toTester }} />
    </>
  )
}
