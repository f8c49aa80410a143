import type { ApplicationDetail, RegisteredCertificate } from '@signet/shared/api/applications'
import { useAskedAct } from '../../api/asked-act.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { LastUse } from '../../ui/last-use.tsx'
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
  const name = certificate.thumbprint.slice(0, thumbprintLength)
  const act = useAskedAct({
    mutation: useRemoveCertificate(application, certificate),
    wishOf: (reason) => reason,
    onDone: () => {
      notify('ok', `Certificate ${name} is removed`)
      onClose()
    },
  })
  return (
    <StopQuestion
      act={act}
      title={`Remove certificate ${name}?`}
      confirmLabel="Remove"
      name={certificate.lastUsedAt === null ? undefined : name}
      refusal={refusal}
      onClose={onClose}
    >
      <p>
        <LastUse at={certificate.lastUsedAt} /> It is refused from now on and cannot be registered again.
      </p>
    </StopQuestion>
  )
}
