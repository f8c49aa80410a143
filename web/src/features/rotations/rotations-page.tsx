import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { buttonClass } from '../../ui/button.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { Tabs } from '../../ui/tabs.tsx'
import { HeldCard } from './planned-card.tsx'
import { PolicyCard } from './policy-card.tsx'
import { RolloutsTab } from './rollouts-tab.tsx'
import { queueColumns, rotationColumns } from './rotation-columns.tsx'
import { RunList } from './run-list.tsx'
import { TimelineTab } from './timeline-tab.tsx'

const queue = getRouteApi('/signed-in/rotations/queue')
const history = getRouteApi('/signed-in/rotations/history')

const tabs = [
  { value: 'timeline', label: 'Timeline' },
  { value: 'calendar', label: 'Calendar' },
  { value: 'queue', label: 'Queue' },
  { value: 'history', label: 'History' },
  { value: 'rollouts', label: 'Rollouts' },
] as const
type Tab = (typeof tabs)[number]['value']
const paths = {
  timeline: '/rotations',
  calendar: '/rotations/calendar',
  queue: '/rotations/queue',
  history: '/rotations/history',
  rollouts: '/rotations/rollouts',
} as const

/** Certificates over time, and the policy that makes them roll. */
export function RotationTimelinePage() {
  return (
    <RotationsFrame tab="timeline">
      <TimelineTab />
    </RotationsFrame>
  )
}

/** What is under way or waits. */
export function RotationQueuePage() {
  const search = queue.useSearch()
  const navigate = queue.useNavigate()
  return (
    <RotationsFrame tab="queue">
      <HeldCard />
      <RunList
        fixed="queue:yes"
        columns={queueColumns}
        search={search}
        onSearch={(next, push) => void navigate({ search: next, replace: push !== true })}
        nothing={{
          title: 'Nothing is under way',
          words: 'No rotation waits for an agent or failed last, and no overlap runs.',
        }}
      />
    </RotationsFrame>
  )
}

/** Every certificate that took over from another. */
export function RotationHistoryPage() {
  const search = history.useSearch()
  const navigate = history.useNavigate()
  return (
    <RotationsFrame tab="history">
      <RunList
        columns={rotationColumns}
        canReview
        search={search}
        onSearch={(next, push) => void navigate({ search: next, replace: push !== true })}
        nothing="never"
      />
    </RotationsFrame>
  )
}

/** Rotations of many, in waves. */
export function RolloutsPage() {
  return (
    <RotationsFrame tab="rollouts">
      <RolloutsTab />
    </RotationsFrame>
  )
}

/** What every tab stands in. */
export function RotationsFrame({ tab, children }: { tab: Tab; children: ReactNode }) {
  const navigate = useNavigate()
  useTitle(tabs.find(({ value }) => value === tab)?.label, 'Rotations')
  return (
    <>
      <PageHeader
        title="Rotations"
        lead="Certificates that take over from one another, before they run out."
        actions={
          <>
            <Link to="/rotations/certificates" className={buttonClass('quiet')}>
              Certificates
            </Link>
            <Link to="/rotations/evidence" className={buttonClass('quiet')}>
              Evidence
            </Link>
          </>
        }
      />
      <PolicyCard />
      <Tabs label="Rotations" tabs={tabs} value={tab} onChange={(next) => void navigate({ to: paths[next] })}>
        {children}
      </Tabs>
    </>
  )
}
