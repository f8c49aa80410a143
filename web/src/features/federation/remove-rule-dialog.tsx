import type { FederatedCredential } from '@signet/shared/api/federation'
import { dayMs } from '@signet/shared/vocabulary/time'
import { useAskedAct } from '../../api/asked-act.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { LastUse } from '../../ui/last-use.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { useRemoveRule } from './federation-queries.ts'

const weekMs = 7 * dayMs

/** Asks before a federated credential is removed. Shown while it is mounted. */
export function RemoveRuleDialog({ credential, onClose }: { credential: FederatedCredential; onClose: () => void }) {
  const refusal = useRefusal('identities.write')
  const { lastUsedAt } = credential
  const name = visibleText(credential.name)
  const act = useAskedAct({
    mutation: useRemoveRule(credential),
    wishOf: (reason) => reason,
    onDone: () => {
      notify('ok', `${name} is removed`)
      onClose()
    },
  })
  return (
    <StopQuestion
      act={act}
      title={`Remove ${name}?`}
      confirmLabel="Remove"
      name={lastUsedAt !== null && Date.now() - lastUsedAt < weekMs ? name : undefined}
      refusal={refusal}
      onClose={onClose}
    >
      <p>
        <LastUse at={lastUsedAt} /> Tokens of the issuer that it trusted are refused from now on. Tokens already given
        out stay valid until they expire.
      </p>
    </StopQuestion>
  )
}
