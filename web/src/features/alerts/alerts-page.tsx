import type { Alert } from '@signet/shared/api/alerts'
import { AlertState, alertKinds } from '@signet/shared/vocabulary/alerts'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { alertStateWords, severityTones, severityWords } from '../../api/alarm-words.ts'
import { pagedListOf } from '../../api/pages.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { PagedTable } from '../../ui/paged-table.tsx'
import { PathLink } from '../../ui/path-link.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Tabs } from '../../ui/tabs.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { AcknowledgeButton } from './acknowledge-button.tsx'
import { alertsOptions } from './alerts-queries.ts'

const page = getRouteApi('/signed-in/alerts')

const columns = columnsOf<Alert>([
  {
    id: 'severity',
    header: 'Severity',
    cell: ({ severity }) => <StatusBadge tone={severityTones[severity]} word={severityWords[severity]} />,
  },
  {
    id: 'what',
    header: 'What',
    cell: ({ kind, subject, reason, threshold }) => (
      <div>
        <strong>
          <Untrusted text={subject.label} />
        </strong>
        <p className="muted">
          {alertKinds[kind]}
          {threshold !== null && `, ${threshold} % left`}. <Untrusted text={reason} />
        </p>
      </div>
    ),
  },
  {
    id: 'since',
    header: 'Since',
    cell: ({ openedAt, occurrences }) => (
      <>
        <ExactTime at={openedAt} relative />
        {occurrences > 1 && (
          <>
            {' · '}
            <span className="muted nowrap">{occurrences} times</span>
          </>
        )}
      </>
    ),
  },
  { id: 'standing', header: 'Looked after', cell: (alert) => <Standing alert={alert} /> },
  { id: 'fix', header: 'To do', cell: ({ fix }) => <PathLink path={fix.path}>{fix.label}</PathLink> },
])

function Standing({ alert }: { alert: Alert }) {
  const { acknowledged, resolvedAt } = alert
  if (resolvedAt !== null) {
    return (
      <span>
        Resolved by itself <ExactTime at={resolvedAt} relative />
      </span>
    )
  }
  if (acknowledged === null) return <AcknowledgeButton alert={alert} />
  return (
    <span>
      <Untrusted text={acknowledged.by} />, <ExactTime at={acknowledged.at} relative />
      {acknowledged.note !== null && (
        <>
          : <Untrusted text={acknowledged.note} />
        </>
      )}
    </span>
  )
}

const tabs = AlertState.options.map((value) => ({ value, label: alertStateWords[value] }))

/** What somebody should look after, and what was: each with the one page to go to. */
export function AlertsPage() {
  useTitle('Alerts')
  const state = AlertState.catch('open').parse(page.useSearch().state)
  const navigate = page.useNavigate()
  const query = useInfiniteQuery(alertsOptions(state))
  return (
    <>
      <PageHeader
        title="Alerts"
        lead="They open and resolve by themselves. Acknowledging says that somebody is at it."
        actions={
          <Link to="/settings/webhooks" className={buttonClass()}>
            Webhooks
          </Link>
        }
      />
      <Tabs label="State" tabs={tabs} value={state} onChange={(next) => void navigate({ search: { state: next } })}>
        <Frame>
          <PagedTable
            label={`${alertStateWords[state]} alerts`}
            columns={columns}
            list={pagedListOf(query)}
            rowId={(alert) => alert.id}
            nouns={['alert', 'alerts']}
            empty={<NoAlert state={state} />}
            lines={8}
          />
        </Frame>
      </Tabs>
    </>
  )
}

const nothing: Record<AlertState, string> = {
  open: 'Nothing to look after',
  acknowledged: 'Nobody is at anything',
  resolved: 'Nothing was resolved yet',
}

function NoAlert({ state }: { state: AlertState }) {
  return (
    <EmptyState title={nothing[state]}>
      <p>Rotations that fail or are late, silent or cloned agents and what expires are told of here.</p>
    </EmptyState>
  )
}
