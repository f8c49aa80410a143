import type { CredentialSummary } from '@signet/shared/api/principals'
import type { InstanceDetail } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { certificateSentence, timelineItem } from '../../api/certificate-span.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { absoluteTime } from '../../ui/absolute-time.ts'
import { Card, Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { useNow } from '../../ui/now.ts'
import { usePreferences } from '../../ui/preferences.ts'
import { DueTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { Timeline } from '../../ui/timeline.tsx'
import { certificateColumns } from './certificate-columns.tsx'
import { CertificateDetail } from './certificate-facts.tsx'
import { DrillCard } from './drill-card.tsx'
import { HeldAt } from './held-at.tsx'
import { credentialsOptions } from './instances-queries.ts'

/** Short-lived certificates come by the hundred; the latest say what is going on. */
const timelineLength = 12

/** The certificates of an identity over time, and the same in a table. */
export function CertificatesTab({ instance }: { instance: InstanceDetail }) {
  if (instance.identity === null) {
    return (
      <Frame>
        <EmptyState title="No certificate">
          <p>The identity is off. Turning it on makes a principal and issues its first certificate.</p>
        </EmptyState>
      </Frame>
    )
  }
  return <PrincipalCertificates principalId={instance.identity.principalId} />
}

/** The certificates of an identity of any kind. */
export function PrincipalCertificates({ principalId }: { principalId: ObjectId }) {
  const query = useQuery(credentialsOptions(principalId))
  return (
    <Loadable state={loadStateOf(query)}>
      {({ items, nextRotationAt }) =>
        items.length === 0 ? (
          <Frame>
            <EmptyState title="No certificate yet">
              <p>The first one is issued as soon as the agent asks for it.</p>
            </EmptyState>
          </Frame>
        ) : (
          <>
            <OverTime items={items} nextRotationAt={nextRotationAt} />
            <Frame>
              <SimpleTable
                label="Certificates"
                columns={certificateColumns}
                rows={items}
                rowId={(row) => row.id}
                detail={{
                  nameOf: (row) => row.thumbprint.slice(0, 8),
                  render: (row) => <CertificateDetail credential={row} />,
                }}
              />
            </Frame>
            <DrillCard principalId={principalId} />
            <HeldAt principalId={principalId} />
          </>
        )
      }
    </Loadable>
  )
}

interface OverTimeProps {
  items: CredentialSummary[]
  nextRotationAt: number | null
  /** Address of the page that has the table of certificates, where that is another one. */
  tableAt?: string
}

export function OverTime({ items, nextRotationAt, tableAt = '' }: OverTimeProps) {
  usePreferences()
  const now = useNow('slow')
  const latest = items.slice(0, timelineLength)
  const sentenceOf = (id: string) => {
    const credential = latest.find((each) => each.id === id)
    return credential === undefined ? '' : certificateSentence(credential, absoluteTime, now)
  }
  return (
    <Card
      title="Timeline"
      actions={
        <span className="muted">
          {latest.length < items.length && `Latest ${latest.length} of ${items.length}`}
          {nextRotationAt !== null && (
            <>
              {latest.length < items.length && ' · '}Next rotation <DueTime at={nextRotationAt} />
            </>
          )}
        </span>
      }
    >
      <Timeline
        label="Certificates over time"
        items={latest.map(timelineItem)}
        plannedAt={nextRotationAt}
        sentence={(item) => sentenceOf(item.id)}
        href={(item) => `${tableAt}#row-${item.id}`}
      />
    </Card>
  )
}
