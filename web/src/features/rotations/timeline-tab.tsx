import type { RotationDay, RotationLane } from '@signet/shared/api/rotation'
import type { CalendarBand } from '@signet/shared/api/rotation-calendar'
import { dayMs, secondMs } from '@signet/shared/vocabulary/time'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ChevronLeft, ChevronRight, ZoomIn, ZoomOut } from 'lucide-react'
import { certificateSentence, timelineItem } from '../../api/certificate-span.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { rowsOf } from '../../api/pages.ts'
import { absoluteTime } from '../../ui/absolute-time.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { durationWords } from '../../ui/duration.ts'
import { Select } from '../../ui/form.tsx'
import { type Lane, LaneTimeline, type Load } from '../../ui/lane-timeline.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { useNow } from '../../ui/now.ts'
import { usePreferences } from '../../ui/preferences.ts'
import { DueTime } from '../../ui/relative-time.tsx'
import { overlapsOf, shownUntil } from '../../ui/timeline-layout.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { bandsOf, bandWords } from './bands.ts'
import { NothingRotated } from './nothing-rotated.tsx'
import styles from './rotations.module.css'
import { calendarOptions, loadOptions, policyOptions, timelineOptions } from './rotations-queries.ts'
import { axisOf, defaultSpan, fittedAxis, isFitted, type Span, spanWords, zoomed } from './timeline-axis.ts'
import { TimelineTable } from './timeline-table.tsx'

const page = getRouteApi('/signed-in/rotations/')

const spanChoices = (Object.keys(spanWords) as Span[]).map((value) => ({ value, label: spanWords[value] }))

/** Every identity with its certificates over time; the soonest to rotate first. */
export function TimelineTab() {
  const search = page.useSearch()
  usePreferences()
  const navigate = page.useNavigate()
  const now = useNow('slow')
  const lifetimeMs = useLifetime()
  const axis = axisOf(search, lifetimeMs ?? usualLifetimeMs, now)
  const isKnown = lifetimeMs !== undefined
  const lanes = useInfiniteQuery({ ...timelineOptions({ instance: search.instance, axis }), enabled: isKnown })
  const bands = useQuery(calendarOptions).data?.bands ?? []
  const load = useQuery({ ...loadOptions(axis), enabled: isKnown })
  const go = (change: Partial<typeof search>) => void navigate({ search: { ...search, ...change }, replace: true })
  const controls = <Controls search={search} lifetimeMs={lifetimeMs ?? usualLifetimeMs} onChange={go} />
  return (
    <Card title="Certificates over time" actions={controls}>
      <Loadable state={loadStateOf(lanes)} lines={8}>
        {(data) => {
          const rows = rowsOf(data)
          if (rows.length === 0) return <NothingRotated />
          const drawn = rows.map((lane) => laneOf(lane, bands))
          return (
            <>
              <LaneTimeline
                label="Certificates of every identity"
                lanes={drawn}
                axis={isFitted(search) ? fittedAxis(drawn.flatMap(shownOf), lifetimeMs ?? usualLifetimeMs, now) : axis}
                load={(load.data?.days ?? []).map(loadOf)}
                sentence={(lane, item) => sentenceOf(rows, lane.id, item.id, now)}
                href={(lane) => hrefOf(rows, lane.id)}
              />
              {bands.length > 0 && (
                <p className="muted">
                  Grey: blackouts and freezes of the next 30 days, in which nothing that is scheduled begins; they are
                  listed on the <Link to="/rotations/calendar">calendar</Link>.
                </p>
              )}
              <LoadMore
                shown={rows.length}
                noun={rows.length === 1 ? 'identity' : 'identities'}
                hasMore={lanes.hasNextPage}
                busy={lanes.isFetchingNextPage}
                onMore={() => void lanes.fetchNextPage()}
              />
              <TimelineTable
                lanes={rows}
                shown={search.table === '1'}
                onShown={(table) => go({ table: table ? '1' : undefined })}
              />
            </>
          )
        }}
      </Loadable>
    </Card>
  )
}

const usualLifetimeMs = 90 * dayMs

/** How long certificates are valid, which is what fits on the axis; undefined until it is known. */
function useLifetime(): number | undefined {
  const { data, isError } = useQuery(policyOptions)
  if (data !== undefined) return data.lifetimeSeconds * secondMs
  return isError ? usualLifetimeMs : undefined
}

function shownOf({ items, plannedAt }: Lane): { from: number; until: number }[] {
  const spans = items.map((item) => ({ from: item.from, until: shownUntil(item) }))
  return plannedAt === null ? spans : [...spans, { from: plannedAt, until: plannedAt }]
}

