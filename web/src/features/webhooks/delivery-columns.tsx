import type { Delivery, Webhook } from '@signet/shared/api/webhooks'
import { deliveryWords } from '../../api/alarm-words.ts'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { None } from '../../ui/none.tsx'
import { DueTime, ExactTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { notify } from '../../ui/toaster.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { faultWord, messageWords } from './webhook-words.ts'
import { useResend } from './webhooks-queries.ts'

export const deliveryColumns = columnsOf<Delivery>([
  { id: 'event', header: 'Message', cell: ({ event }) => messageWords[event] },
  { id: 'state', header: 'State', cell: ({ state }) => <StatusBadge {...deliveryWords[state]} /> },
  {
    id: 'answer',
    header: 'Last answer',
    cell: ({ status, fault, attempts }) => {
      if (status !== null) return `HTTP ${status}`
      if (fault !== null) return <Untrusted text={faultWord(fault)} />
      return attempts === 0 ? <None /> : 'Under way'
    },
  },
  { id: 'attempts', header: 'Attempts', cell: ({ attempts }) => attempts },
  {
    id: 'at',
    header: 'When',
    cell: ({ createdAt, dueAt, attempts }) =>
      dueAt !== null && attempts > 0 ? (
        <span>
          again <DueTime at={dueAt} />
        </span>
      ) : (
        <ExactTime at={createdAt} relative />
      ),
  },
])

/** What is sent and what came back, and another try. */
export function DeliveryDetail({ webhook, delivery }: { webhook: Webhook; delivery: Delivery }) {
  const resend = useResend(webhook)
  const refusal = useRefusal('webhooks.write')
  const again = () =>
    resend.mutate(delivery.id, {
      onSuccess: () => notify('ok', 'The message is sent again'),
      onError: (error) => notify('bad', 'The message is not sent again', problemOf(error).detail),
    })
  return (
    <div className="stack">
      <Facts>
        <Fact name="Message ID">
          <Copyable value={delivery.id} label="message ID, the header webhook-id" />
        </Fact>
        {delivery.durationMs !== null && <Fact name="Took">{delivery.durationMs} ms</Fact>}
      </Facts>
      <CodeBlock code={readable(delivery.payload)} label="message" />
      {delivery.answer !== null && delivery.answer !== '' && <CodeBlock code={delivery.answer} label="answer" />}
      <div className="row">
        <Button
          small
          busy={resend.isPending}
          disabledReason={webhook.enabled ? refusal : 'The webhook is disabled.'}
          onClick={again}
        >
          Send again
        </Button>
      </div>
    </div>
  )
}

function readable(payload: string): string {
  return JSON.stringify(JSON.parse(payload), null, 2)
}
