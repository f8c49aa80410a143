import { type ComponentProps, type ReactNode, useState } from 'react'
import { BlastDialog } from './blast-dialog.tsx'
import { Button } from './button.tsx'
import { ChangedNotice } from './changed-notice.tsx'
import type { Difference } from './diff-view.tsx'
import { ErrorPanel } from './error-panel.tsx'
import type { ProblemView } from './problem.ts'
import { ReasonDialog } from './reason-dialog.tsx'
import { StepUpDialog } from './step-up-dialog.tsx'

/** An act that is asked for with a reason, and how it stands. */
export interface AskedAct {
  readonly run: (reason: string) => void
  readonly isPending: boolean
  /** Why it was refused, unless one of the next two is the reason. */
  readonly problem: ProblemView | null
  /** What it is about was changed since it was looked at. */
  readonly isStale: boolean
  readonly stepUp: ComponentProps<typeof StepUpDialog>
  readonly reset: () => void
}

interface StopQuestionProps {
  act: AskedAct
  open?: boolean
  title: string
  confirmLabel: string
  /** What has to be typed before it can be confirmed; undefined when nothing has. */
  name?: string | undefined
  /** What it would do is not known yet: it cannot be confirmed. */
  loading?: boolean
  needsReason?: boolean
  refusal: string | undefined
  /** What became different meanwhile, and going on from there; without it the words alone say so. */
  changed?: { readonly differences: readonly Difference[]; readonly onAccept: () => void }
  onClose: () => void
  /** What depends on it, and what will happen. */
  children: ReactNode
}

/** Asks before an act that others will feel, and says why it was refused. */
export function StopQuestion({ act, open = true, refusal, changed, children, ...dialog }: StopQuestionProps) {
  return (
    <>
      <BlastDialog
        open={open}
        title={dialog.title}
        confirmLabel={dialog.confirmLabel}
        name={dialog.name}
        loading={dialog.loading ?? false}
        needsReason={dialog.needsReason}
        busy={act.isPending}
        disabledReason={refusal}
        onConfirm={act.run}
        onClose={dialog.onClose}
      >
        {children}
        {act.problem !== null && <ErrorPanel problem={act.problem} />}
        {act.isStale &&
          (changed === undefined ? (
            <p className="warn">It was changed meanwhile. Look at it again, then confirm once more.</p>
          ) : (
            <ChangedNotice {...changed} />
          ))}
      </BlastDialog>
      <StepUpDialog {...act.stepUp} />
    </>
  )
}

interface AskingButtonProps {
  act: AskedAct
  /** On the button, and on the one that confirms. */
  label: string
  icon: ReactNode
  title: string
  needsReason?: boolean
  /** One of many of its kind, such as in a row of a table. */
  small?: boolean
  refusal: string | undefined
  /** What will happen. */
  children: ReactNode
}

/** A button for an act that cannot do harm, with a question for the reason. */
export function AskingButton({
  act,
  label,
  icon,
  title,
  needsReason,
  small = false,
  refusal,
  children,
}: AskingButtonProps) {
  const [asking, setAsking] = useState(false)
  const ask = () => {
    act.reset()
    setAsking(true)
  }
  return (
    <>
      <Button kind={small ? 'default' : 'primary'} small={small} icon={icon} disabledReason={refusal} onClick={ask}>
        {label}
      </Button>
      <ReasonDialog
        open={asking}
        title={title}
        confirmLabel={label}
        needsReason={needsReason}
        busy={act.isPending}
        disabledReason={refusal}
        problem={act.problem}
        onConfirm={act.run}
        onClose={() => setAsking(false)}
      >
        {children}
        {act.isStale && <p className="warn">It was changed meanwhile. Look at it again, then confirm once more.</p>}
      </ReasonDialog>
      <StepUpDialog {...act.stepUp} />
    </>
  )
}
