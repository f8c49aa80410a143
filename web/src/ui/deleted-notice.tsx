import { Notice } from './notice.tsx'
import { ExactTime } from './relative-time.tsx'

interface DeletedNoticeProps {
  /** Until when it can be restored. */
  until: number | null
  /** What comes back with it. */
  returning: string
}

/** Says that a principal is deleted, and for how long that can be undone. */
export function DeletedNotice({ until, returning }: DeletedNoticeProps) {
  return (
    <Notice tone="warn" title="It is deleted">
      <p>
        Tokens are refused everywhere.
        {until !== null && (
          <>
            {' '}
            Until <ExactTime at={until} relative /> it can be restored under the same IDs, with {returning}.
          </>
        )}
      </p>
    </Notice>
  )
}
