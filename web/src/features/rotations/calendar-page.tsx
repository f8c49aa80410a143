import type { CalendarBand, CalendarDay } from '@signet/shared/api/rotation-calendar'
import { dayMs } from '@signet/shared/vocabulary/time'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Histogram } from '../../ui/histogram.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { bandsWithin } from './bands.ts'
import { PlannedCard } from './planned-card.tsx'
import styles from './rotations.module.css'
import { RotationsFrame } from './rotations-page.tsx'
import { calendarOptions } from './rotations-queries.ts'

const page = getRouteApi('/signed-in/rotations/calendar')

const dateOf = (day: number) => new Date(day).toISOString().slice(0, 10)

/** What is coming within 30 days, day by day. */
export function RotationCalendarPage() {
  const { day, waiting } = page.useSearch()
  const navigate = page.useNavigate()
  const query = useQuery(calendarOptions)
  const show = (search: { day?: string; waiting?: '1' }) => void navigate({ search, replace: true })
  const parsed = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`)
  return (
    <RotationsFrame tab="calendar">
      <Loadable state={loadStateOf(query)} lines={8}>
        {({ days, bands, waiting: waitingCount }) => (
          <div className={styles['list']}>
            {waitingCount > 0 && (
              <Notice tone="info" title={`${waitingCount} ${waitingCount === 1 ? 'waits' : 'wait'} for a window`}>
                <p>Certificates that are due, outside their windows, in a blackout or in a freeze.</p>
                <div className="row">
                  <Button small onClick={() => show({ waiting: '1' })}>
                    Show them
                  </Button>
                </div>
              </Notice>
            )}
            <DaysCard days={days} bands={bands} onPick={(picked) => show({ day: dateOf(picked) })} />
            {waiting === '1' ? (
              <PlannedCard title="Waiting for a window" what="waiting" />
            ) : (
              <PlannedCard
                key={day}
                title={`Rotates on ${dateOf(Number.isNaN(parsed) ? (days[0]?.day ?? 0) : parsed)} (UTC)`}
                what={Number.isNaN(parsed) ? (days[0]?.day ?? 0) : parsed}
              />
            )}
            <BandsCard bands={bands} />
          </div>
        )}
      </Loadable>
    </RotationsFrame>
  )
}

/** Days whose excess is named one by one. */
const mostSpread = 5

interface DaysCardProps {
  days: readonly CalendarDay[]
  bands: readonly CalendarBand[]
  onPick: (day: number) => void
}

function DaysCard({ days, bands, onPick }: DaysCardProps) {
  const last = days.at(-1)?.day ?? 0
  const spread = days.filter(({ postponed }) => postponed > 0)
  const bars = days.map(({ day, done, planned, postponed }) => {
    const held = bandsWithin(bands, { from: day, until: day + dayMs })
    // The number above the bar, in its name.
    const sum = planned > 0 && done > 0 ? `${planned + done} rotations: ` : ''
    const excess = postponed > 0 ? `, ${postponed} spread to the next day` : ''
    return {
      key: String(day),
      name: `${sum}${planned} planned, ${done} done on ${dateOf(day)} (UTC)${excess}${held.words}`,
      parts: [{ tone: 'accent' as const, value: planned + done }],
      tick: dateOf(day).slice(-2),
      marked: held.shares,
    }
  })
  return (
    <Card title="The next 30 days">
      <Histogram
        label="Rotations by day; pick one to see what is due"
        counted
        bars={bars}
        ends={[dateOf(days[0]?.day ?? 0), dateOf(last)]}
        onPick={(index) => onPick(days[index]?.day ?? 0)}
      />
      <p className="muted">
        {days.reduce((sum, { planned }) => sum + planned, 0)} certificates roll until {dateOf(last + dayMs)} (UTC).
        {bands.length > 0 && ' Grey: a blackout or freeze, in which nothing that is scheduled begins.'}
      </p>
      {spread.length > 0 && (
        <ul aria-label="Beyond the limit of a day">
          {spread.slice(0, mostSpread).map(({ day, planned, postponed }) => (
            <li key={day}>
              {dateOf(day)}: {planned} planned, {postponed} of what is due by then will spread to {dateOf(day + dayMs)}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

const bandColumns = columnsOf<CalendarBand>([
  { id: 'kind', header: 'Held by', cell: ({ kind }) => (kind === 'freeze' ? 'Freeze' : 'Blackout') },
  {
    id: 'policy',
    header: 'Policy',
    cell: ({ policy }) => (policy === null ? 'All rotations' : <Untrusted text={policy} />),
  },
  { id: 'from', header: 'From', cell: ({ from }) => <ExactTime at={from} /> },
  { id: 'until', header: 'Until', cell: ({ until }) => <ExactTime at={until} /> },
])

function BandsCard({ bands }: { bands: readonly CalendarBand[] }) {
  if (bands.length === 0) return null
  return (
    <Card title="Blackouts and freezes">
      <SimpleTable
        label="Blackouts and freezes"
        columns={bandColumns}
        rows={bands}
        rowId={({ kind, policy, from }) => `${kind} ${policy ?? ''} ${from}`}
      />
    </Card>
  )
}
