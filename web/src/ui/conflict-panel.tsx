import { useState } from 'react'
import { Button } from './button.tsx'
import { type Difference, DiffView } from './diff-view.tsx'
import { Notice } from './notice.tsx'

interface ConflictPanelProps {
  /** What two people edited, such as `rotation policy`. */
  noun: string
  /** The form's values beside those in force; undefined while these are on their way. */
  differences: readonly Difference[] | undefined
  /** Puts the values in force into the form. */
  onReload: () => void
  /** Keeps the form's values, to be saved over those in force. */
  onKeep: () => void
}

/** Somebody else saved first: nothing is overwritten until the person has seen what would be. */
export function ConflictPanel({ noun, differences, onReload, onKeep }: ConflictPanelProps) {
  const [shown, setShown] = useState(false)
  return (
    <Notice tone="warn" alert title={`Somebody else changed the ${noun} meanwhile`}>
      <p>Nothing was saved; what you entered is still here.</p>
      {shown && differences !== undefined && (
        <DiffView label="Difference" beforeLabel="In force" afterLabel="Yours" differences={differences} />
      )}
      <div className="row">
        <Button small onClick={onReload} busy={differences === undefined}>
          Reload
        </Button>
        {shown ? (
          <Button small onClick={onKeep}>
            Keep mine
          </Button>
        ) : (
          <Button small onClick={() => setShown(true)}>
            See difference
          </Button>
        )}
      </div>
    </Notice>
  )
}
