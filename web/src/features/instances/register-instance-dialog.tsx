import { type InstanceDetail, InstanceKind, InstanceName } from '@signet/shared/api/resources'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, Select, TextInput } from '../../ui/form.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { kinds } from './instance-words.ts'
import { useRegisterInstance } from './instances-queries.ts'
import { JoinCommand } from './join-command.tsx'
import styles from './register-instance-dialog.module.css'

const kindChoices = InstanceKind.options.map((value) => ({ value, label: kinds[value].word }))

/** Registers an instance and ends in the one line to run on it. */
export function RegisterInstanceDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [registered, setRegistered] = useState<InstanceDetail>()
  const close = () => {
    setRegistered(undefined)
    onClose()
  }
  const title = registered === undefined ? 'Register instance' : `${visibleText(registered.name)} is registered`
  return (
    <Dialog open={open} onClose={close} title={title}>
      {registered === undefined ? (
        <RegisterForm onRegistered={setRegistered} onClose={close} />
      ) : (
        <Enroll instance={registered} onClose={close} />
      )}
    </Dialog>
  )
}

function RegisterForm(props: { onRegistered: (instance: InstanceDetail) => void; onClose: () => void }) {
  const [name, setName] = useState('')
  const [kind, setKind] = useState<InstanceKind>('host')
  const [fault, setFault] = useState<string>()
  const register = useRegisterInstance()
  const refusal = useRefusal('instances.write')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const parsed = InstanceName.safeParse(name)
    setFault(parsed.success ? undefined : `Use ${parsed.error.issues[0]?.message ?? 'another name'}.`)
    if (parsed.success && !register.isPending) {
      register.mutate({ name: parsed.data, kind }, { onSuccess: props.onRegistered })
    }
  }
  return (
    <form onSubmit={submit} className={styles['form']}>
      <Field label="Name" error={fault}>
        {(control) => <TextInput {...control} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label="Kind">
        {(control) => <Select {...control} value={kind} choices={kindChoices} onChange={setKind} />}
      </Field>
      {register.error !== null && <ErrorPanel problem={problemOf(register.error)} />}
      <DialogActions>
        <Button onClick={props.onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={register.isPending} disabledReason={refusal}>
          Register
        </Button>
      </DialogActions>
    </form>
  )
}

function Enroll({ instance, onClose }: { instance: InstanceDetail; onClose: () => void }) {
  return (
    <div className={styles['form']}>
      <JoinCommand instanceId={instance.id} />
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </div>
  )
}
