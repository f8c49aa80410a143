import type { VaultSummary } from '@signet/shared/api/vault'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useAskedAct } from '../../api/asked-act.ts'
import { rowsOf } from '../../api/pages.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Button } from '../../ui/button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Notice } from '../../ui/notice.tsx'
import { notify, notifyUndoable } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { CopyMenu } from './copy-menu.tsx'
import { vaultSnippets } from './copy-snippets.ts'
import { PurgeButton, RecoverButton } from './deleted-acts.tsx'
import { readWords } from './secret-words.tsx'
import { ChangeVaultDialog } from './vault-dialogs.tsx'
import { assignmentsUnderOptions, useVaultAct } from './vaults-queries.ts'

/** What can be done with a vault in the state it is in. */
export function VaultActs({ vault }: { vault: VaultSummary }) {
  const [asking, setAsking] = useState<'change' | 'delete'>()
  const refusal = useRefusal('vaults.write')
  const navigate = useNavigate()
  if (vault.deletedAt !== null) {
    return (
      <>
        <RecoverVaultButton vault={vault} />
        <PurgeVaultButton
          vault={vault}
          onPurged={() => void navigate({ to: '/vaults', search: { state: 'deleted' } })}
        />
      </>
    )
  }
  return (
    <>
      <CopyMenu snippets={vaultSnippets(vault)} />
      <Button icon={<Pencil size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking('change')}>
        Change
      </Button>
      <Button icon={<Trash2 size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking('delete')}>
        Delete
      </Button>
      {asking === 'change' && <ChangeVaultDialog vault={vault} onClose={() => setAsking(undefined)} />}
      {asking === 'delete' && <DeleteVaultDialog vault={vault} onClose={() => setAsking(undefined)} />}
    </>
  )
}

interface VaultButtonProps {
  vault: VaultSummary
  /** One of many of its kind, such as in a row of a table. */
  small?: boolean
}

export function RecoverVaultButton({ vault, small = false }: VaultButtonProps) {
  const mutation = useVaultAct(vault.name)
  return (
    <RecoverButton mutation={mutation} name={visibleText(vault.name)} version={vault.version} small={small}>
      <p>It comes back at the same address with its {secretsWords(vault)}, and the roles assigned at it hold again.</p>
    </RecoverButton>
  )
}

export function PurgeVaultButton({ vault, small = false, onPurged }: VaultButtonProps & { onPurged?: () => void }) {
  const mutation = useVaultAct(vault.name)
  const protection = 'It is protected against purging: it goes when its days are over.'
  return (
    <PurgeButton
      mutation={mutation}
      name={visibleText(vault.name)}
      version={vault.version}
      small={small}
      protection={vault.purgeProtection ? protection : undefined}
      onPurged={onPurged}
    >
      <p>
        The vault, its {secretsWords(vault)} with all their versions, and every role assigned at it are deleted for
        good. This cannot be taken back. The audit log keeps who read what.
      </p>
    </PurgeButton>
  )
}

function secretsWords({ secrets, deletedSecrets }: VaultSummary): string {
  const live = secrets === 1 ? '1 secret' : `${secrets} secrets`
  return deletedSecrets === 0 ? live : `${live} and ${deletedSecrets} deleted`
}

/** Asks before a vault is deleted, with what hangs on it. Shown while it is mounted. */
function DeleteVaultDialog({ vault, onClose }: { vault: VaultSummary; onClose: () => void }) {
  const refusal = useRefusal('vaults.write')
  const assignments = useInfiniteQuery(assignmentsUnderOptions(vault.resourceId))
  const back = useVaultAct(vault.name)
  const name = visibleText(vault.name)
  const undo = () =>
    back.mutate(
      { act: 'recover', reason: '' },
      { onError: (error) => notify('bad', `${name} was not recovered`, problemOf(error).detail) },
    )
  const act = useAskedAct({
    mutation: useVaultAct(vault.name),
    wishOf: (reason) => ({ act: 'remove', reason, ifMatch: vault.version }) as const,
    onDone: () => {
      notifyUndoable(`${name} is deleted`, undo)
      onClose()
    },
  })
  const held = assignments.data && rowsOf(assignments.data)
  const isEmpty = vault.secrets + vault.lastDay.reads === 0
  return (
    <StopQuestion
      act={act}
      title={`Delete ${name}?`}
      confirmLabel="Delete"
      name={isEmpty ? undefined : name}
      loading={assignments.isPending}
      refusal={refusal}
      onClose={onClose}
    >
      <Facts>
        <Fact name="Secrets">{secretsWords(vault)}</Fact>
        <Fact name="Read in the last 24 hours">{readWords(vault.lastDay)}</Fact>
        {held !== undefined && (
          <Fact name="Roles assigned at it">
            {held.length === 0 ? 'None' : `${held.length}${assignments.hasNextPage ? ' and more' : ''}`}
          </Fact>
        )}
      </Facts>
      {assignments.error !== null && (
        <Notice tone="warn" title="What depends on it could not be looked up whole">
          <p>{problemOf(assignments.error).detail}</p>
        </Notice>
      )}
      <p>
        Nobody reaches its secrets from now on. For {vault.softDeleteDays} days it can be recovered with all of the
        above; its name and its resource group stay taken until then.
      </p>
    </StopQuestion>
  )
}
