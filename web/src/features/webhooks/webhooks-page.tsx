import type { Webhook } from '@signet/shared/api/webhooks'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { deliveryWords } from '../../api/alarm-words.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { useRefusal, useSession } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ForbiddenPanel } from '../../ui/forbidden-panel.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { AddWebhookDialog } from './add-webhook-dialog.tsx'
import { standingWord } from './webhook-words.ts'
import { webhooksOptions } from './webhooks-queries.ts'

const columns = columnsOf<Webhook>([
  {
    id: 'name',
    header: 'Name',
    cell: ({ id, name }) => (
      <Link to="/settings/webhooks/$webhookId" params={{ webhookId: id }}>
        <Untrusted text={name} />
      </Link>
    ),
  },
  { id: 'url', header: 'Address', cell: ({ url }) => <Untrusted text={new URL(url).host} className="mono" /> },
  { id: 'state', header: 'State', cell: (webhook) => <StatusBadge {...standingWord(webhook)} /> },
  {
    id: 'last',
    header: 'Last message',
    cell: ({ last }) =>
      last === null ? (
        <None />
      ) : (
        <span className="row">
          <StatusBadge {...deliveryWords[last.state]} />
          <RelativeTime at={last.at} />
        </span>
      ),
  },
  { id: 'waiting', header: 'Waiting', cell: ({ waiting }) => waiting },
  { id: 'dead', header: 'Given up', cell: ({ dead }) => dead },
])

/** Programs that are told of alerts. */
export function WebhooksPage() {
  useTitle('Webhooks')
  const [adding, setAdding] = useState(false)
  const refusal = useRefusal('webhooks.write')
  const may = useSession()?.permissions.includes('webhooks.write') === true
  const query = useQuery({ ...webhooksOptions, enabled: may })
  const add = (
    <Button kind="primary" disabledReason={refusal} onClick={() => setAdding(true)}>
      Add webhook
    </Button>
  )
  return (
    <>
      <PageHeader
        back={<Link to="/alerts">Alerts</Link>}
        title="Webhooks"
        lead="Programs that are told of alerts, by signed requests that are sent again until they arrive."
        actions={add}
      />
      {!may ? (
        <ForbiddenPanel permission="webhooks.write" />
      ) : (
        <Frame>
          <Loadable state={loadStateOf(query)}>
            {({ items }) =>
              items.length === 0 ? (
                <EmptyState title="None" actions={add}>
                  <p>A pager, a chat or a ticket system can be told when an alert opens, and when it is resolved.</p>
                </EmptyState>
              ) : (
                <SimpleTable label="Webhooks" columns={columns} rows={items} rowId={({ id }) => id} />
              )
            }
          </Loadable>
        </Frame>
      )}
      {adding && <AddWebhookDialog onClose={() => setAdding(false)} />}
    </>
  )
}
