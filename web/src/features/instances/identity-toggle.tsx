import type { InstanceSummary } from '@signet/shared/api/resources'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { healthWords } from '../../api/words.ts'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Switch } from '../../ui/switch.tsx'
import { notify, notifyUndoable } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { StopDialog } from './blast-dialog.tsx'
import styles from './identity-toggle.module.css'
import { useSetIdentity, useTurning } from './instances-queries.ts'
import { RestoreDialog } from './restore-dialog.tsx'

/**
 * The switch of a managed identity and the word for its state. Turning on is immediate and can be taken back for ten
 * seconds, unless an earlier principal could be restored; turning off shows what depends on the identity first.
 */
export function IdentityToggle({ instance }: { instance: InstanceSummary }) {
  const [asking, setAsking] = useState<'off' | 'restore'>()
  const turning = useTurning(instance.id)
  const refusal = useRefusal('identities.write')
  const turnOn = useTurnOn(instance)
  const shown = turning === undefined ? instance.health.state : turning ? 'enabling' : 'disabling'
  const close = () => setAsking(undefined)
  const turn = (enabled: boolean) => {
    if (!enabled) return setAsking('off')
    if (instance.restorable !== null) return setAsking('restore')
    turnOn()
  }
  return (
    <span className={styles['toggle']} data-identity={instance.id}>
      <Switch
        label={`Managed identity of ${visibleText(instance.name)}`}
        checked={shown !== 'off' && shown !== 'disabling'}
        busy={turning !== undefined}
        disabledReason={refusal}
        onChange={turn}
      />
      <StatusBadge {...healthWords[shown]} title={visibleText(instance.health.reason)} />
      {asking === 'off' && instance.identity !== null && (
        <StopDialog instance={instance} principalId={instance.identity.principalId} act="turn-off" onClose={close} />
      )}
      {asking === 'restore' && instance.restorable !== null && (
        <RestoreDialog
          instance={instance}
          restorable={instance.restorable}
          onNew={() => {
            close()
            turnOn()
          }}
          onClose={close}
        />
      )}
    </span>
  )
}

/** Presses the switch in the row of an instance, or says why it cannot be pressed. */
export function pressSwitch({ id, name }: InstanceSummary, refusal: string | undefined): void {
  const control = document.querySelector<HTMLElement>(`[data-identity="${id}"] [role="switch"]`)
  const why = refusal ?? reasonAgainst(control)
  if (why === undefined) control?.click()
  else notify('warn', `The identity of ${visibleText(name)} was not switched`, why)
}

function reasonAgainst(control: HTMLElement | null): string | undefined {
  if (control === null) return 'The column “Managed identity” with its switch is not shown.'
  if (control.getAttribute('aria-busy') === 'true') return 'It is being switched already.'
  return undefined
}

function useTurnOn(instance: InstanceSummary): () => void {
  const setIdentity = useSetIdentity()
  const { id: instanceId, version: ifMatch } = instance
  const name = visibleText(instance.name)
  const fault = (what: string) => (error: Error) =>
    notify('bad', `The identity of ${name} was not turned ${what}`, problemOf(error).detail)
  // By promise: under a filter the row may be gone, and this with it, before the answer is shown.
  const undo = () =>
    void setIdentity.mutateAsync({ instanceId, enabled: false, reason: 'undo' }).catch(fault('off again'))
  return () =>
    void setIdentity
      .mutateAsync({ instanceId, enabled: true, ifMatch })
      .then(() => notifyUndoable(`The identity of ${name} is being turned on`, undo), fault('on'))
}
