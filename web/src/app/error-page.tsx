import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { problemOf } from '../api/api-error.ts'
import { ErrorPanel } from '../ui/error-panel.tsx'
import styles from './pages.module.css'

/** What a route shows when it could not be shown. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const retry = () => {
    reset()
    void router.invalidate()
  }
  return (
    <div className={styles['centre']}>
      <ErrorPanel problem={problemOf(error)} onRetry={retry} />
    </div>
  )
}
