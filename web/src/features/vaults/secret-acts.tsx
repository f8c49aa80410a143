import type { SecretSummary, VaultSummary } from '@signet/shared/api/vault'
import { dayMs } from '@signet/shared/vocabulary/time'
import { useNavigate } from '@tanstack/react-router'
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useAskedAct } from '../../api/asked-act.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Button } from '../../ui/button.tsx'
import { useRegisterCommands } from '../../ui/commands.ts'
import { differencesOf } from '../../ui/differences.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { notify, notifyUndoable } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { CopyMenu } from './copy-menu.tsx'
import { secretSnippets } from './copy-snippets.ts'
import { PurgeButton, RecoverButton } from './deleted-acts.tsx'
import { LastRead } from './secret-words.tsx'
import { SetSecretDialog } from './set-secret-dialog.tsx'
import { useSecretAct } from './vaults-queries.ts'

const weekMs = 7 * dayMs

interface SecretProps {
  vault: VaultSummary
  secret: SecretSummary
}

/** What can be done with a secret in the state it is in. */
export function SecretActs({ vault, secret }: SecretProps) {
  const [asking, setAsking] = useState<'set' | 'delete'>()
  const refusal = useRefusal('vaults.write')
  const navigate = useNavigate()
  const gone = secret.deletedAt === null ? undefined : 'It is deleted; recover it first.'
  useRegisterCommands([
    {
      ...{ id: 'set-version', label: 'Set new version', group: 'Secrets', inPalette: true },
      ...{ refusal: refusal ?? gone, run: () => setAsking('set') },
    },
  ])
  if (secret.deletedAt !== null) {
    const leave = () =>
      void navigate({ to: '/vaults/$vaultName/{-$tab}', params: { vaultName: vault.name, tab: 'deleted' } })
    return (
      <>
        <RecoverSecretButton vault={vault} secret={secret} />
        <PurgeSecretButton vault={vault} secret={secret} onPurged={leave} />
      </>
    )
  }
  return (
    <>
      <CopyMenu snippets={secretSnippets(vault, secret)} />
      <Button icon={<Plus size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking('set')}>
        Set new version
      </Button>
      <Button icon={<Trash2 size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking('delete')}>
        Delete
      </Button>
      {asking === 'set' && <SetSecretDialog vault={vault} secret={secret} onClose={() => setAsking(undefined)} />}
      {asking === 'delete' && <DeleteSecretDialog vault={vault} secret={secret} onClose={() => setAsking(undefined)} />}
    </>
  )
}

const placeOf = ({ vault, secret }: SecretProps) => ({ vaultName: vault.name, secretName: secret.name })

interface SecretButtonProps extends SecretProps {
  /** One of many of its kind, such as in a row of a table. */
  small?: boolean
}

export function RecoverSecretButton({ vault, secret, small = false }: SecretButtonProps) {
  const mutation = useSecretAct(placeOf({ vault, secret }))
  return (
    <RecoverButton mutation={mutation} name={visibleText(secret.name)} version={secret.version} small={small}>
      <p>It comes back with {secret.versions === 1 ? 'its version' : `all ${secret.versions} versions`}, as it was.</p>
    </RecoverButton>
  )
}

export function PurgeSecretButton({
  vault,
  secret,
  small = false,
  onPurged,
}: SecretButtonProps & { onPurged?: () => void }) {
  const mutation = useSecretAct(placeOf({ vault, secret }))
  return (
    <PurgeButton
      mutation={mutation}
      name={visibleText(secret.name)}
      version={secret.version}
      small={small}
      protection={vault.purgeProtection ? 'The vault is protected against purging.' : undefined}
      onPurged={onPurged}
    >
      <p>
        All its versions and every role assigned at it are deleted for good. This cannot be taken back. The audit log
        keeps who read it.
      </p>
    </PurgeButton>
  )
}

/** Asks before a secret is deleted, with who used it last. Shown while it is mounted. */
function DeleteSecretDialog({ vault, secret, onClose }: SecretProps & { onClose: () => void }) {
  const refusal = useRefusal('vaults.write')
  const [seen, setSeen] = useState(secret)
  const place = placeOf({ vault, secret })
  const back = useSecretAct(place)
  const name = visibleText(secret.name)
  const undo = () =>
    back.mutate(
      { act: 'recover', reason: '' },
      { onError: (error) => notify('bad', `${name} was not recovered`, problemOf(error).detail) },
    )
  const act = useAskedAct({
    mutation: useSecretAct(place),
    wishOf: (reason) => ({ act: 'remove', reason, ifMatch: seen.version }) as const,
    onDone: () => {
      notifyUndoable(`${name} is deleted`, undo)
      onClose()
    },
  })
  const isInUse = secret.lastRead !== null && Date.now() - secret.lastRead.at < weekMs
  const onAccept = () => {
    act.reset()
    setSeen(secret)
  }
  return (
    <StopQuestion
      act={act}
      title={`Delete ${name}?`}
      confirmLabel="Delete"
      name={isInUse ? name : undefined}
      refusal={refusal}
      changed={{ differences: differencesOf(factsOf(seen), factsOf(secret)), onAccept }}
      onClose={onClose}
    >
      <Facts>
        <Fact name="Last read">
          <LastRead secret={secret} />
        </Fact>
        <Fact name="Versions">{secret.versions}</Fact>
      </Facts>
      <p>
        Whoever reads it is refused from now on. For {vault.softDeleteDays} days it can be recovered with its versions,
        and its name stays taken.
      </p>
    </StopQuestion>
  )
}

function factsOf({ current, versions, deletedAt }: SecretSummary): Record<string, string> {
  return {
    'Current version': current.id,
    Enabled: current.enabled ? 'Yes' : 'No',
    Versions: String(versions),
    Deleted: deletedAt === null ? 'No' : 'Yes',
  }
}
