import type { CredentialRecord } from '@signet/shared/api/evidence'
import { certificateWord } from '../../api/certificate-span.ts'
import { keyAlgorithmName } from '../../api/words.ts'
import { Copyable } from '../../ui/copyable.tsx'
import { None } from '../../ui/none.tsx'
import { useNow } from '../../ui/now.ts'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { ValidityBar } from '../../ui/validity-bar.tsx'
import { CertificateCause } from './certificate-facts.tsx'

const thumbprintLength = 8

export const certificateColumns = columnsOf<CredentialRecord>([
  {
    id: 'thumbprint',
    header: 'SHA-1',
    cell: (row) => <Copyable value={row.thumbprint} label="SHA-1 thumbprint" short={thumbprintLength} />,
  },
  {
    id: 'serial',
    header: 'Serial',
    cell: (row) => <Copyable value={row.serial} label="serial number" short={8} />,
  },
  { id: 'state', header: 'State', cell: (row) => <State credential={row} /> },
  { id: 'key', header: 'Key', cell: (row) => <span className="nowrap">{keyAlgorithmName(row.keyAlgorithm)}</span> },
  { id: 'begins', header: 'Not before', cell: (row) => <ExactTime at={row.notBefore} precision="minute" /> },
  { id: 'expires', header: 'Not after', cell: (row) => <Expiry credential={row} /> },
  { id: 'by', header: 'Rotated by', cell: (row) => <CertificateCause credential={row} /> },
  { id: 'fetched', header: 'On agent', cell: (row) => <Optional at={row.deliveredAt} /> },
  { id: 'first', header: 'First use', cell: (row) => <Optional at={row.firstUsedAt} /> },
  { id: 'last', header: 'Last use', cell: (row) => <Optional at={row.lastUsedAt} /> },
])

function State({ credential }: { credential: CredentialRecord }) {
  return <StatusBadge {...certificateWord(credential, useNow('slow'))} />
}

function Expiry({ credential }: { credential: CredentialRecord }) {
  const current = credential.state === 'active' || credential.state === 'prepared'
  return (
    <>
      <ExactTime at={credential.notAfter} precision="minute" />
      {current && (
        <>
          {' '}
          <ValidityBar from={credential.notBefore} until={credential.notAfter} />
        </>
      )}
    </>
  )
}

function Optional({ at }: { at: number | null }) {
  return at === null ? <None /> : <RelativeTime at={at} />
}
