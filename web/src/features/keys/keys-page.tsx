import type { SigningKey } from '@signet/shared/api/signing-keys'
import { useQuery } from '@tanstack/react-query'
import { loadStateOf } from '../../api/load-state.ts'
import { credentialWords } from '../../api/words.ts'
import { absoluteTime } from '../../ui/absolute-time.ts'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { DueTime, ExactTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Timeline } from '../../ui/timeline.tsx'
import { AuthoritiesCard } from './authorities-card.tsx'
import { KeyActs, shortKid } from './key-acts.tsx'
import { keyBar } from './key-bar.ts'
import { signingKeysOptions } from './keys-queries.ts'

const purposeWords: Record<SigningKey['purpose'], string> = {
  tokens: 'Access tokens',
  token_files: 'Token files',
  revocations: 'Revocation feed',
}

const columns = columnsOf<SigningKey>([
  {
    id: 'kid',
    header: 'Key',
    cell: ({ kid }) => <Copyable value={kid} label={`key ID ${shortKid(kid)}`} short={8} />,
  },
  { id: 'purpose', header: 'Signs', cell: ({ purpose }) => purposeWords[purpose] },
  {
    id: 'state',
    header: 'State',
    cell: ({ state, held }) => (
      <span className="row">
        <StatusBadge {...credentialWords[state]} />
        {held && <StatusBadge tone="warn" word="Held" />}
      </span>
    ),
  },
  { id: 'published', header: 'Published', cell: ({ createdAt }) => <ExactTime at={createdAt} relative /> },
  { id: 'signs', header: 'Signs from', cell: ({ activateAt }) => <ExactTime at={activateAt} relative /> },
  {
    id: 'leaves',
    header: 'Leaves the key set',
    cell: ({ retireAt }) => (retireAt === null ? <None /> : <DueTime at={retireAt} />),
  },
  { id: 'live', header: 'Live tokens', cell: ({ live }) => live.tokens },
  { id: 'act', header: 'Actions', cell: (key) => <KeyActs signingKey={key} /> },
])

/** What Signet itself signs with: the keys of tokens and the certificate authorities. Both roll by themselves. */
export function KeysPage() {
  useTitle('Keys')
  const query = useQuery(signingKeysOptions)
  return (
    <>
      <PageHeader
        title="Keys"
        lead="What Signet signs with. Everything here rolls by itself: the next key is published a day before it signs, the next authority years before."
      />
      <Loadable state={loadStateOf(query)}>
        {({ items }) => (
          <>
            <Card title="Signing keys over time">
              <KeyTimeline keys={items.filter(({ purpose }) => purpose === 'tokens')} />
            </Card>
            <Card title="Signing keys">
              <SimpleTable label="Signing keys" columns={columns} rows={items} rowId={({ kid }) => kid} />
            </Card>
          </>
        )}
      </Loadable>
      <AuthoritiesCard />
    </>
  )
}

function KeyTimeline({ keys }: { keys: readonly SigningKey[] }) {
  const next = keys.find(({ state }) => state === 'prepared')
  const byId = new Map(keys.map((key) => [key.kid, key]))
  return (
    <Timeline
      label="Signing keys over time"
      items={keys.map((key) => keyBar(key, next?.activateAt ?? null))}
      plannedAt={next?.activateAt ?? null}
      both="both published"
      sentence={({ id }) => {
        const key = byId.get(id)
        return key === undefined ? id : `Key ${shortKid(id)}, signs from ${absoluteTime(key.activateAt, 'minute')}`
      }}
      href={({ id }) => `#row-${id}`}
    />
  )
}
