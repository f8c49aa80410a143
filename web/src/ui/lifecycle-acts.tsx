import { Pause, Pencil, Play, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button } from './button.tsx'

export type AskedLifecycleAct = 'rename' | 'pause' | 'remove'

interface LifecycleActsProps {
  isPaused: boolean
  refusal: string | undefined
  renameLabel: string
  /** Undoes a pause; needs no question. */
  resume: { readonly busy: boolean; readonly run: () => void }
  /** The dialog of an act, shown while it is mounted. */
  dialog: (asked: AskedLifecycleAct, onClose: () => void) => ReactNode
}

/** What can be done with something that has a name, can be paused and can be deleted. */
export function LifecycleActs({ isPaused, refusal, renameLabel, resume, dialog }: LifecycleActsProps) {
  const [asked, ask] = useState<AskedLifecycleAct>()
  return (
    <>
      <Button icon={<Pencil size={14} aria-hidden />} disabledReason={refusal} onClick={() => ask('rename')}>
        {renameLabel}
      </Button>
      {isPaused ? (
        <Button icon={<Play size={14} aria-hidden />} busy={resume.busy} disabledReason={refusal} onClick={resume.run}>
          Resume
        </Button>
      ) : (
        <Button icon={<Pause size={14} aria-hidden />} disabledReason={refusal} onClick={() => ask('pause')}>
          Pause
        </Button>
      )}
      <Button icon={<Trash2 size={14} aria-hidden />} disabledReason={refusal} onClick={() => ask('remove')}>
        Delete
      </Button>
      {asked !== undefined && dialog(asked, () => ask(undefined))}
    </>
  )
}
