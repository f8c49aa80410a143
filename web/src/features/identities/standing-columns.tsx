import type { AssignedInstance } from '@signet/shared/api/user-identities'
import { assignmentWords } from '../../api/words.ts'
import { None } from '../../ui/none.tsx'
import { DueTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { ValidityBar } from '../../ui/validity-bar.tsx'

type Standing = Pick<AssignedInstance, 'state' | 'credential' | 'nextRotationAt'>

/** How an assignment stands, whether seen from the identity or from the instance. */
export const standingColumns = columnsOf<Standing>([
  { id: 'state', header: 'On the agent', cell: ({ state }) => <StatusBadge {...assignmentWords[state]} /> },
  {
    id: 'certificate',
    header: 'Certificate',
    cell: ({ credential }) =>
      credential === null ? <None /> : <ValidityBar from={credential.notBefore} until={credential.notAfter} />,
  },
  {
    id: 'rotation',
    header: 'Next rotation',
    cell: ({ nextRotationAt }) => (nextRotationAt === null ? <None /> : <DueTime at={nextRotationAt} />),
  },
])
