import type { FederatedCredential } from '@signet/shared/api/federation'
import { dayMs } from '@signet/shared/vocabulary/time'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { BlastDialog } from '../../ui/blast-dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { useRemoveRule } from './federation-queries.ts'

const weekMs = 7 * dayMs

/** Asks before a federated credential is removed. Shown while it is mounted. */
export function RemoveRuleDialog({ credential, onClose }: { credential: FederatedCredential; onClose: () => void }) {
  const refusal = useRefusal('identities.write')
  const remove = useRemoveRule(credential)
  const { lastUsedAt } = credential
  const name = visibleText(credential.name)
  const run = (reason: string) => {
    remove.mutateAsync(reason).then(
      () => {
        notify('ok', `${name} is removed`)
        onClose()
      },
      () => undefined,
    )
  }
  return (
    <BlastDialog
      open
      title={`Remove ${name}?`}
      confirmLabel="Remove"
      name={lastUsedAt !== null && Date.now() - lastUsedAt < weekMs ? name : undefined}
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
        Tokens of the issuer that it trusted are refused from now on. Tokens already given out stay valid until they
        expire.
      </p>
      {remove.error !== null && <ErrorPanel problem={problemOf(remove.error)} />}
    </BlastDialog>
  )
}
