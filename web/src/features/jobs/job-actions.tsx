import type { Job } from '@signet/shared/api/bulk'
import { useRouter } from '@tanstack/react-router'
import { Download, Pause, Play, RotateCcw, Undo2, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { isOpen, type JobCommand, jobExportAddress, useJobCommand } from '../../api/bulk.ts'
import { useRefusal } from '../../api/session.ts'
import { bulkWords } from '../../api/words.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { notify } from '../../ui/toaster.tsx'

/** What can be done about a job in its state. Undoing is asked for first; everything else can be taken back. */
export function JobActions({ job }: { job: Job }) {
  const [undoing, setUndoing] = useState(false)
  const command = useJobCommand()
  const router = useRouter()
  const refusal = useRefusal('bulk.write')
  const run = (name: JobCommand) =>
    command.mutate(
      { jobId: job.id, command: name },
      {
        onSuccess: (answer) => {
          setUndoing(false)
          if (name === 'undo') return router.navigate({ to: '/jobs/$jobId', params: { jobId: answer.id } })
          return undefined
        },
        onError: (error) => notify('bad', 'That did not work', problemOf(error).detail),
      },
    )
  const button = (name: JobCommand, label: string, icon: ReactNode) => (
    <Button
      icon={icon}
      busy={command.isPending && command.variables.command === name}
      disabledReason={refusal}
      onClick={() => (name === 'undo' ? setUndoing(true) : run(name))}
    >
      {label}
    </Button>
  )
  const runs = job.state === 'running' || job.state === 'selecting'
  const canRetry = job.failed + job.refused > 0 && job.state !== 'cancelled' && job.undoneBy === null
  return (
    <>
      {runs && button('pause', 'Pause', <Pause size={14} aria-hidden />)}
      {job.state === 'paused' && button('resume', 'Resume', <Play size={14} aria-hidden />)}
      {isOpen(job) && button('cancel', 'Cancel the rest', <X size={14} aria-hidden />)}
      {canRetry && button('retry', 'Retry failed', <RotateCcw size={14} aria-hidden />)}
      <a className={buttonClass()} href={jobExportAddress(job.id, 'csv')} download>
        <Download size={14} aria-hidden />
        Export result
      </a>
      {job.undo !== null && button('undo', 'Undo', <Undo2 size={14} aria-hidden />)}
      <ConfirmDialog
        open={undoing}
        title={`Undo: ${bulkWords[job.undo ?? job.kind].toLowerCase()} ${job.changed} again?`}
        confirmLabel="Undo"
        busy={command.isPending}
        disabledReason={refusal}
        onConfirm={() => run('undo')}
        onClose={() => setUndoing(false)}
      >
        <p>
          A new job takes back what this one has changed: {job.changed} of {job.total}. What was changed otherwise since
          is left alone.
        </p>
      </ConfirmDialog>
    </>
  )
}
