import type { HeldCredential } from '@signet/shared/api/rotation'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { Link } from '@tanstack/react-router'
import { certificateWord } from '../../api/certificate-span.ts'
import { keyAlgorithmName, keyLocationWords, triggerWords } from '../../api/words.ts'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { None } from '../../ui/none.tsx'
import { useNow } from '../../ui/now.ts'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { ValidityBar } from '../../ui/validity-bar.tsx'
import { PemButton } from './pem-button.tsx'

const thumbprintLength = 8

export const certificateColumns = columnsOf<HeldCredential>([
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
  { id: 'by', header: 'Rotated by', cell: ({ run }) => <RotatedBy run={run} /> },
  { id: 'fetched', header: 'On agent', cell: (row) => <Optional at={row.activatedAt} /> },
  { id: 'first', header: 'First use', cell: (row) => <Optional at={row.firstUsedAt} /> },
  { id: 'last', header: 'Last use', cell: (row) => <Optional at={row.lastUsedAt} /> },
])

function State({ credential }: { credential: HeldCredential }) {
  return <StatusBadge {...certificateWord(credential, useNow('slow'))} />
}

function RotatedBy({ run }: { run: HeldCredential['run'] }) {
  if (run === null) return <None />
  return (
    <span className="nowrap">
      <Link to="/rotations/$runId" params={{ runId: run.id }}>
        {triggerWords[run.trigger]}
      </Link>
      {run.actor.kind !== 'system' && (
        <>
          {' '}
          <Untrusted text={run.actor.label} className="muted" />
        </>
      )}
    </span>
  )
}

function Expiry({ credential }: { credential: HeldCredential }) {
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

/** Everything there is to know about one certificate. */
export function CertificateDetail(props: { credential: HeldCredential; principalId: ObjectId }) {
  const { credential, principalId } = props
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
      <Fact name="Certificate, without its key">
        <PemButton principalId={principalId} credential={credential} />
      </Fact>
    </Facts>
  )
}
