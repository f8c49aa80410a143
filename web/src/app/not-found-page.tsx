import { Link } from '@tanstack/react-router'
import { SearchX } from 'lucide-react'
import { buttonClass } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { useTitle } from '../ui/page-title.ts'

export function NotFoundPage() {
  useTitle('Not found')
  return (
    <EmptyState
      icon={<SearchX size={20} aria-hidden />}
      title="There is no page at this address"
      actions={
        <Link to="/" className={buttonClass('primary')}>
          Go to the overview
        </Link>
      }
    >
      <h1 className="sr-only">Not found</h1>
      <p>The link may be mistyped, or the thing it led to is gone.</p>
    </EmptyState>
  )
}
