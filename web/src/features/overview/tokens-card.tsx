import type { Overview } from '@signet/shared/api/overview'
import { Link } from '@tanstack/react-router'
import { absoluteTime } from '../../ui/absolute-time.ts'
import { Card } from '../../ui/card.tsx'
import { Sparkline } from '../../ui/sparkline.tsx'
import styles from './overview.module.css'
import { counted, paceWords, shareWords } from './overview-words.ts'

/** Tokens of the last 24 hours, hour by hour, and how many were refused. */
export function TokensCard({ tokens: { hours, issued, refused } }: { tokens: Overview['tokens'] }) {
  const busiest = hours.reduce((most, hour) => (hour.issued > most.issued ? hour : most))
  const at = absoluteTime(busiest.at, 'minute').slice(-5)
  const peak = issued === 0 ? '' : ` Most in one hour: ${busiest.issued.toLocaleString('en')}, from ${at}.`
  const pace = paceWords(issued)
  return (
    <Card title="Tokens, last 24 h" actions={pace && <span className="muted">{pace}</span>}>
      <Sparkline
        label={`${counted(issued, 'token', 'tokens')} in 24 hours.${peak}`}
        values={hours.map((hour) => hour.issued)}
      />
      <p className={styles['line']}>
        <Link to="/instances" search={{ q: 'last-token:<24h' }}>
          {counted(issued, 'token', 'tokens')} issued
        </Link>
        <span className={refused > 0 ? 'warn' : 'muted'}>
          {refused.toLocaleString('en')} refused ({shareWords(refused, issued + refused)})
        </span>
      </p>
    </Card>
  )
}
