import type { AgentSummary, InstanceSummary } from '@signet/shared/api/resources'
import { Link } from '@tanstack/react-router'
import { shortAudience } from '../../api/words.ts'
import { Copyable } from '../../ui/copyable.tsx'
import { NameCell, nameLinkClass } from '../../ui/name-cell.tsx'
import { None } from '../../ui/none.tsx'
import { DueTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { ValidityBar } from '../../ui/validity-bar.tsx'
import { IdentityToggle } from './identity-toggle.tsx'
import { kinds } from './instance-words.ts'

const idLength = 8

/** What the list can show of an instance, each in one line. */
export const instanceColumns = columnsOf<InstanceSummary>([
  { id: 'name', header: 'Name', width: 214, sort: 'name', cell: (row) => <Name instance={row} /> },
  {
    id: 'identity',
    header: 'Managed identity',
    width: 160,
    sort: 'state',
    cell: (row) => <IdentityToggle instance={row} />,
  },
  {
    id: 'principal',
    header: 'Principal ID',
    width: 120,
    cell: ({ identity }) => <Id value={identity?.principalId} label="principal ID" />,
  },
  {
    id: 'credential',
    header: 'Certificate',
    width: 136,
    sort: 'expires',
    cell: ({ credential }) =>
      credential === null ? <None /> : <ValidityBar from={credential.notBefore} until={credential.notAfter} />,
  },
  {
    id: 'rotation',
    header: 'Next rotation',
    width: 106,
    sort: 'rotation',
    cell: ({ nextRotationAt }) => (nextRotationAt === null ? <None /> : <DueTime at={nextRotationAt} />),
  },
  {
    id: 'token',
    header: 'Last token',
    width: 232,
    sort: 'last-token',
    cell: ({ lastToken }) =>
      lastToken === null ? (
        <None />
      ) : (
        <>
          <RelativeTime at={lastToken.at} /> <Untrusted text={shortAudience(lastToken.audience)} className="muted" />
        </>
      ),
  },
  { id: 'agent', header: 'Agent', width: 150, sort: 'agent', cell: ({ agent }) => <Agent agent={agent} /> },
  {
    id: 'client',
    header: 'Client ID',
    width: 130,
    isExtra: true,
    cell: ({ identity }) => <Id value={identity?.clientId} label="client ID" />,
  },
  {
    id: 'thumbprint',
    header: 'Thumbprint',
    width: 130,
    isExtra: true,
    cell: ({ credential }) => <Id value={credential?.thumbprint} label="certificate thumbprint" />,
  },
  {
    id: 'resource',
    header: 'Resource ID',
    width: 300,
    isExtra: true,
    cell: ({ resourceId }) => <Untrusted text={resourceId} className="mono" />,
  },
  { id: 'kind', header: 'Kind', width: 110, sort: 'kind', isExtra: true, cell: ({ kind }) => kinds[kind].word },
  {
    id: 'version',
    header: 'Agent version',
    width: 120,
    sort: 'agent-version',
    isExtra: true,
    cell: ({ agent }) => (agent === null ? <None /> : <Untrusted text={agent.version} className="mono" />),
  },
  {
    id: 'platform',
    header: 'Platform',
    width: 130,
    isExtra: true,
    cell: ({ agent }) => (agent === null ? <None /> : <Untrusted text={agent.platform} />),
  },
  {
    id: 'created',
    header: 'Registered',
    width: 120,
    sort: 'created',
    isExtra: true,
    cell: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
])

function Id({ value, label }: { value: string | undefined; label: string }) {
  return value === undefined ? <None /> : <Copyable value={value} label={label} short={idLength} />
}

function Name({ instance }: { instance: InstanceSummary }) {
  const { word, icon: Icon } = kinds[instance.kind]
  return (
    <NameCell icon={<Icon size={16} aria-label={word} />}>
      <Link to="/instances/$instanceId/{-$tab}" params={{ instanceId: instance.id }} className={nameLinkClass}>
        <Untrusted text={instance.name} />
      </Link>
    </NameCell>
  )
}

/** Whether the agent is there; when it is not, since when. */
function Agent({ agent }: { agent: AgentSummary | null }) {
  if (agent === null) return <StatusBadge tone="off" word="Not enrolled" />
  if (agent.quarantined) return <StatusBadge tone="bad" word="Quarantined" />
  if (agent.connected) return <StatusBadge tone="ok" word="Connected" />
  return (
    <>
      <StatusBadge tone="warn" word="Silent" />
      <span className="muted">{agent.lastSeenAt === null ? 'never seen' : <RelativeTime at={agent.lastSeenAt} />}</span>
    </>
  )
}
