import type { CredentialSummary } from '@signet/shared/api/principals'
import { rotationApi } from '@signet/shared/api/rotation'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { problemOf } from '../../api/api-error.ts'
import { download } from '../../api/client.ts'
import { saveFile } from '../../api/use-export.ts'
import { Button } from '../../ui/button.tsx'
import { notify } from '../../ui/toaster.tsx'

/** Saves a certificate, which is public; its key is on the instance and nowhere else. */
export function PemButton({ principalId, credential }: { principalId: ObjectId; credential: CredentialSummary }) {
  const saving = useMutation({
    mutationFn: async (): Promise<void> =>
      saveFile(await download(rotationApi.certificate)({ params: { principalId, credentialId: credential.id } })),
    onError: (error) => notify('bad', 'The certificate was not saved', problemOf(error).detail),
  })
  return (
    <Button small icon={<Download size={14} aria-hidden />} busy={saving.isPending} onClick={() => saving.mutate()}>
      Download PEM
    </Button>
  )
}
