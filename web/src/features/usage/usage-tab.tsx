import type { UsageDetail } from '@signet/shared/api/usage'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { Card, Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Select } from '../../ui/form.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { Hosts, HostsOf } from './hosts.tsx'
import styles from './usage.module.css'
import { UsageBars } from './usage-bars.tsx'
import { UsageMatrix } from './usage-matrix.tsx'
import { type UsageOf, usageOptions } from './usage-queries.ts'
import type { UsageSearch } from './usage-search.ts'
import { tokenWords } from './usage-words.ts'

const ranges = [
  { value: '30', label: 'Last 30 days' },
  { value: '90', label: 'Last 90 days' },
  { value: '400', label: 'Last 13 months' },
] as const

/** What was used, by day, audience and place, and from where; the range is in the address. */
export function UsageTab({ of }: { of: UsageOf }) {
  const { days = '90' }: UsageSearch = useSearch({ strict: false })
  const navigate = useNavigate()
  const query = useQuery(usageOptions(of, Number(days)))
  return (
    <Loadable state={loadStateOf(query)}>
      {(usage) => (
        <div className={styles['parts']}>
          <div className={styles['tools']}>
            <Select
              aria-label="Range"
              value={days}
              choices={ranges}
              onChange={(next) =>
                void navigate({
                  to: '.',
                  search: (all: object) => ({ ...all, days: next }),
                  replace: true,
                  resetScroll: false,
                })
              }
            />
            <span className="muted">{summaryOf(usage)}</span>
          </div>
          <Counted usage={usage} of={of} />
          {of.kind === 'principal' && <Hosts usage={usage} />}
          {of.ownPrincipalId !== undefined && <HostsOf principalId={of.ownPrincipalId} />}
        </div>
      )}
    </Loadable>
  )
}

function Counted({ usage, of }: { usage: UsageDetail; of: UsageOf }) {
  if (usage.cells.length === 0) {
    return (
      <Frame>
        <EmptyState title="No token in this range">
          <p>Counters are kept for 13 months. What an agent answers from its cache does not reach the authority.</p>
        </EmptyState>
      </Frame>
    )
  }
  return (
    <>
      <UsageBars usage={usage} />
      <Card title={of.kind === 'principal' ? 'Audiences, by instance' : 'Audiences, by identity'}>
        <UsageMatrix usage={usage} across={of.kind === 'principal' ? 'place' : 'principal'} />
      </Card>
    </>
  )
}

function summaryOf({ days }: UsageDetail): string {
  const tokens = days.reduce((sum, day) => sum + day.tokens, 0)
  const refused = days.reduce((sum, day) => sum + day.refused, 0)
  return `${tokenWords(tokens)}, ${refused.toLocaleString('en')} refused`
}