type Search = ReturnType<typeof page.useSearch>

interface ControlsProps {
  search: Search
  lifetimeMs: number
  onChange: (change: Partial<Search>) => void
}

function Controls({ search, lifetimeMs, onChange }: ControlsProps) {
  const shift = search.shift ?? 0
  const narrower = zoomed(search.span, lifetimeMs, -1)
  const wider = zoomed(search.span, lifetimeMs, 1)
  const move = (by: number) => onChange({ shift: shift + by === 0 ? undefined : shift + by })
  return (
    <div className={styles['controls']}>
      <Select
        aria-label="Range"
        value={search.span ?? defaultSpan}
        choices={spanChoices}
        onChange={(span) => onChange({ span, shift: undefined })}
      />
      {narrower !== undefined && (
        <IconButton label="Zoom in" onClick={() => onChange({ span: narrower, shift: undefined })}>
          <ZoomIn size={16} aria-hidden />
        </IconButton>
      )}
      {wider !== undefined && (
        <IconButton label="Zoom out" onClick={() => onChange({ span: wider, shift: undefined })}>
          <ZoomOut size={16} aria-hidden />
        </IconButton>
      )}
      <IconButton label="Earlier" onClick={() => move(-1)}>
        <ChevronLeft size={16} aria-hidden />
      </IconButton>
      <IconButton label="Later" onClick={() => move(1)}>
        <ChevronRight size={16} aria-hidden />
      </IconButton>
      {shift !== 0 && (
        <Button small onClick={() => onChange({ shift: undefined })}>
          Now
        </Button>
      )}
    </div>
  )
}

function laneOf(lane: RotationLane, bands: readonly CalendarBand[]): Lane {
  return {
    id: lane.slotId,
    words: visibleText(lane.principalName),
    name:
      lane.instance === null ? (
        <Untrusted text={lane.principalName} />
      ) : (
        <Link
          to="/instances/$instanceId/{-$tab}"
          params={{ instanceId: lane.instance.id, tab: 'certificates' }}
          className={styles['lane-name']}
        >
          <Untrusted text={lane.instance.name} />
        </Link>
      ),
    note: noteOf(lane),
    items: lane.credentials.map(timelineItem),
    plannedAt: lane.nextRotationAt,
    isOverdue: lane.isOverdue,
    bands: bandsOf(bands, lane.policy).map((band) => ({ from: band.from, until: band.until, words: bandWords(band) })),
  }
}

function noteOf(lane: RotationLane) {
  if (lane.openRun?.state === 'requested' || lane.openRun?.state === 'prepared') {
    return (
      <Link to="/rotations/$runId" params={{ runId: lane.openRun.id }}>
        waiting for the agent
      </Link>
    )
  }
  if (lane.nextRotationAt === null) return 'nothing planned'
  return (
    <>
      rotates <DueTime at={lane.nextRotationAt} />
      {lane.failures > 0 && `, ${lane.failures} failed`}
      {overlapWords(lane)}
    </>
  )
}

/** For how long two certificates were accepted together, each time. */
function overlapWords({ credentials }: RotationLane): string {
  const lengths = overlapsOf(credentials.map(timelineItem)).map(({ from, until }) => until - from)
  if (lengths.length === 0) return ''
  const [shortest, longest] = [durationWords(Math.min(...lengths)), durationWords(Math.max(...lengths))]
  return `, overlap ${shortest === longest ? longest : `${shortest} to ${longest}`}`
}

function loadOf({ day, done, planned }: RotationDay): Load {
  const total = done + planned
  const date = new Date(day).toISOString().slice(0, 10)
  return {
    ...{ from: day, until: day + dayMs, value: total, planned: planned > 0 },
    words: planned > 0 ? `${total} on ${date} (UTC), ${planned} of them planned` : `${total} on ${date} (UTC)`,
  }
}

function sentenceOf(lanes: readonly RotationLane[], slotId: string, credentialId: string, now: number): string {
  const lane = lanes.find((each) => each.slotId === slotId)
  const credential = lane?.credentials.find((each) => each.id === credentialId)
  if (lane === undefined || credential === undefined) return ''
  return certificateSentence(credential, absoluteTime, now)
}

function hrefOf(lanes: readonly RotationLane[], slotId: string): string {
  const instance = lanes.find((each) => each.slotId === slotId)?.instance
  return instance ? `/instances/${instance.id}/certificates` : '#'
}
