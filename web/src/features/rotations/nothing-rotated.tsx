import { Link } from '@tanstack/react-router'
import { buttonClass } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'

/** Before the first identity was turned on. */
export function NothingRotated() {
  return (
    <EmptyState
      title="Nothing has rotated yet"
      actions={
        <Link to="/instances" className={buttonClass()}>
          Go to Instances
        </Link>
      }
    >
      <p>The first rotation of an instance is the issue of its first certificate, when its identity is turned on.</p>
    </EmptyState>
  )
}
