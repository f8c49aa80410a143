import type { InstanceSummary } from '@signet/shared/api/resources'
import { Link } from '@tanstack/react-router'
import { Copyable } from '../../ui/copyable.tsx'
import { None } from '../../ui/none.tsx'
import { DueTime, RelativeTime } from '../../ui/relative-time.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { ValidityBar } from '../../ui/validity-bar.tsx'
import { AgentState } from './agent-state.tsx'
import { IdentityToggle } from './identity-toggle.tsx'
import styles from './instance-columns.module.css'
import { kinds, shortAudience } from './instance-words.ts'

const idLength = 8

export const instanceColumns = columnsOf<InstanceSummary>([
  { id: 'name', header: 'Name', cell: (row) => <Name instance={row} /> },
  { id: 'identity', header: 'Managed identity', cell: (row) => <IdentityToggle instance={row} /> },
  {
    id: 'principal',
    header: 'Principal ID',
    cell: ({ identity }) =>
      identity === null ? <None /> : <Copyable value={identity.principalId} label="principal ID" short={idLength} />,
  },
  {
    id: 'client',
    header: 'Client ID',
    cell: ({ identity }) =>
      identity === null ? <None /> : <Copyable value={identity.clientId} label="client ID" short={idLength} />,
  },
  { id: 'certificate', header: 'Certificate', cell: (row) => <Certificate credential={row.credential} /> },
  {
    id: 'rotation',
    header: 'Next rotation',
    cell: ({ nextRotationAt }) => (nextRotationAt === null ? <None /> : <DueTime at={nextRotationAt} />),
  },
  { id: 'token', header: 'Last token', cell: (row) => <LastToken token={row.lastToken} /> },
  { id: 'agent', header: 'Agent', cell: (row) => <AgentState agent={row.agent} /> },
])

function Name({ instance }: { instance: InstanceSummary }) {
  const { word, icon: Icon } = kinds[instance.kind]
  return (
    <span className={styles['name']}>
      <Icon size={16} aria-label={word} />
      <Link to="/instances/$instanceId/{-$tab}" params={{ instanceId: instance.id }} className={styles['link']}>
        <Untrusted text={instance.name} />
      </Link>
    </span>
  )
}

function Certificate({ credential }: { credential: InstanceSummary['credential'] }) {
  if (credential === null) return <None />
  return (
    <span className={styles['two']}>
      <Copyable value={credential.thumbprint} label="certificate thumbprint" short={idLength} />
      <ValidityBar from={credential.notBefore} until={credential.notAfter} />
    </span>
  )
}

function LastToken({ token }: { token: InstanceSummary['lastToken'] }) {
  if (token === null) return <None />
  return (
    <span className={styles['two']}>
      <RelativeTime at={token.at} />
      <span className={styles['audience']}>
        <Untrusted text={shortAudience(token.audience)} />
      </span>
    </span>
  )
}
