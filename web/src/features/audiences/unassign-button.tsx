import type { HeldRole } from '@signet/shared/api/user-identities'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { BlastDialog } from '../../ui/blast-dialog.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { useUnassignRole } from './audiences-queries.ts'

interface UnassignButtonProps {
  audience: Pick<HeldRole['audience'], 'id' | 'name'>
  assignmentId: string
  role: string
  /** Whom it is taken from; undefined on the page of the principal itself. */
  principalName?: string
}

/** Takes a role from a principal, after a question. */
export function UnassignButton({ audience, assignmentId, role, principalName }: UnassignButtonProps) {
  const [asking, setAsking] = useState(false)
  const unassign = useUnassignRole()
  const refusal = useRefusal('audiences.write')
  const what = visibleText(role)
  const whose = principalName === undefined ? '' : ` from ${principalName}`
  const run = (reason: string) => {
    unassign.mutateAsync({ audienceId: audience.id, assignmentId, reason }).then(
      () => {
        notify('ok', `${what} is unassigned${whose}`)
        setAsking(false)
      },
      () => undefined,
    )
  }
  return (
    <>
      <Button
        small
        disabledReason={refusal}
        aria-label={`Unassign ${what}${whose}`}
        onClick={() => {
          unassign.reset()
          setAsking(true)
        }}
      >
        Unassign
      </Button>
      <BlastDialog
        open={asking}
        title={`Unassign ${what}${whose}?`}
        confirmLabel="Unassign"
        name={undefined}
        loading={false}
        busy={unassign.isPending}
        disabledReason={refusal}
        onConfirm={run}
        onClose={() => setAsking(false)}
      >
        <p>
          New tokens for {visibleText(audience.name)} no longer carry this role. Tokens that are out keep it until they
          expire.
        </p>
        {unassign.error !== null && <ErrorPanel problem={problemOf(unassign.error)} />}
      </BlastDialog>
    </>
  )
}
