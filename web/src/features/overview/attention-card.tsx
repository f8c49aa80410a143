import type { AttentionItem } from '@signet/shared/api/overview'
import { useQuery } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import { severityTones, severityWords } from '../../api/alarm-words.ts'
import { problemOf } from '../../api/api-error.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { useRefusal } from '../../api/session.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyButton } from '../../ui/copyable.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PathLink } from '../../ui/path-link.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import styles from './attention-card.module.css'
import { attentionOptions, useConfirmClock } from './overview-queries.ts'
import { attentionWords, counted } from './overview-words.ts'

/** What somebody should look after, the worst first, each with the one thing to do. */
export function AttentionCard() {
  const query = useQuery(attentionOptions)
  const { data } = query
  const total = data?.items.reduce((sum, { count }) => sum + count, 0) ?? 0
  return (
    <Card
      title={total === 0 ? 'Needs attention' : `Needs attention (${total.toLocaleString('en')})`}
      actions={
        data && (
          <span className="muted">
            Checked <RelativeTime at={data.checkedAt} />
          </span>
        )
      }
    >
      <Loadable state={loadStateOf(query)} lines={3}>
        {({ items, checkedAt }) => (items.length === 0 ? <AllClear at={checkedAt} /> : <Items items={items} />)}
      </Loadable>
    </Card>
  )
}

function AllClear({ at }: { at: number }) {
  return (
    <EmptyState title="All clear" icon={<CircleCheck size={20} className={styles['clear']} aria-hidden />}>
      <p>
        Identities, agents, rotations, keys and the clock were checked <RelativeTime at={at} />.
      </p>
    </EmptyState>
  )
}

function Items({ items }: { items: readonly AttentionItem[] }) {
  return (
    <ul className={styles['items']} aria-label="Needs attention">
      {items.map((item) => (
        <li key={item.key} className={styles['item']}>
          <span className={styles['badge']}>
            <StatusBadge
              tone={severityTones[item.severity]}
              word={attentionWords[item.kind]}
              title={severityWords[item.severity]}
            />
            <span className="sr-only">{severityWords[item.severity]}</span>
          </span>
          <div className={styles['words']}>
            <strong>
              <Untrusted text={item.title} />
            </strong>
            <span className={styles['reason']}>
              <Untrusted text={item.reason} />
              {item.requests > 0 && (
                <>
                  {' '}
                  <span>{counted(item.requests, 'token request', 'token requests')} in 24 h.</span>
                </>
              )}
            </span>
          </div>
          <Fix item={item} />
        </li>
      ))}
    </ul>
  )
}

function Fix({ item: { fix, title } }: { item: AttentionItem }) {
  if (fix.path !== null) {
    return (
      <PathLink path={fix.path} className={buttonClass('default', true)}>
        {fix.label}
        <span className="sr-only"> for {title}</span>
      </PathLink>
    )
  }
  if (fix.command !== null) {
    return (
      <span className={styles['command']}>
        <code>{fix.command}</code>
        <CopyButton value={fix.command} label="command" text="Copy" />
      </span>
    )
  }
  return fix.steppedAt === null ? null : <ConfirmClock label={fix.label} steppedAt={fix.steppedAt} />
}

function ConfirmClock({ label, steppedAt }: { label: string; steppedAt: number }) {
  const confirm = useConfirmClock()
  const refusal = useRefusal('clock.confirm')
  return (
    <>
      <Button small busy={confirm.isPending} disabledReason={refusal} onClick={() => confirm.mutate(steppedAt)}>
        {label}
      </Button>
      {confirm.error !== null && <ErrorPanel problem={problemOf(confirm.error)} />}
    </>
  )
}
