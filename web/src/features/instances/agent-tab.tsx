import type { AgentError, AgentSummary, InstanceDetail } from '@signet/shared/api/resources'
import { dialectWords } from '../../api/dialect-words.ts'
import { codeWords } from '../../api/words.ts'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { ConnectionBadge } from './agent-state.tsx'
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
      <AgentFacts agent={agent} />
    </>
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
