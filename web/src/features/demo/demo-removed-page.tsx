import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleCheck, LoaderCircle } from 'lucide-react'
import { buttonClass } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { demoOptions } from './demo-queries.ts'
import styles from './demo-removed-page.module.css'

const askAgainMs = 1_000

/** Waits until the server that answers at this address is no demo any more, and says where to go on. */
export function DemoRemovedPage() {
  useTitle('Demo removed')
  const { data } = useQuery({
    ...demoOptions,
    staleTime: 0,
    retry: false,
    refetchInterval: (query) => (query.state.data?.demo === false ? false : askAgainMs),
  })
  const isGone = data?.demo === false
  return (
    <main aria-live="polite" className={styles['centre']}>
      <h1 className="sr-only">Demo removed</h1>
      {isGone ? (
        <EmptyState
          icon={<CircleCheck size={20} aria-hidden />}
          title="The demo data is removed"
          actions={
            <Link to="/sign-in" className={buttonClass('primary')}>
              Go to the sign-in page
            </Link>
          }
        >
          <p>Signet runs without it. The link in the terminal signs you in.</p>
        </EmptyState>
      ) : (
        <EmptyState icon={<LoaderCircle size={20} aria-hidden />} title="Removing the demo data">
          <p>Signet starts without it at this address. This takes a few seconds.</p>
        </EmptyState>
      )}
    </main>
  )
}
