import type { RotationDetail } from '@signet/shared/api/rotation'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { triggerWords } from '../../api/words.ts'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { durationWords } from '../../ui/duration.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { ExactTime } from '../../ui/relative-time.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { AttemptTable } from './attempt-table.tsx'
import { CertificateCard } from './certificate-card.tsx'
import { MarkReviewed } from './mark-reviewed.tsx'
import { OverlapActs } from './overlap-acts.tsx'
import { ProofCard } from './proof-card.tsx'
import { RotateAgainButton } from './rotate-again.tsx'
import { InstanceLink, RunBadge } from './rotation-columns.tsx'
import styles from './rotations.module.css'
import { rotationOptions } from './rotations-queries.ts'
import { StageList } from './stage-list.tsx'
import { WaitingNotice } from './waiting.tsx'

const page = getRouteApi('/signed-in/rotations/$runId')

/** One rotation, with everything that proves that there was no gap. */
export function RotationPage() {
  const { runId } = page.useParams()
  const query = useQuery(rotationOptions(runId))
  useTitle(query.data?.instance?.name, 'Rotation')
  return <Loadable state={loadStateOf(query)}>{(run) => <Rotation run={run} />}</Loadable>
}

function Rotation({ run }: { run: RotationDetail }) {
  return (
    <>
      <PageHeader
        back={<Link to="/rotations">Rotations</Link>}
        title={<>Rotation of {run.instance === null ? 'a deleted instance' : <Untrusted text={run.instance.name} />}</>}
        meta={<RunBadge run={run} />}
        actions={
          <>
            <OverlapActs run={run} />
            {run.finishedAt !== null && run.reviewed === null && <MarkReviewed runIds={[run.id]} />}
            <RotateAgainButton run={run} />
          </>
        }
      />
      {run.errorDetail !== null && (
        <Notice tone={run.state === 'failed' ? 'bad' : 'warn'} title="Last error">
          <p>{visibleText(run.errorDetail)}</p>
        </Notice>
      )}
      <ProofCard run={run} />
      {run.waiting !== null && <WaitingNotice run={run} />}
      <div className={styles['columns']}>
        <Card title="Stages">
          <StageList run={run} />
        </Card>
        <Summary run={run} />
      </div>
      <div className={styles['columns']}>
        <CertificateCard title="Old certificate" credential={run.from} none="None: this was the first certificate." />
        <CertificateCard title="New certificate" credential={run.to} none="Not issued yet." />
      </div>
      <AttemptTable steps={run.steps} />
    </>
  )
}

function Summary({ run }: { run: RotationDetail }) {
  return (
    <Card title="Why and how long">
      <Facts>
        <Fact name="Instance">
          <InstanceLink instance={run.instance} />
        </Fact>
        <Fact name="Cause">{triggerWords[run.trigger]}</Fact>
        <Fact name="Actor">
          <Untrusted text={run.actor.label} /> <span className="muted">({run.actor.kind})</span>
        </Fact>
        <Fact name="Both accepted">
          <Overlap run={run} />
        </Fact>
        <Fact name="Until active">
          {run.activatedAt === null ? 'Not active yet' : durationWords(run.activatedAt - run.requestedAt)}
        </Fact>
        <Fact name="Tries">{run.attempts}</Fact>
        <Fact name="Reviewed">
          {run.reviewed === null ? (
            <span className="muted">Not yet</span>
          ) : (
            <>
              <Untrusted text={run.reviewed.by.label} />, <ExactTime at={run.reviewed.at} relative />
            </>
          )}
        </Fact>
        <Fact name="Principal ID">
          <Copyable value={run.principalId} label="principal ID" />
        </Fact>
        <Fact name="Rotation ID">
          <Copyable value={run.id} label="rotation ID" />
        </Fact>
      </Facts>
    </Card>
  )
}

function Overlap({ run: { from, overlapFrom, overlapUntil } }: { run: RotationDetail }) {
  if (from === null) return <span className="muted">Nothing to overlap with: this was the first certificate</span>
  if (overlapFrom === null || overlapUntil === null) return <span className="muted">Not begun</span>
  return (
    <>
      <strong>{durationWords(overlapUntil - overlapFrom)}</strong>:{' '}
      <ExactTime at={overlapFrom} precision="millisecond" /> to <ExactTime at={overlapUntil} precision="millisecond" />
    </>
  )
}
