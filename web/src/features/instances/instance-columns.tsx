import type { AgentSummary, InstanceSummary } from '@signet/shared/api/resources'
import { Link } from '@tanstack/react-router'
import { idColumn } from '../../ui/id-column.tsx'
import { LastToken } from '../../ui/last-token.tsx'
import { NameCell, nameLinkClass } from '../../ui/name-cell.tsx'
import { None } from '../../ui/none.tsx'
import { DueTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { ValidityBar } from '../../ui/validity-bar.tsx'
import { IdentityToggle } from './identity-toggle.tsx'
import { kinds } from './instance-words.ts'

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
  idColumn({
    id: 'principal',
    header: 'Principal ID',
    label: 'principal ID',
    width: 120,
    of: ({ identity }) => identity?.principalId,
  }),
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
    cell: ({ lastToken }) => <LastToken token={lastToken} />,
  },
  { id: 'agent', header: 'Agent', width: 150, sort: 'agent', cell: ({ agent }) => <Agent agent={agent} /> },
  idColumn({
    id: 'client',
    header: 'Client ID',
    label: 'client ID',
    isExtra: true,
    of: ({ identity }) => identity?.clientId,
  }),
  idColumn({
    id: 'thumbprint',
    header: 'Thumbprint',
    label: 'certificate thumbprint',
    isExtra: true,
    of: ({ credential }) => credential?.thumbprint,
  }),
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
