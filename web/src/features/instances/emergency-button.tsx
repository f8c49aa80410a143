import type { BlastRadius } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { ShieldAlert } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useAskedAct } from '../../api/asked-act.ts'
import { useEmergency } from '../../api/rotation-acts.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Button } from '../../ui/button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { asksForName } from './blast-rules.ts'
import { blastRadiusOptions } from './instances-queries.ts'

/** For a key that somebody may have: revokes every certificate of an identity and brings new ones. */
export function EmergencyButton({ principalId }: { principalId: ObjectId }) {
  const [asking, setAsking] = useState(false)
  const refusal = useRefusal('rotations.write')
  return (
    <>
      <Button icon={<ShieldAlert size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking(true)}>
        Revoke and rotate…
      </Button>
      {asking && <EmergencyDialog principalId={principalId} onClose={() => setAsking(false)} />}
    </>
  )
}

/** Says first how much it is about. */
export function EmergencyDialog({ principalId, onClose }: { principalId: ObjectId; onClose: () => void }) {
  const radius = useQuery(blastRadiusOptions(principalId))
  const refusal = useRefusal('rotations.write')
  const router = useRouter()
  const act = useAskedAct({
    mutation: useEmergency(),
    wishOf: (reason) => ({ principalId, reason }),
    onDone: ({ items: [run] }) => {
      onClose()
      if (run !== undefined) void router.navigate({ to: '/rotations/$runId', params: { runId: run.id } })
    },
  })
  const name = radius.data === undefined ? principalId : visibleText(radius.data.name)
  return (
    <StopQuestion
      act={act}
      title={`Revoke every certificate of ${name}, and rotate?`}
      confirmLabel="Revoke and rotate"
      name={radius.isPending || !asksForName(radius.data, Date.now()) ? undefined : name}
      loading={radius.isPending}
      needsReason
      refusal={refusal}
      onClose={onClose}
    >
      <p>
        All its certificates are refused from this moment, without overlap. Each agent proves itself with a certificate
        of its own and fetches a new one before any other rotation, and drops the tokens it has cached.
      </p>
      {radius.isPending && <Skeleton lines={3} />}
      {radius.data !== undefined && <Radius radius={radius.data} />}
      {radius.error !== null && (
        <Notice tone="warn" title="What depends on it could not be looked up">
          <p>{problemOf(radius.error).detail}</p>
        </Notice>
      )}
    </StopQuestion>
  )
}

function Radius({ radius }: { radius: BlastRadius }) {
  const { instances, agents, credentials, live, lastUsedAt } = radius
  const away = agents.filter(({ connected }) => !connected).length
  return (
    <>
      <Facts>
        <Fact name="Instances">{instances.length}</Fact>
        <Fact name="Certificates revoked">{credentials}</Fact>
        <Fact name="Tokens that are out">
          {live.tokens}
          {live.until !== null && (
            <>
              , valid until <ExactTime at={live.until} /> at the latest
            </>
          )}
        </Fact>
        <Fact name="Last used">{lastUsedAt === null ? 'Never' : <RelativeTime at={lastUsedAt} />}</Fact>
      </Facts>
      {away > 0 && (
        <Notice
          tone="warn"
          title={`${away} of ${agents.length} ${agents.length === 1 ? 'agent' : 'agents'} not connected`}
        >
          <p>There the identity gets no token until the agent is back.</p>
        </Notice>
      )}
    </>
  )
}
