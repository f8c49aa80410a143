import type { StoredRotationPolicy } from '@signet/shared/api/rotation-policies'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { keyAlgorithmWords } from '../../api/words.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { durationWords } from '../../ui/duration.ts'
import { Loadable } from '../../ui/loadable.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import styles from './rotations.module.css'
import { policyOptions } from './rotations-queries.ts'

/** The default policy, and the way to all of them. */
export function PolicyCard() {
  const query = useQuery(policyOptions)
  const all = (
    <Link to="/settings/policies" className={buttonClass()}>
      Rotation policies
    </Link>
  )
  return (
    <Card title="Default policy" actions={all}>
      <Loadable state={loadStateOf(query)} lines={1}>
        {(policy) => policy && <Policy policy={policy} />}
      </Loadable>
    </Card>
  )
}

function Policy({ policy }: { policy: StoredRotationPolicy }) {
  const at = policy.lifetimeSeconds * policy.rotateAt
  const facts = [
    ['Lifetime', durationWords(policy.lifetimeSeconds * 1_000)],
    [
      'Rotates at',
      `${Math.round(policy.rotateAt * 100)} % (${durationWords(at * 1_000)}), up to ${Math.round(policy.jitter * 100)} % earlier`,
    ],
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
