import type { CredentialSummary } from '@signet/shared/api/principals'
import { credentialWords, keyAlgorithmName, keyLocationWords } from '../../api/words.ts'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { None } from '../../ui/none.tsx'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { ValidityBar } from '../../ui/validity-bar.tsx'

const thumbprintLength = 12

export const certificateColumns = columnsOf<CredentialSummary>([
  {
    id: 'thumbprint',
    header: 'Thumbprint (SHA-1)',
    cell: (row) => <Copyable value={row.thumbprint} label="SHA-1 thumbprint" short={thumbprintLength} />,
  },
  {
    id: 'sha256',
    header: 'Thumbprint (SHA-256)',
    cell: (row) => <Copyable value={row.x5tS256} label="SHA-256 thumbprint" short={thumbprintLength} />,
  },
  { id: 'state', header: 'State', cell: (row) => <StatusBadge {...credentialWords[row.state]} /> },
  { id: 'key', header: 'Key', cell: (row) => <span className="nowrap">{keyAlgorithmName(row.keyAlgorithm)}</span> },
  { id: 'issued', header: 'Issued', cell: (row) => <ExactTime at={row.issuedAt} /> },
  { id: 'expires', header: 'Expires', cell: (row) => <Expiry credential={row} /> },
  { id: 'first', header: 'First use', cell: (row) => <Optional at={row.firstUsedAt} /> },
  { id: 'last', header: 'Last use', cell: (row) => <Optional at={row.lastUsedAt} /> },
])

function Expiry({ credential }: { credential: CredentialSummary }) {
  const current = credential.state === 'active' || credential.state === 'prepared'
  return (
    <>
      <ExactTime at={credential.notAfter} />
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

/** Everything there is to know about one certificate. */
export function CertificateDetail({ credential }: { credential: CredentialSummary }) {
  const times = [
    ['Issued', credential.issuedAt],
    ['Not before', credential.notBefore],
    ['Not after', credential.notAfter],
    ['In use since', credential.activatedAt],
    ['Accepted until', credential.usableUntil],
    ['Revoked', credential.revokedAt],
    ['First use', credential.firstUsedAt],
    ['Last use', credential.lastUsedAt],
  ] as const
  return (
    <Facts>
      <Fact name="SHA-1 thumbprint">
        <Copyable value={credential.thumbprint} label="SHA-1 thumbprint" />
      </Fact>
      <Fact name="SHA-256 thumbprint">
        <Copyable value={credential.x5tS256} label="SHA-256 thumbprint" />
      </Fact>
      <Fact name="Serial number">
        <Copyable value={credential.serial} label="serial number" />
      </Fact>
      <Fact name="Key">
        {keyAlgorithmName(credential.keyAlgorithm)} · {keyLocationWords[credential.keyLocation]}
      </Fact>
      {times.map(([name, at]) =>
        at === null ? null : (
          <Fact key={name} name={name}>
            <ExactTime at={at} precision="millisecond" relative />
          </Fact>
        ),
      )}
    </Facts>
  )
}
