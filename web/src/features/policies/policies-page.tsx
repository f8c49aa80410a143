import type { StoredRotationPolicy } from '@signet/shared/api/rotation-policies'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { policiesOptions } from '../../api/rotation-policies.ts'
import { useRefusal } from '../../api/session.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { durationWords } from '../../ui/duration.ts'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { DueTime, RelativeTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { FreezeButton } from './freeze-button.tsx'
import { reachOptions } from './policies-queries.ts'
import { scopeWords } from './policy-words.ts'

const percent = (share: number) => `${Number((share * 100).toFixed(1))} %`

const columnsWith = (reach: ReadonlyMap<string, number> | undefined) =>
  columnsOf<StoredRotationPolicy>([
    {
      id: 'rules',
      header: 'Rules',
      cell: (policy) => (
        <Link to="/settings/policies/$policyId" params={{ policyId: policy.id }}>
          {scopeWords(policy)}
        </Link>
      ),
    },
    {
      id: 'certificates',
      header: 'Certificates',
      cell: ({ id }) => (reach === undefined ? <None /> : (reach.get(id) ?? 0)),
    },
    { id: 'lifetime', header: 'Lifetime', cell: ({ lifetimeSeconds }) => durationWords(lifetimeSeconds * 1_000) },
    { id: 'at', header: 'Rotates at', cell: ({ rotateAt }) => percent(rotateAt) },
    { id: 'windows', header: 'Windows', cell: ({ windows }) => (windows.length === 0 ? 'Always' : windows.length) },
    {
      id: 'blackouts',
      header: 'Blackouts',
      cell: ({ blackouts }) => (blackouts.length === 0 ? <None /> : blackouts.length),
    },
    {
      id: 'limit',
      header: 'Most in a day',
      cell: ({ perDayLimit }) => (perDayLimit === null ? <None /> : perDayLimit.toLocaleString('en')),
    },
    {
      id: 'frozen',
      header: 'Frozen until',
      cell: ({ freeze }) => (freeze === null ? <None /> : <DueTime at={freeze.until} />),
    },
    { id: 'changed', header: 'Changed', cell: ({ updatedAt }) => <RelativeTime at={updatedAt} /> },
  ])

/** When credentials roll: the policies, the most specific of which rules, and the pause of all rotations. */
export function PoliciesPage() {
  useTitle('Rotation policies')
  const query = useQuery(policiesOptions)
  const reach = useQuery(reachOptions)
  const refusal = useRefusal('policies.write')
  const counts = reach.data && new Map(reach.data.items.map((each) => [each.policyId, each.certificates]))
  return (
    <>
      <PageHeader
        title="Rotation policies"
        lead="The most specific one rules: of the identity, else of its group, else of the kind of instance, else the default."
        actions={
          <>
            <FreezeButton policyId="all" />
            {refusal === undefined ? (
              <Link to="/settings/policies/new" className={buttonClass('primary')}>
                New policy
              </Link>
            ) : (
              <Button kind="primary" disabledReason={refusal}>
                New policy
              </Button>
            )}
          </>
        }
      />
      <Frame>
        <Loadable state={loadStateOf(query)}>
          {({ items }) => (
            <SimpleTable label="Rotation policies" columns={columnsWith(counts)} rows={items} rowId={({ id }) => id} />
          )}
        </Loadable>
      </Frame>
    </>
  )
}
