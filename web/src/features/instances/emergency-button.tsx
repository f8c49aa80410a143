import type { BlastRadius } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { ShieldAlert } from 'lucide-react'
import { useState } from 'react'
import { useAskedAct } from '../../api/asked-act.ts'
import { blastRadiusOptions, useBlastRadius } from '../../api/blast-radius.ts'
import { useEmergency } from '../../api/rotation-acts.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Button } from '../../ui/button.tsx'
import { HangingOn } from '../../ui/hanging-on.tsx'
import { Notice } from '../../ui/notice.tsx'
import { visibleText } from '../../ui/visible-text.ts'

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
  const { data } = useQuery(blastRadiusOptions(principalId))
  const name = data === undefined ? principalId : visibleText(data.name)
  const { radius, isPending, problem, typed } = useBlastRadius(principalId, name)
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
  return (
    <StopQuestion
      act={act}
      title={`Revoke every certificate of ${name}, and rotate?`}
      confirmLabel="Revoke and rotate"
      name={typed}
      loading={isPending}
      needsReason
      refusal={refusal}
      onClose={onClose}
    >
      <p>
        All its certificates are refused from this moment, without overlap. Each agent proves itself with a certificate
        of its own and fetches a new one before any other rotation, and drops the tokens it has cached.
      </p>
      <HangingOn radius={radius} problem={problem} />
      {radius !== undefined && <Away agents={radius.agents} />}
    </StopQuestion>
  )
}

function Away({ agents: { total, connected } }: Pick<BlastRadius, 'agents'>) {
  const away = total - connected
  if (away === 0) return null
  return (
    <Notice tone="warn" title={`${away} of ${total} ${total === 1 ? 'agent' : 'agents'} not connected`}>
      <p>There the identity gets no token until the agent is back.</p>
    </Notice>
  )
}
