import type { Overview } from '@signet/shared/api/overview'
import { Link } from '@tanstack/react-router'
import { healthWords } from '../../api/words.ts'
import { Card } from '../../ui/card.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import styles from './overview.module.css'
import { counted } from './overview-words.ts'

/** States that are shown together, and the filter that finds them. */
const groups = [
  { states: ['on', 'rotating'], ...healthWords.on },
  { states: ['degraded'], ...healthWords.degraded },
  { states: ['failing'], ...healthWords.failing },
  { states: ['paused'], ...healthWords.paused },
  { states: ['enabling', 'disabling'], word: 'Changing', tone: 'soft' },
  { states: ['off'], ...healthWords.off },
] as const

/** The fleet by state; every number leads to the list of those it counts. */
export function FleetCard({ fleet, openJobs }: { fleet: Overview['fleet']; openJobs: number }) {
  const { connected, silent } = fleet.agents
  return (
    <Card title="Fleet" actions={<Link to="/instances">{counted(fleet.instances, 'instance', 'instances')}</Link>}>
      <ul className={styles['states']} aria-label="Identities by state">
        {groups.map(({ states, word, tone }) => {
          const count = states.reduce((sum, state) => sum + fleet.states[state], 0)
          return (
            <li key={word}>
              <Link to="/instances" search={{ q: `state:${states.join(',')}` }} className={styles['state']}>
                <span className={styles['number']} data-none={count === 0}>
                  {count.toLocaleString('en')}
                </span>
                <StatusBadge tone={count === 0 ? 'off' : tone} word={word} />
              </Link>
            </li>
          )
        })}
      </ul>
      <p className={styles['line']}>
        <span>
          Agents:{' '}
          <Link to="/instances" search={{ q: 'agent:connected' }}>
            {connected.toLocaleString('en')} connected
          </Link>
          ,{' '}
          <Link to="/instances" search={{ q: 'agent:silent' }}>
            {silent.toLocaleString('en')} silent
          </Link>
        </span>
        {openJobs > 0 && <Link to="/jobs">{counted(openJobs, 'job', 'jobs')} running</Link>}
      </p>
    </Card>
  )
}
