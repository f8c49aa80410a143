import type { Overview } from '@signet/shared/api/overview'
import { Link, useNavigate } from '@tanstack/react-router'
import { Card } from '../../ui/card.tsx'
import { Histogram } from '../../ui/histogram.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import styles from './overview.module.css'
import { counted } from './overview-words.ts'

/** What rotates in the next 14 days, and when the next signing key takes over. */
export function RotationsCard(props: { days: Overview['rotations']; signingKey: Overview['signingKey'] }) {
  const { days, signingKey } = props
  const navigate = useNavigate()
  const total = days.reduce((sum, { planned }) => sum + planned, 0)
  const filterOf = (day: number) => ({ q: `rotation:${dateOf(day)}` })
  const pick = (index: number) => {
    const day = days[index]
    if (day) void navigate({ to: '/instances', search: filterOf(day.day) })
  }
  return (
    <Card title="Rotations, next 14 d" actions={<Link to="/rotations">Timeline</Link>}>
      {total > 0 && (
        <Histogram
          label="Planned rotations by day"
          bars={days.map(({ day, planned }) => ({
            key: dateOf(day),
            name: `${dateOf(day)}: ${counted(planned, 'rotation', 'rotations')} planned`,
            parts: [{ tone: 'accent', value: planned }],
          }))}
          ends={['Today (UTC)', dateOf(days.at(-1)?.day ?? 0).slice(5)]}
          onPick={pick}
        />
      )}
      <p className={styles['line']}>
        <span>{total === 0 ? 'No certificate is due.' : `${counted(total, 'rotation', 'rotations')} planned`}</span>
        <span className="muted">
          Signing key{' '}
          <Link to="/audit" search={{ filter: 'action:signing_key.*', range: 'all' }}>
            {signingKey.kid.slice(0, 6)}…
          </Link>
          , next {signingKey.nextAt === null ? 'not planned' : <RelativeTime at={signingKey.nextAt} />}
        </span>
      </p>
    </Card>
  )
}

function dateOf(day: number): string {
  return new Date(day).toISOString().slice(0, 10)
}
