import type { ApplicationDetail } from '@signet/shared/api/applications'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { needsStepUp, useStepUpFor } from '../../api/step-up.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Checkbox, Field, TextArea } from '../../ui/form.tsx'
import { StepUpDialog } from '../../ui/step-up-dialog.tsx'
import { notify } from '../../ui/toaster.tsx'
import { useAddCertificate } from './applications-queries.ts'
import { certificateFault } from './certificate-fault.ts'

/** Registers a certificate that the application holds the key of. Shown while it is mounted. */
export function AddCertificateDialog(props: { application: ApplicationDetail; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={props.onClose}
      title="Register certificate"
      description="The application signs with its key; Signet needs the certificate alone."
    >
      <CertificateForm {...props} />
    </Dialog>
  )
}

function CertificateForm({ application, onClose }: { application: ApplicationDetail; onClose: () => void }) {
  const [certificate, setCertificate] = useState('')
  const [longAssertions, setLong] = useState(false)
  const [checked, setChecked] = useState(false)
  const add = useAddCertificate(application)
  const refusal = useRefusal('identities.write')
  const fault = certificateFault(certificate)
  const run = () => {
    add.mutateAsync({ certificate: certificate.trim(), longAssertions }).then(
      (registered) => {
        notify('ok', `Certificate ${registered.thumbprint.slice(0, 8)} is registered`)
        onClose()
      },
      () => undefined,
    )
  }
  const stepUp = useStepUpFor(add, run)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (fault === undefined && !add.isPending) run()
  }
  return (
    <>
      <form onSubmit={submit} className="stack" noValidate>
        <Field
          label="Certificate"
          hint="PEM, or base64 of DER. One certificate, without its key."
          error={checked ? fault : undefined}
        >
          {(control) => (
            <TextArea {...control} value={certificate} onChange={(event) => setCertificate(event.target.value)} />
          )}
        </Field>
        <Checkbox
          label="Accept assertions that live for 24 hours (some older clients need it)"
          checked={longAssertions}
          onChange={(event) => setLong(event.target.checked)}
        />
        {add.error !== null && !needsStepUp(add.error) && <ErrorPanel problem={problemOf(add.error)} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={add.isPending} disabledReason={refusal}>
            Register
          </Button>
        </DialogActions>
      </form>
      <StepUpDialog {...stepUp} />
    </>
  )
}
