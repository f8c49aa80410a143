import type { InstanceDetail } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PeekPanel } from '../../ui/peek-panel.tsx'
import { DueTime, RelativeTime } from '../../ui/relative-time.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { ValidityBar } from '../../ui/validity-bar.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { AgentState } from './agent-state.tsx'
import { OverTime } from './certificates-tab.tsx'
import { IdentityToggle } from './identity-toggle.tsx'
import { healthTones, kinds } from './instance-words.ts'
import { credentialsOptions, instanceOptions } from './instances-queries.ts'

/** One instance beside the list: what its identity is and how its certificates followed each other. */
export function InstancePeek({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(instanceOptions(id))
  const name = query.data === undefined ? 'Instance' : <Untrusted text={query.data.name} />
  return (
    <PeekPanel
      title={name}
      onClose={onClose}
      actions={
        <Link
          to="/instances/$instanceId/{-$tab}"
          params={{ instanceId: id, tab: undefined }}
          className={buttonClass('quiet', true)}
        >
          Open
        </Link>
      }
    >
      <Loadable state={loadStateOf(query)}>{(instance) => <Summary instance={instance} />}</Loadable>
    </PeekPanel>
  )
}

function Summary({ instance }: { instance: InstanceDetail }) {
  const { identity, credential, lastToken, nextRotationAt } = instance
  return (
    <>
      {instance.health.state !== 'on' && (
        <Notice tone={healthTones[instance.health.state] ?? 'info'}>{visibleText(instance.health.reason)}</Notice>
      )}
      <Facts>
        <Fact name="Identity">
          <IdentityToggle instance={instance} />
        </Fact>
        <Fact name="Kind">{kinds[instance.kind].word}</Fact>
        <Fact name="Principal ID">
          {identity === null ? <None /> : <Copyable value={identity.principalId} label="principal ID" />}
        </Fact>
        <Fact name="Client ID">
          {identity === null ? <None /> : <Copyable value={identity.clientId} label="client ID" />}
        </Fact>
        <Fact name="Certificate">
          {credential === null ? <None /> : <ValidityBar from={credential.notBefore} until={credential.notAfter} />}
        </Fact>
        <Fact name="Next rotation">{nextRotationAt === null ? <None /> : <DueTime at={nextRotationAt} />}</Fact>
        <Fact name="Last token">
          {lastToken === null ? (
            <None />
          ) : (
            <>
              <RelativeTime at={lastToken.at} /> for <Untrusted text={lastToken.audience} />
            </>
          )}
        </Fact>
        <Fact name="Agent">
          <AgentState agent={instance.agent} />
        </Fact>
        <Fact name="Resource ID">
          <Copyable value={instance.resourceId} label="resource ID" />
        </Fact>
      </Facts>
      {identity !== null && (
        <Certificates principalId={identity.principalId} tableAt={`/instances/${instance.id}/certificates`} />
      )}
    </>
  )
}

function Certificates({ principalId, tableAt }: { principalId: ObjectId; tableAt: string }) {
  const query = useQuery(credentialsOptions(principalId))
  return (
    <Loadable state={loadStateOf(query)} lines={3}>
      {({ items, nextRotationAt }) =>
        items.length === 0 ? null : <OverTime items={items} nextRotationAt={nextRotationAt} tableAt={tableAt} />
      }
    </Loadable>
  )
}
