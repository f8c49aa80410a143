import { useNow } from '../../ui/now.ts'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { type ClaimView, claimsInWords } from './claims.ts'
import styles from './token-test.module.css'

/** What the token says, each claim with its meaning. */
export function ClaimTable({ claims }: { claims: Record<string, unknown> }) {
  const now = useNow('second')
  return (
    <dl className={styles['claims']} aria-label="Claims">
      {claimsInWords(claims, now).map((claim) => (
        <Claim key={claim.name} claim={claim} />
      ))}
    </dl>
  )
}

function Claim({ claim }: { claim: ClaimView }) {
  return (
    <div className={styles['claim']}>
      <dt>
        <code>{visibleText(claim.name)}</code>
      </dt>
      <dd>
        <code className={styles['value']}>{visibleText(claim.value)}</code>
        {claim.time !== null && <span className={styles['instant']}>{claim.time}</span>}
        {claim.meaning === null ? (
          <StatusBadge tone="warn" word="Unknown claim" />
        ) : (
          <span className={styles['meaning']}>{claim.meaning}</span>
        )}
      </dd>
    </div>
  )
}
