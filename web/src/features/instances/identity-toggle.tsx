import type { InstanceSummary } from '@signet/shared/api/resources'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { identityWords } from '../../api/words.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Switch } from '../../ui/switch.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './identity-toggle.module.css'
import { useSetIdentity, useTurning } from './instances-queries.ts'

/** The switch of a managed identity and the word for its state. Turning on is immediate; turning off asks first. */
export function IdentityToggle({ instance }: { instance: InstanceSummary }) {
  const [asking, setAsking] = useState(false)
  const setIdentity = useSetIdentity()
  const turning = useTurning(instance.id)
  const refusal = useRefusal('identities.write')
  const shown = turning === undefined ? instance.identityState : turning ? 'enabling' : 'disabling'
  const name = visibleText(instance.name)

  const turn = (enabled: boolean) => {
    setIdentity.reset()
    if (!enabled) return setAsking(true)
    setIdentity.mutate(
      { instanceId: instance.id, enabled },
      { onError: (error) => notify('bad', `The identity of ${name} was not turned on`, problemOf(error).detail) },
    )
  }
  return (
    <span className={styles['toggle']} data-identity={instance.id}>
      <Switch
        label={`Managed identity of ${name}`}
        checked={shown === 'on' || shown === 'enabling'}
        busy={turning !== undefined}
        disabledReason={refusal}
        onChange={turn}
      />
      <StatusBadge {...identityWords[shown]} title={instance.identityReason ?? undefined} />
      <TurnOffDialog
        instance={instance}
        open={asking}
        busy={setIdentity.isPending}
        error={setIdentity.error}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          setIdentity.mutate({ instanceId: instance.id, enabled: false }, { onSuccess: () => setAsking(false) })
        }
      />
    </span>
  )
}

interface TurnOffDialogProps {
  instance: InstanceSummary
  open: boolean
  busy: boolean
  error: Error | null
  onConfirm: () => void
  onClose: () => void
}

function TurnOffDialog({ instance, open, busy, error, onConfirm, onClose }: TurnOffDialogProps) {
  return (
    <ConfirmDialog
      open={open}
      title={`Turn off the identity of ${visibleText(instance.name)}?`}
      confirmLabel="Turn off"
      busy={busy}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <ul className={styles['consequences']}>
        <li>
          Its principal {instance.identity !== null && <code className="mono">{instance.identity.principalId} </code>}
          is deleted. Turning on again makes a new one with other IDs; role assignments do not come back.
        </li>
        <li>The authority refuses new tokens at once.</li>
        <li>Its certificate is revoked.</li>
        <li>Tokens already given out stay valid until they expire.</li>
      </ul>
      {error !== null && <ErrorPanel problem={problemOf(error)} />}
    </ConfirmDialog>
  )
}
