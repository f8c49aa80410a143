import { Button } from './button.tsx'
import { type Difference, DiffView } from './diff-view.tsx'
import { Notice } from './notice.tsx'

interface ChangedNoticeProps {
  differences: readonly Difference[]
  onAccept: () => void
}

/** Somebody was faster while a question stood open: what is different now, and the choice to go on from there. */
export function ChangedNotice({ differences, onAccept }: ChangedNoticeProps) {
  return (
    <Notice tone="warn" alert title="It was changed while this was open">
      <DiffView label="What is different" beforeLabel="You saw" afterLabel="It is" differences={differences} />
      <div>
        <Button small onClick={onAccept}>
          Decide on it as it is now
        </Button>
      </div>
    </Notice>
  )
}
