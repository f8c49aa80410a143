import { ArchiveRestore, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useAskedAct } from '../../api/asked-act.ts'
import { useRefusal } from '../../api/session.ts'
import { AskingButton, StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Button } from '../../ui/button.tsx'
import { notify } from '../../ui/toaster.tsx'
import type { useSecretAct } from './vaults-queries.ts'

interface DeletedActProps {
  mutation: ReturnType<typeof useSecretAct>
  /** As it is shown. */
  name: string
  /** Of the row that somebody looks at. */
  version: number
  /** One of many of its kind, such as in a row of a table. */
  small: boolean
  /** What will happen. */
  children: ReactNode
}

/** Brings a deleted vault or secret back. */
export function RecoverButton({ mutation, name, version, small, children }: DeletedActProps) {
  const refusal = useRefusal('vaults.write')
  const act = useAskedAct({
    mutation,
    wishOf: (reason) => ({ act: 'recover', reason, ifMatch: version }) as const,
    onDone: () => notify('ok', `${name} is recovered`),
  })
  return (
    <AskingButton
      act={act}
      label="Recover"
      icon={<ArchiveRestore size={14} aria-hidden />}
      title={`Recover ${name}?`}
      small={small}
      refusal={refusal}
    >
      {children}
    </AskingButton>
  )
}

interface PurgeButtonProps extends DeletedActProps {
  /** Why nobody may, if it is protected. */
  protection: string | undefined
  onPurged: (() => void) | undefined
}

/** Deletes a deleted vault or secret for good. */
export function PurgeButton({ mutation, name, version, small, protection, onPurged, children }: PurgeButtonProps) {
  const [asking, setAsking] = useState(false)
  const refusal = useRefusal('vaults.write')
  const act = useAskedAct({
    mutation,
    wishOf: (reason) => ({ act: 'purge', reason, ifMatch: version }) as const,
    onDone: () => {
      notify('ok', `${name} is purged`)
      setAsking(false)
      onPurged?.()
    },
  })
  return (
    <>
      <Button
        small={small}
        icon={<Trash2 size={14} aria-hidden />}
        disabledReason={refusal ?? protection}
        onClick={() => {
          act.reset()
          setAsking(true)
        }}
      >
        Purge…
      </Button>
      <StopQuestion
        act={act}
        open={asking}
        title={`Purge ${name}?`}
        confirmLabel="Purge"
        name={name}
        refusal={refusal}
        onClose={() => setAsking(false)}
      >
        {children}
      </StopQuestion>
    </>
  )
}
