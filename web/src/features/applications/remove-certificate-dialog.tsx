import type { ApplicationDetail, RegisteredCertificate } from '@signet/shared/api/applications'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { needsStepUp, useStepUpFor } from '../../api/step-up.ts'
import { BlastDialog } from '../../ui/blast-dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StepUpDialog } from '../../ui/step-up-dialog.tsx'
import { notify } from '../../ui/toaster.tsx'
import { useRemoveCertificate } from './applications-queries.ts'

const thumbprintLength = 8

interface RemoveCertificateDialogProps {
  application: ApplicationDetail
  certificate: RegisteredCertificate
  onClose: () => void
}

/** Asks before a certificate is removed, which is for ever. Shown while it is mounted. */
export function RemoveCertificateDialog({ application, certificate, onClose }: RemoveCertificateDialogProps) {
  const refusal = useRefusal('identities.write')
  const remove = useRemoveCertificate(application, certificate)
  const [given, setGiven] = useState('')
  const name = certificate.thumbprint.slice(0, thumbprintLength)
  const run = (reason: string) => {
    setGiven(reason)
    remove.mutateAsync(reason).then(
      () => {
        notify('ok', `Certificate ${name} is removed`)
        onClose()
      },
      () => undefined,
    )
  }
  const stepUp = useStepUpFor(remove, () => run(given))
  const { lastUsedAt } = certificate
  return (
    <>
      <BlastDialog
        open
        title={`Remove certificate ${name}?`}
        confirmLabel="Remove"
        name={lastUsedAt === null ? undefined : name}
        loading={false}
        busy={remove.isPending}
        disabledReason={refusal}
        onConfirm={run}
        onClose={onClose}
      >
        <p>
          {lastUsedAt === null ? (
            'It was not used yet.'
          ) : (
            <>
              It was last used <RelativeTime at={lastUsedAt} />.
            </>
          )}{' '}
          It is refused from now on and cannot be registered again.
        </p>
        {remove.error !== null && !needsStepUp(remove.error) && <ErrorPanel problem={problemOf(remove.error)} />}
      </BlastDialog>
      <StepUpDialog {...stepUp} />
    </>
  )
}
