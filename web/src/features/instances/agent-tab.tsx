import type { AgentSummary, InstanceDetail } from '@signet/shared/api/resources'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { JoinCommand } from './join-command.tsx'

export function AgentTab({ instance }: { instance: InstanceDetail }) {
  return instance.agent === null ? (
    <Card title="No agent is enrolled">
      <JoinCommand instanceId={instance.id} />
    </Card>
  ) : (
    <AgentFacts agent={instance.agent} />
  )
}

function AgentFacts({ agent }: { agent: AgentSummary }) {
  const { endpoints } = agent
  return (
    <>
      <Card title="Agent">
        <Facts>
          <Fact name="Connection">
            <StatusBadge
              tone={agent.connected ? 'ok' : 'warn'}
              word={agent.connected ? 'Connected' : 'Not connected'}
            />
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
      <Card title="Local endpoints">
        {endpoints === null ? (
          <p className="muted">The agent has not reported any yet.</p>
        ) : (
          <Facts>
            <Fact name="Metadata (IMDS)">
              <Copyable value={endpoints.imdsUrl} label="metadata endpoint" />
            </Fact>
            <Fact name="App Service">
              <Copyable value={endpoints.identityEndpoint} label="identity endpoint" />
            </Fact>
            <Fact name="Environment file">
              <Copyable value={endpoints.environmentFile} label="environment file" />
            </Fact>
          </Facts>
        )}
      </Card>
    </>
  )
}
