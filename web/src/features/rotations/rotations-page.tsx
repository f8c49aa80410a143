import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { Tabs } from '../../ui/tabs.tsx'
import { PolicyCard } from './policy-card.tsx'
import { RolloutsTab } from './rollouts-tab.tsx'
import { queueColumns, rotationColumns } from './rotation-columns.tsx'
import { RunList } from './run-list.tsx'
import { TimelineTab } from './timeline-tab.tsx'

const queue = getRouteApi('/signed-in/rotations/queue')
const history = getRouteApi('/signed-in/rotations/history')

const tabs = [
  { value: 'timeline', label: 'Timeline' },
  { value: 'queue', label: 'Queue' },
  { value: 'history', label: 'History' },
  { value: 'rollouts', label: 'Rollouts' },
] as const
type Tab = (typeof tabs)[number]['value']
const paths = {
  timeline: '/rotations',
  queue: '/rotations/queue',
  history: '/rotations/history',
  rollouts: '/rotations/rollouts',
} as const

/** Certificates over time, and the policy that makes them roll. */
export function RotationTimelinePage() {
  return (
    <Frame tab="timeline">
      <TimelineTab />
    </Frame>
  )
}

/** What is under way or waits. */
export function RotationQueuePage() {
  const search = queue.useSearch()
  const navigate = queue.useNavigate()
  return (
    <Frame tab="queue">
      <RunList
        fixed="open:yes"
        columns={queueColumns}
        search={search}
        onSearch={(next, push) => void navigate({ search: next, replace: push !== true })}
        nothing={{ title: 'Nothing is under way', words: 'No rotation waits for an agent, and no overlap runs.' }}
      />
    </Frame>
  )
}

/** Every certificate that took over from another. */
export function RotationHistoryPage() {
  const search = history.useSearch()
  const navigate = history.useNavigate()
  return (
    <Frame tab="history">
      <RunList
        columns={rotationColumns}
        search={search}
        onSearch={(next, push) => void navigate({ search: next, replace: push !== true })}
        nothing="never"
      />
    </Frame>
  )
}

/** Rotations of many, in waves. */
export function RolloutsPage() {
  return (
    <Frame tab="rollouts">
      <RolloutsTab />
    </Frame>
  )
}

function Frame({ tab, children }: { tab: Tab; children: ReactNode }) {
  const navigate = useNavigate()
  useTitle(tabs.find(({ value }) => value === tab)?.label, 'Rotations')
  return (
    <>
      <PageHeader title="Rotations" lead="Certificates that take over from one another, before they run out." />
      <PolicyCard />
      <Tabs label="Rotations" tabs={tabs} value={tab} onChange={(next) => void navigate({ to: paths[next] })}>
        {children}
      </Tabs>
    </>
  )
}
