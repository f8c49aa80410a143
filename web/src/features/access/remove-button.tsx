import type { ScopedAssignment } from '@signet/shared/api/authorization'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useAskedAct } from '../../api/asked-act.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Button } from '../../ui/button.tsx'
import { LastUse } from '../../ui/last-use.tsx'
import { notify, notifyUndoable } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { useAssign, useUnassign } from './access-queries.ts'
import { assignmentName } from './assignment-columns.tsx'
import { scopeWords } from './scope-words.ts'

interface RemoveButtonProps {
  assignment: ScopedAssignment
  onRemoved?: () => void
}

/** Takes a role away, after a question; for a moment it can be given back at once. */
export function RemoveButton({ assignment, onRemoved }: RemoveButtonProps) {
  const [asking, setAsking] = useState(false)
  const refusal = useRefusal('roles.write')
  const assign = useAssign()
  const { id, principal, role, scope, description, lastUsedAt } = assignment
  const name = assignmentName(assignment)
  const undo = () => {
    const same = { principalId: principal.principalId, roleId: role.id, scope, reason: 'Taken away by mistake' }
    assign.mutateAsync(description === null ? same : { ...same, description }).then(
      () => notify('ok', `Given back: ${name}`),
      (error: Error) => notify('bad', 'The role was not given back', problemOf(error).detail),
    )
  }
  const act = useAskedAct({
    mutation: useUnassign(),
    wishOf: (reason) => ({ id, reason }),
    onDone: () => {
      notifyUndoable(`Taken away: ${name}`, undo)
      setAsking(false)
      onRemoved?.()
    },
  })
  const ask = () => {
    act.reset()
    setAsking(true)
  }
  return (
    <>
      <Button small disabledReason={refusal} aria-label={`Take away ${name}`} onClick={ask}>
        Take away
      </Button>
      <StopQuestion
        act={act}
        open={asking}
        title={`Take ${visibleText(role.name)} from ${visibleText(principal.name)}?`}
        confirmLabel="Take away"
        refusal={refusal}
        onClose={() => setAsking(false)}
      >
        <p>
          What this role alone allows at {scopeWords(scope)} and everything below is refused from the next request on,
          with the tokens that are out already. <LastUse at={lastUsedAt} />
        </p>
      </StopQuestion>
    </>
  )
}
