import type { SecretVersionSummary } from '@signet/shared/api/vault'
import { Eye } from 'lucide-react'
import { useState } from 'react'
import { useAskedAct } from '../../api/asked-act.ts'
import { useRefusal } from '../../api/session.ts'
import { AskingButton } from '../../ui/asked-dialogs.tsx'
import { Card } from '../../ui/card.tsx'
import { SecretValue } from '../../ui/secret-value.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { type SecretPlace, useReveal } from './vaults-queries.ts'

interface RevealCardProps {
  place: SecretPlace
  version: SecretVersionSummary
  isDeleted: boolean
}

/** The value of one version: hidden until it is asked for, in this component's memory only, gone when it is left. */
export function RevealCard({ place, version, isDeleted }: RevealCardProps) {
  const [value, setValue] = useState<string>()
  const refusal = useRefusal('secrets.reveal')
  const name = visibleText(place.secretName)
  const act = useAskedAct({
    mutation: useReveal(place, version.id, setValue),
    wishOf: (reason) => reason,
    onDone: () => undefined,
  })
  return (
    <Card title="Value">
      {value === undefined ? (
        <>
          <p className="muted">
            Hidden. Opening this page is no read of it; revealing it is, and goes to the audit log with your name and
            your reason.
          </p>
          <div>
            <AskingButton
              act={act}
              label="Reveal"
              icon={<Eye size={14} aria-hidden />}
              title={`Reveal the value of ${name}?`}
              needsReason
              small
              refusal={refusal ?? (isDeleted ? 'It is deleted; recover it first.' : undefined)}
            >
              <p>
                You will be able to copy it without showing it. It is read by you, for a reason that everybody who looks
                at this secret sees.
              </p>
            </AskingButton>
          </div>
        </>
      ) : (
        <SecretValue value={value} label="secret value" onForget={() => setValue(undefined)} />
      )}
    </Card>
  )
}
