import type { ApplicationDetail, RegisteredCertificate } from '@signet/shared/api/applications'
import { Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { keyAlgorithmName } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { None } from '../../ui/none.tsx'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { Switch } from '../../ui/switch.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { notify } from '../../ui/toaster.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { ValidityBar } from '../../ui/validity-bar.tsx'
import { AddCertificateDialog } from './add-certificate-dialog.tsx'
import { useChangeCertificate } from './applications-queries.ts'
import { lockedReason } from './locked.ts'
import { RemoveCertificateDialog } from './remove-certificate-dialog.tsx'

const thumbprintLength = 8

/** Certificates that operators registered; the keys are with the application, and Signet never rolls them. */
export function CertificatesTab({ application }: { application: ApplicationDetail }) {
  const [adding, setAdding] = useState(false)
  const refusal = useRefusal('identities.write') ?? lockedReason(application)
  const columns = useMemo(
    () =>
      columnsOf<RegisteredCertificate>([
        ...certificateColumns,
        {
          id: 'long',
          header: '24-hour assertions',
          cell: (row) => <LongSwitch application={application} certificate={row} />,
        },
        { id: 'act', header: 'Actions', cell: (row) => <RemoveButton application={application} certificate={row} /> },
      ]),
    [application],
  )
  return (
    <Card
      title="Registered certificates"
      actions={
        <Button small icon={<Plus size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAdding(true)}>
          Register certificate
        </Button>
      }
    >
      {application.certificates.length === 0 ? (
        <EmptyState title="It has no certificate">
          <p>Register the certificate whose key the application holds. The key itself never leaves the application.</p>
        </EmptyState>
      ) : (
        <SimpleTable
          label="Registered certificates"
          columns={columns}
          rows={application.certificates}
          rowId={(certificate) => certificate.id}
          detail={{
            nameOf: ({ thumbprint }) => thumbprint.slice(0, thumbprintLength),
            render: (certificate) => <CertificateDetail certificate={certificate} />,
          }}
        />
      )}
      {adding && <AddCertificateDialog application={application} onClose={() => setAdding(false)} />}
    </Card>
  )
}

const certificateColumns = columnsOf<RegisteredCertificate>([
  {
    id: 'thumbprint',
    header: 'SHA-1',
    cell: ({ thumbprint }) => <Copyable value={thumbprint} label="SHA-1 thumbprint" short={thumbprintLength} />,
  },
  { id: 'subject', header: 'Subject', cell: ({ subject }) => <Untrusted text={subject} /> },
  { id: 'key', header: 'Key', cell: (row) => <span className="nowrap">{keyAlgorithmName(row.keyAlgorithm)}</span> },
  {
    id: 'validity',
    header: 'Validity',
    cell: ({ notBefore, notAfter }) => <ValidityBar from={notBefore} until={notAfter} />,
  },
  {
    id: 'used',
    header: 'Last used',
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? <None /> : <RelativeTime at={lastUsedAt} />),
  },
])

interface CertificateProps {
  application: ApplicationDetail
  certificate: RegisteredCertificate
}

/** Some clients, such as those of older Go programs, sign assertions that live for a day (SEC-77). */
function LongSwitch({ application, certificate }: CertificateProps) {
  const change = useChangeCertificate(application, certificate)
  const refusal = useRefusal('identities.write') ?? lockedReason(application)
  const name = certificate.thumbprint.slice(0, thumbprintLength)
  return (
    <Switch
      label={`Assertions of 24 hours under ${name}`}
      checked={certificate.longAssertions}
      busy={change.isPending}
      disabledReason={refusal}
      onChange={(longAssertions) =>
        change.mutate(longAssertions, {
          onError: (error) => notify('bad', `The setting of ${name} was not changed`, problemOf(error).detail),
        })
      }
    />
  )
}

function RemoveButton({ application, certificate }: CertificateProps) {
  const [asking, setAsking] = useState(false)
  const refusal = useRefusal('identities.write') ?? lockedReason(application)
  return (
    <>
      <Button
        small
        disabledReason={refusal}
        aria-label={`Remove ${certificate.thumbprint.slice(0, thumbprintLength)}`}
        onClick={() => setAsking(true)}
      >
        Remove
      </Button>
      {asking && (
        <RemoveCertificateDialog application={application} certificate={certificate} onClose={() => setAsking(false)} />
      )}
    </>
  )
}

function CertificateDetail({ certificate }: { certificate: RegisteredCertificate }) {
  const times = [
    ['Not before', certificate.notBefore],
    ['Not after', certificate.notAfter],
    ['Registered', certificate.registeredAt],
    ['First use', certificate.firstUsedAt],
    ['Last use', certificate.lastUsedAt],
  ] as const
  return (
    <Facts>
      <Fact name="SHA-1 thumbprint">
        <Copyable value={certificate.thumbprint} label="SHA-1 thumbprint" />
      </Fact>
      <Fact name="SHA-256 thumbprint">
        <Copyable value={certificate.x5tS256} label="SHA-256 thumbprint" />
      </Fact>
      <Fact name="Serial number">
        <Copyable value={certificate.serial} label="serial number" />
      </Fact>
      {times.map(([name, at]) =>
        at === null ? null : (
          <Fact key={name} name={name}>
            <ExactTime at={at} relative />
          </Fact>
        ),
      )}
    </Facts>
  )
}
