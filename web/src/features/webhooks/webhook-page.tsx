import type { Webhook } from '@signet/shared/api/webhooks'
import { alertKinds } from '@signet/shared/vocabulary/alerts'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { pagedListOf } from '../../api/pages.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { DueTime, ExactTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { DeliveryDetail, deliveryColumns } from './delivery-columns.tsx'
import { WebhookActs } from './webhook-acts.tsx'
import { eventWords, messageWords, standingWord } from './webhook-words.ts'
import { deliveriesOptions, webhookOptions } from './webhooks-queries.ts'

const page = getRouteApi('/signed-in/settings/webhooks/$webhookId')

/** One receiver: what it is told of, and every message with what it answered. */
export function WebhookPage() {
  const { webhookId } = page.useParams()
  const query = useQuery(webhookOptions(webhookId))
  useTitle(query.data && visibleText(query.data.name), 'Webhook')
  return (
    <Loadable state={loadStateOf(query)}>
      {(webhook) => (
        <>
          <PageHeader
            back={<Link to="/settings/webhooks">Webhooks</Link>}
            title={<Untrusted text={webhook.name} />}
            meta={<StatusBadge {...standingWord(webhook)} />}
            actions={<WebhookActs webhook={webhook} />}
          />
          <Card title="Receiver">
            <WebhookFacts webhook={webhook} />
          </Card>
          <Deliveries webhook={webhook} />
        </>
      )}
    </Loadable>
  )
}

function WebhookFacts({ webhook: { url, events, kinds, oldSecretUntil, createdAt } }: { webhook: Webhook }) {
  return (
    <Facts>
      <Fact name="Address">
        <Untrusted text={url} className="mono" />
      </Fact>
      <Fact name="Told when">{events.map((event) => eventWords[event].toLowerCase()).join(', ')}</Fact>
      <Fact name="Of">
        {kinds.length === 0 ? 'every kind of alert' : kinds.map((kind) => alertKinds[kind]).join(', ')}
      </Fact>
      {oldSecretUntil !== null && (
        <Fact name="Old secret">
          signs too, until it ends <DueTime at={oldSecretUntil} />
        </Fact>
      )}
      <Fact name="Added">
        <ExactTime at={createdAt} relative />
      </Fact>
    </Facts>
  )
}

function Deliveries({ webhook }: { webhook: Webhook }) {
  const { state, hasMore, busy, onMore } = pagedListOf(useInfiniteQuery(deliveriesOptions(webhook.id)))
  return (
    <Card title="Messages">
      <Loadable state={state}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState title="Nothing was sent yet">
              <p>Send a test message to see whether the receiver can be reached.</p>
            </EmptyState>
          ) : (
            <>
              <SimpleTable
                label="Messages"
                columns={deliveryColumns}
                rows={rows}
                rowId={({ id }) => id}
                detail={{
                  nameOf: ({ event, id }) => `${messageWords[event]} ${id}`,
                  render: (delivery) => <DeliveryDetail webhook={webhook} delivery={delivery} />,
                }}
              />
              <LoadMore
                shown={rows.length}
                noun={rows.length === 1 ? 'message' : 'messages'}
                hasMore={hasMore}
                busy={busy}
                onMore={onMore}
              />
            </>
          )
        }
      </Loadable>
    </Card>
  )
}
