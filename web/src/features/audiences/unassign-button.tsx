import type { HeldRole } from '@signet/shared/api/user-identities'
import { useState } from 'react'
import { useAskedAct } from '../../api/asked-act.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Button } from '../../ui/button.tsx'
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
  const refusal = useRefusal('audiences.write')
  const what = visibleText(role)
  const whose = principalName === undefined ? '' : ` from ${principalName}`
  const act = useAskedAct({
    mutation: useUnassignRole(),
    wishOf: (reason) => ({ audienceId: audience.id, assignmentId, reason }),
    onDone: () => {
      notify('ok', `${what} is unassigned${whose}`)
      setAsking(false)
    },
  })
  const ask = () => {
    act.reset()
    setAsking(true)
  }
  return (
    <>
      <Button small disabledReason={refusal} aria-label={`Unassign ${what}${whose}`} onClick={ask}>
        Unassign
      </Button>
      <StopQuestion
        act={act}
        open={asking}
        title={`Unassign ${what}${whose}?`}
        confirmLabel="Unassign"
        refusal={refusal}
        onClose={() => setAsking(false)}
      >
        <p>
          New tokens for {visibleText(audience.name)} no longer carry this role. Tokens that are out keep it until they
          expire.
        </p>
      </StopQuestion>
    </>
  )
}
