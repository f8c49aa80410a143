import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { ShieldX } from 'lucide-react'
import { useState } from 'react'
import { useAskedAct } from '../../api/asked-act.ts'
import { useBlastRadius } from '../../api/blast-radius.ts'
import { useRevokeToken, useRevokeTokens } from '../../api/propagation.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Button } from '../../ui/button.tsx'
import { HangingOn } from '../../ui/hanging-on.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { toldWords } from './told-words.ts'

interface RevokeTokensProps {
  principalId: ObjectId
  name: string
}

/** For tokens that somebody may have stolen: every token that a principal has so far is refused. */
export function RevokeTokensButton({ small, ...of }: RevokeTokensProps & { small?: boolean }) {
  const [asking, setAsking] = useState(false)
  const refusal = useRefusal('identities.write')
  return (
    <>
      <Button
        small={small === true}
        icon={<ShieldX size={14} aria-hidden />}
        disabledReason={refusal}
        onClick={() => setAsking(true)}
      >
        Revoke tokens…
      </Button>
      {asking && <RevokeTokensDialog {...of} onClose={() => setAsking(false)} />}
    </>
  )
}

/** Says first what hangs on it. Shown while it is mounted. */
export function RevokeTokensDialog({ principalId, name: given, onClose }: RevokeTokensProps & { onClose: () => void }) {
  const refusal = useRefusal('identities.write')
  const name = visibleText(given)
  const { radius, isPending, problem, typed } = useBlastRadius(principalId, name)
  const act = useAskedAct({
    mutation: useRevokeTokens(principalId),
    wishOf: (reason) => reason,
    onDone: ({ propagation }) => {
      notify('ok', `The tokens of ${name} are revoked`, toldWords(propagation))
      onClose()
    },
  })
  return (
    <StopQuestion
      act={act}
      title={`Revoke the tokens of ${name}?`}
      confirmLabel="Revoke tokens"
      name={typed}
      loading={isPending}
      refusal={refusal}
      onClose={onClose}
    >
      <HangingOn radius={radius} problem={problem} />
      <p>
        Every token that it has so far is refused by resource manager, vaults and every service that follows the feed,
        for good. It may ask for new ones at once: whoever holds its key gets them. Pause it to stop that as well.
      </p>
    </StopQuestion>
  )
}

/** One token that is out. */
export function RevokeTokenButton({ uti, label }: { uti: string; label?: string }) {
  const [asking, setAsking] = useState(false)
  const refusal = useRefusal('identities.write')
  return (
    <>
      <Button small icon={<ShieldX size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking(true)}>
        {label ?? 'Revoke…'}
      </Button>
      {asking && <RevokeTokenDialog uti={uti} onClose={() => setAsking(false)} />}
    </>
  )
}

function RevokeTokenDialog({ uti, onClose }: { uti: string; onClose: () => void }) {
  const refusal = useRefusal('identities.write')
  const act = useAskedAct({
    mutation: useRevokeToken(uti),
    wishOf: (reason) => reason,
    onDone: ({ propagation }) => {
      notify('ok', 'The token is revoked', toldWords(propagation))
      onClose()
    },
  })
  return (
    <StopQuestion act={act} title="Revoke this token?" confirmLabel="Revoke token" refusal={refusal} onClose={onClose}>
      <p>
        The token <code className="mono">{uti}</code> is refused by resource manager, vaults and every service that
        follows the feed, until it ends by itself. Other tokens of its identity stay good; agents drop all that they
        keep of it and ask for new ones.
      </p>
    </StopQuestion>
  )
}
