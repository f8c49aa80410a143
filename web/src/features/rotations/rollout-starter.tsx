import type { RolloutDetail, RolloutSelection } from '@signet/shared/api/rollouts'
import { useRouter } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import type { SelectedRows } from '../../ui/list-selection.tsx'
import { RolloutDialog } from './rollout-dialog.tsx'

interface RolloutStarterProps {
  /** What is to rotate; without, the dialog asks. */
  selection?: RolloutSelection
  onStarted?: () => void
  /** Draws what opens the dialog. */
  children: (open: () => void) => ReactNode
}

/** Starts a rollout and goes to its page. */
export function RolloutStarter({ selection, onStarted, children }: RolloutStarterProps) {
  const [isOpen, setOpen] = useState(false)
  const router = useRouter()
  const done = (started: RolloutDetail | undefined) => {
    setOpen(false)
    if (started === undefined) return
    onStarted?.()
    void router.navigate({ to: '/rotations/rollouts/$rolloutId', params: { rolloutId: started.id } })
  }
  return (
    <>
      {children(() => setOpen(true))}
      {isOpen && <RolloutDialog selection={selection} onDone={done} />}
    </>
  )
}

/** For the bar below a list: rotates what is selected there. */
export function RotateSelected({ list, rows }: { list: RolloutSelection['list']; rows: SelectedRows }) {
  const refusal = useRefusal('rotations.write')
  const { selection, onDone } = rows
  const wanted = 'q' in selection ? { list, q: selection.q } : { list, ids: [...selection.ids] }
  return (
    <RolloutStarter selection={wanted} onStarted={onDone}>
      {(open) => (
        <Button small disabledReason={refusal ?? rows.refusal} onClick={open}>
          Rotate…
        </Button>
      )}
    </RolloutStarter>
  )
}
