import type { KeyBlastRadius, SigningKey } from '@signet/shared/api/signing-keys'
import { useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useAskedAct } from '../../api/asked-act.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Button } from '../../ui/button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { None } from '../../ui/none.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { notify } from '../../ui/toaster.tsx'
import { useHoldKey, useRemoveKey, useRotateKey } from './keys-queries.ts'

export function shortKid(kid: string): string {
  return kid.slice(0, 8)
}

/** What can be done with a signing key in the state it is in. */
export function KeyActs({ signingKey: key }: { signingKey: SigningKey }) {
  const [asked, setAsked] = useState<'rotate' | 'remove'>()
  const refusal = useRefusal('signing_keys.write')
  if (key.state === 'retired' || key.state === 'revoked') return <None />
  const close = () => setAsked(undefined)
  const name = shortKid(key.kid)
  return (
    <span className="row">
      {key.state === 'active' && key.purpose === 'tokens' && (
        <Button small disabledReason={refusal} aria-label={`Rotate ${name}`} onClick={() => setAsked('rotate')}>
          Rotate…
        </Button>
      )}
      {key.state !== 'active' && (
        <Button small disabledReason={refusal} aria-label={`Remove ${name}`} onClick={() => setAsked('remove')}>
          Remove…
        </Button>
      )}
      <HoldButton signingKey={key} refusal={refusal} />
      {asked === 'rotate' && <RotateQuestion signingKey={key} refusal={refusal} onClose={close} />}
      {asked === 'remove' && <RemoveQuestion signingKey={key} refusal={refusal} onClose={close} />}
    </span>
  )
}

function HoldButton({ signingKey: { kid, held }, refusal }: { signingKey: SigningKey; refusal: string | undefined }) {
  const hold = useHoldKey(kid)
  const name = shortKid(kid)
  return (
    <Button
      small
      busy={hold.isPending}
      disabledReason={refusal}
      aria-label={`${held ? 'Release' : 'Hold'} ${name}`}
      onClick={() =>
        hold.mutate(
          { held: !held },
          {
            onSuccess: () => notify('ok', held ? `${name} is released` : `${name} is held back from removal`),
            onError: (error) => notify('bad', `${name} is as it was`, problemOf(error).detail),
          },
        )
      }
    >
      {held ? 'Release' : 'Hold'}
    </Button>
  )
}

interface QuestionProps {
  signingKey: SigningKey
  refusal: string | undefined
  onClose: () => void
}

/** The emergency rotation: what it puts an end to, in numbers, before it can be confirmed (SEC-89). */
function RotateQuestion({ signingKey: { kid, live }, refusal, onClose }: QuestionProps) {
  const act = useAskedAct({
    mutation: useRotateKey(kid),
    wishOf: (reason) => ({ reason }),
    onDone: ({ active }) => {
      notify('ok', `${shortKid(active.kid)} signs now; ${shortKid(kid)} is revoked`)
      onClose()
    },
  })
  return (
    <StopQuestion
      act={act}
      title="Revoke the key that signs?"
      confirmLabel="Revoke and rotate"
      name={live.tokens > 0 ? shortKid(kid) : undefined}
      refusal={refusal}
      onClose={onClose}
    >
      <p>
        Keys roll by themselves, with no token lost. This is for a key that somebody else may have: the next key signs
        at once, and every token under this one is refused here at once, and elsewhere within an hour.
      </p>
      <Radius live={live} />
      <p>Connected agents are told to ask for new tokens.</p>
    </StopQuestion>
  )
}

/**
 * Takes a key out of the key set. While tokens or caches need it the server refuses and says until when; it can be forced
 * only after that was seen (SEC-88).
 */
function RemoveQuestion({ signingKey: { kid, live, state, retireAt, held }, refusal, onClose }: QuestionProps) {
  const [isNeeded, setNeeded] = useState(false)
  const remove = useRemoveKey(kid)
  if (!isNeeded && !held && hasCode(remove.error, 'conflict')) setNeeded(true)
  const act = useAskedAct({
    mutation: remove,
    wishOf: (reason) => ({ reason, force: isNeeded }),
    onDone: () => {
      notify('ok', `${shortKid(kid)} is out of the key set`)
      onClose()
    },
  })
  return (
    <StopQuestion
      act={act}
      title={`Take ${shortKid(kid)} out of the key set?`}
      confirmLabel={isNeeded ? 'Remove all the same' : 'Remove'}
      name={isNeeded ? shortKid(kid) : undefined}
      refusal={refusal}
      onClose={onClose}
    >
      <Radius live={live} />
      {state === 'retiring' && retireAt !== null && (
        <p>
          It leaves by itself at <ExactTime at={retireAt} />, when nothing needs it any more.
        </p>
      )}
      {state === 'prepared' && <p>It was to sign next: another one is published in its place.</p>}
      {isNeeded && (
        <p className="warn">It can be removed all the same. What it signed is refused from then on, here at once.</p>
      )}
    </StopQuestion>
  )
}

function Radius({ live: { tokens, principals, audiences, until } }: { live: KeyBlastRadius }) {
  return (
    <Facts>
      <Fact name="Tokens that are out">{tokens === 0 ? 'None' : tokens}</Fact>
      <Fact name="Identities that have them">{principals}</Fact>
      <Fact name="Audiences they are for">{audiences}</Fact>
      <Fact name="The last one ends">{until === null ? <None /> : <ExactTime at={until} />}</Fact>
    </Facts>
  )
}
