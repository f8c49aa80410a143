import type { AgentError, AgentSummary, InstanceDetail } from '@signet/shared/api/resources'
import { RotateCcw } from 'lucide-react'
import { useAskedAct } from '../../api/asked-act.ts'
import { dialectWords } from '../../api/dialect-words.ts'
import { useRefusal } from '../../api/session.ts'
import { codeWords } from '../../api/words.ts'
import { AskingButton } from '../../ui/asked-dialogs.tsx'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { useNow } from '../../ui/now.ts'
import { ExactTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { notify } from '../../ui/toaster.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { ConnectionBadge } from './agent-state.tsx'
import { useApproveRecovery } from './instances-queries.ts'
import { JoinCommand } from './join-command.tsx'

export function AgentTab({ instance }: { instance: InstanceDetail }) {
  const { agent } = instance
  if (agent === null) {
    return (
      <Card title="No agent is enrolled">
        <JoinCommand instanceId={instance.id} />
      </Card>
    )
  }
  return (
    <>
      {agent.quarantined && (
        <Card title="The agent is quarantined">
          <p>
            One renewal of its certificate was asked for twice, so a copy of its key may be in other hands. Nothing it
            held is accepted any more. Find out where the copy came from, then enroll the agent again.
          </p>
          <JoinCommand instanceId={instance.id} />
        </Card>
      )}
      {!agent.quarantined && <SleptTooLong instance={instance} agent={agent} />}
      <AgentFacts agent={agent} />
    </>
  )
}

/** An agent whose certificate ended too long ago comes back only when somebody says so (SEC-44). */
function SleptTooLong({ instance, agent }: { instance: InstanceDetail; agent: AgentSummary }) {
  const now = useNow('slow')
  return now < agent.recoverableUntil ? null : <RecoveryCard instance={instance} agent={agent} />
}

function RecoveryCard({ instance, agent }: { instance: InstanceDetail; agent: AgentSummary }) {
  const refusal = useRefusal('enrollment.write')
  const act = useAskedAct({
    mutation: useApproveRecovery(agent.id),
    wishOf: (reason) => ({ reason }),
    onDone: () => notify('ok', 'The agent may come back within a day'),
  })
  return (
    <Card
      title="The agent was away for too long"
      actions={
        <AskingButton
          act={act}
          label="Let it come back"
          icon={<RotateCcw size={14} aria-hidden />}
          title={`Let the agent of ${visibleText(instance.name)} come back?`}
          refusal={refusal}
        >
          <p>
            For a day from now it may renew its certificate with the key it always had. Make sure that nobody took a
            copy of its disk while it was away.
          </p>
        </AskingButton>
      }
    >
      <p>
        Its certificate ended <ExactTime at={agent.certificateNotAfter} relative />, which is more than 30 days ago: it
        is refused until somebody lets it come back, or enrolls it anew.
      </p>
      <JoinCommand instanceId={instance.id} />
    </Card>
  )
}

function AgentFacts({ agent }: { agent: AgentSummary }) {
  const { endpoints } = agent
  return (
    <>
      <Card title="Agent">
        <Facts>
          <Fact name="Connection">
            <ConnectionBadge agent={agent} />
          </Fact>
          <Fact name="Configuration">
            <TakenIn agent={agent} />
          </Fact>
          <Fact name="Last seen">
            {agent.lastSeenAt === null ? 'Never' : <ExactTime at={agent.lastSeenAt} relative />}
          </Fact>
          <Fact name="Version">
            <Untrusted text={agent.version} />
          </Fact>
          <Fact name="Platform">
            <Untrusted text={agent.platform} />
          </Fact>
          <Fact name="Agent certificate">
            expires <ExactTime at={agent.certificateNotAfter} relative />
          </Fact>
          <Fact name="Agent ID">
            <Copyable value={agent.id} label="agent ID" />
          </Fact>
        </Facts>
      </Card>
      {agent.errors.length > 0 && <AgentErrors errors={agent.errors} />}
      <Card title="Local endpoints">
        {endpoints === null ? (
          <p className="muted">The agent has not reported any yet.</p>
        ) : (
          <Facts>
            {endpoints.map(({ dialect, url, environmentFile, asProxy }) => (
              <Fact key={dialect} name={dialectWords[dialect]}>
                <Copyable value={url} label={dialectWords[dialect]} />
                <br />
                <Copyable value={environmentFile} label={`${dialectWords[dialect]}, environment file`} />
                {asProxy && (
                  <>
                    <br />
                    <StatusBadge tone="warn" word="Taken for a proxy" />{' '}
                    <span className="muted">
                      Clients reach it through <code>http_proxy</code>, as SIGNET_LOCAL_ABSOLUTE_FORM allows.
                    </span>
                  </>
                )}
              </Fact>
            ))}
          </Facts>
        )}
      </Card>
    </>
  )
}

/** Whether the agent has taken in what it was sent last. */
function TakenIn({ agent: { connected, sentGeneration, ackedGeneration } }: { agent: AgentSummary }) {
  if (ackedGeneration === null) return <span className="muted">Not confirmed yet</span>
  if (!connected || sentGeneration === null) {
    return <span className="muted">Not known while the agent is not connected</span>
  }
  return ackedGeneration >= sentGeneration ? (
    <StatusBadge tone="ok" word="Up to date" />
  ) : (
    <StatusBadge tone="busy" word="On its way to the agent" />
  )
}

function AgentErrors({ errors }: { errors: readonly AgentError[] }) {
  return (
    <Card title="Problems the agent reports">
      <p className="muted">The agent tries again by itself. These are its own words; they go away when it succeeds.</p>
      <Facts>
        {errors.map((error) => (
          <Fact key={`${error.slotId} ${error.code} ${error.detail}`} name={codeWords(error.code)}>
            <Untrusted text={error.detail} />
            <br />
            <span className="muted">
              since <ExactTime at={error.at} relative />
            </span>
          </Fact>
        ))}
      </Facts>
    </Card>
  )
}
