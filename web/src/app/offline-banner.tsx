import { useLink } from '../api/connection.ts'
import { Notice } from '../ui/notice.tsx'

/** Stands on every page while the server does not answer. */
export function OfflineBanner() {
  const { state } = useLink()
  if (state !== 'offline') return null
  return (
    <Notice tone="warn" alert title="The server cannot be reached">
      <p>
        What is shown is the last that was known. Nothing can be changed until the server answers; it is tried again by
        itself.
      </p>
    </Notice>
  )
}
