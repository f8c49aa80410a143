import { Link } from '@tanstack/react-router'
import { useNow } from '../../ui/now.ts'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { type ClaimView, claimsInWords } from './claims.ts'
import styles from './token-test.module.css'

/** The instance that an ID in a token belongs to, if it is known. */
export type OwnerOf = (claim: string, value: unknown) => { id: string; name: string } | undefined

const mostShown = 200

/** What the token says, each claim with its meaning. */
export function ClaimTable({ claims, ownerOf }: { claims: Record<string, unknown>; ownerOf?: OwnerOf }) {
  const now = useNow('second')
  const all = claimsInWords(claims, now)
  return (
    <>
      <dl className={styles['claims']} aria-label="Claims">
        {all.slice(0, mostShown).map((claim) => (
          <Claim key={claim.name} claim={claim} owner={ownerOf?.(claim.name, claims[claim.name])} />
        ))}
      </dl>
      {all.length > mostShown && <p className="muted">And {all.length - mostShown} more.</p>}
    </>
  )
}

function Claim({ claim, owner }: { claim: ClaimView; owner: ReturnType<OwnerOf> }) {
  return (
    <div className={styles['claim']}>
      <dt>
        <code>{visibleText(claim.name.slice(0, 200))}</code>
      </dt>
      <dd>
        <code className={styles['value']}>{visibleText(claim.value)}</code>
        {claim.time !== null && <span className={styles['instant']}>{claim.time}</span>}
        {claim.meaning === null ? (
          <StatusBadge tone="warn" word="Unknown claim" />
        ) : (
          <span className={styles['meaning']}>
            {claim.meaning}
            {owner !== undefined && (
              <>
                {' → '}
                <Link to="/instances/$instanceId/{-$tab}" params={{ instanceId: owner.id }}>
                  <Untrusted text={owner.name} />
                </Link>
              </>
            )}
          </span>
        )}
      </dd>
    </div>
  )
}
