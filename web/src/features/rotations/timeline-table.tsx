import type { RotationLane } from '@signet/shared/api/rotation'
import { certificateWord } from '../../api/certificate-span.ts'
import { Copyable } from '../../ui/copyable.tsx'
import { Checkbox } from '../../ui/form.tsx'
import { None } from '../../ui/none.tsx'
import { useNow } from '../../ui/now.ts'
import { DueTime, ExactTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'

type Certificate = RotationLane['credentials'][number]

interface Row {
  readonly lane: RotationLane
  readonly certificate: Certificate
}

const columns = columnsOf<Row>([
  { id: 'identity', header: 'Identity', cell: ({ lane }) => <Untrusted text={lane.principalName} /> },
  {
    id: 'thumbprint',
    header: 'SHA-1',
    cell: ({ certificate }) => <Copyable value={certificate.thumbprint} label="SHA-1 thumbprint" short={8} />,
  },
  { id: 'state', header: 'State', cell: ({ certificate }) => <State certificate={certificate} /> },
  {
    id: 'from',
    header: 'Issued',
    cell: ({ certificate }) => <ExactTime at={certificate.issuedAt} precision="minute" />,
  },
  { id: 'until', header: 'Accepted until', cell: ({ certificate }) => <Until certificate={certificate} /> },
  {
    id: 'next',
    header: 'Next rotation',
    cell: ({ lane, certificate }) =>
      certificate.state !== 'active' || lane.nextRotationAt === null ? <None /> : <DueTime at={lane.nextRotationAt} />,
  },
])

function State({ certificate }: { certificate: Certificate }) {
  return <StatusBadge {...certificateWord(certificate, useNow('slow'))} />
}

function Until({ certificate: { notAfter, usableUntil, revokedAt } }: { certificate: Certificate }) {
  const ends = [notAfter, usableUntil, revokedAt].filter((end) => end !== null)
  return <ExactTime at={Math.min(...ends)} precision="minute" />
}

interface TimelineTableProps {
  lanes: readonly RotationLane[]
  shown: boolean
  onShown: (shown: boolean) => void
}

/** The same as the lanes above, for who would rather read it. */
export function TimelineTable({ lanes, shown, onShown }: TimelineTableProps) {
  const rows = lanes.flatMap((lane) => lane.credentials.toReversed().map((certificate) => ({ lane, certificate })))
  return (
    <>
      <Checkbox label="Show as table" checked={shown} onChange={({ target }) => onShown(target.checked)} />
      {shown && (
        <SimpleTable
          label="Certificates of every identity, as a table"
          columns={columns}
          rows={rows}
          rowId={({ certificate }) => certificate.id}
        />
      )}
    </>
  )
}
