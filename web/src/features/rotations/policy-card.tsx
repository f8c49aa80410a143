import type { StoredRotationPolicy } from '@signet/shared/api/rotation-policies'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { useRefusal } from '../../api/session.ts'
import { keyAlgorithmWords } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { useRegisterCommands } from '../../ui/commands.ts'
import { durationWords } from '../../ui/duration.ts'
import { Loadable } from '../../ui/loadable.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { PolicyDialog } from './policy-dialog.tsx'
import styles from './rotations.module.css'
import { policyOptions } from './rotations-queries.ts'

/** The rotation policy in force. */
export function PolicyCard() {
  const query = useQuery(policyOptions)
  const [editing, setEditing] = useState(false)
  const refusal = useRefusal('policies.write')
  const edit = () => setEditing(true)
  useRegisterCommands([
    { id: 'edit-policy', label: 'Edit rotation policy', group: 'Rotations', inPalette: true, refusal, run: edit },
  ])
  return (
    <Card
      title="Policy in force"
      actions={
        <Button small disabledReason={refusal} onClick={edit}>
          Edit policy
        </Button>
      }
    >
      <Loadable state={loadStateOf(query)} lines={1}>
        {(policy) =>
          policy && (
            <>
              <Policy policy={policy} />
              <PolicyDialog open={editing} policy={policy} onClose={() => setEditing(false)} />
            </>
          )
        }
      </Loadable>
    </Card>
  )
}

function Policy({ policy }: { policy: StoredRotationPolicy }) {
  const at = policy.lifetimeSeconds * policy.rotateAt
  const facts = [
    ['Lifetime', durationWords(policy.lifetimeSeconds * 1_000)],
    ['Rotates at', `${Math.round(policy.rotateAt * 100)} % (${durationWords(at * 1_000)}), up to a fifth earlier`],
    ['Overlap', policy.overlapSeconds === 0 ? 'None' : durationWords(policy.overlapSeconds * 1_000)],
    ['Key', keyAlgorithmWords[policy.keyAlgorithm]],
  ] as const
  return (
    <dl className={styles['policy']}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>Changed</dt>
        <dd>
          <RelativeTime at={policy.updatedAt} />
        </dd>
      </div>
    </dl>
  )
}
