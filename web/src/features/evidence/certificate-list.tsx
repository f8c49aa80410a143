import { CertificateSort, type CredentialRecord } from '@signet/shared/api/evidence'
import { mostNamed } from '@signet/shared/api/lists'
import { certificateFields } from '@signet/shared/query/certificate-fields'
import { certificateWord } from '../../api/certificate-span.ts'
import {
  credentialWords,
  keyAlgorithmName,
  keyAlgorithmWords,
  keyLocationWords,
  triggerWords,
  wordsOf,
} from '../../api/words.ts'
import { Copyable } from '../../ui/copyable.tsx'
import { type ListSearch, listOf } from '../../ui/list-view.ts'
import { None } from '../../ui/none.tsx'
import { useNow } from '../../ui/now.ts'
import { PathLink } from '../../ui/path-link.tsx'
import { DueTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import type { NamedView } from '../../ui/views-menu.tsx'

const when = (at: number | null) => (at === null ? <None /> : <RelativeTime at={at} />)

/** What the list can show of a certificate, each in one line. */
const columns = columnsOf<CredentialRecord>([
  {
    id: 'thumbprint',
    header: 'SHA-1',
    width: 130,
    cell: (row) => <Copyable value={row.thumbprint} label="SHA-1 thumbprint" short={8} />,
  },
  { id: 'identity', header: 'Identity', width: 170, cell: (row) => <Untrusted text={row.principalName} /> },
  {
    id: 'instance',
    header: 'Instance',
    width: 150,
    isExtra: true,
    cell: ({ instance }) => (instance === null ? <None /> : <Untrusted text={instance.name} />),
  },
  { id: 'state', header: 'State', width: 110, cell: (row) => <State record={row} /> },
  { id: 'issued', header: 'Issued', width: 120, sort: 'issued', cell: (row) => <RelativeTime at={row.issuedAt} /> },
  { id: 'expires', header: 'Expires', width: 120, sort: 'expires', cell: (row) => <DueTime at={row.notAfter} /> },
  { id: 'cause', header: 'Cause', width: 150, cell: (row) => <Cause record={row} /> },
  {
    id: 'acknowledged',
    header: 'Acknowledged',
    width: 120,
    cell: ({ acknowledgement }) => when(acknowledgement?.at ?? null),
  },
  { id: 'last-use', header: 'Last use', width: 110, cell: (row) => when(row.lastUsedAt) },
  { id: 'delivered', header: 'Delivered', width: 110, isExtra: true, cell: (row) => when(row.deliveredAt) },
  { id: 'first-use', header: 'First use', width: 110, isExtra: true, cell: (row) => when(row.firstUsedAt) },
  { id: 'superseded', header: 'Superseded', width: 110, isExtra: true, cell: (row) => when(row.supersededAt) },
  { id: 'ended', header: 'Ended', width: 110, isExtra: true, cell: (row) => when(row.retiredAt ?? row.revokedAt) },
  {
    id: 'serial',
    header: 'Serial',
    width: 130,
    isExtra: true,
    cell: (row) => <Copyable value={row.serial} label="serial number" short={8} />,
  },
  { id: 'key', header: 'Key', width: 100, isExtra: true, cell: (row) => keyAlgorithmName(row.keyAlgorithm) },
  {
    id: 'ca',
    header: 'Issued by',
    width: 220,
    isExtra: true,
    cell: ({ issuer }) => (issuer === null ? <None /> : <Untrusted text={issuer.subject} />),
  },
  { id: 'actor', header: 'Actor', width: 150, isExtra: true, cell: (row) => <Untrusted text={row.actor.label} /> },
])

function State({ record }: { record: CredentialRecord }) {
  return <StatusBadge {...certificateWord(record, useNow('slow'))} />
}

function Cause({ record: { cause, run } }: { record: CredentialRecord }) {
  const word = cause === null ? 'Registered' : triggerWords[cause]
  return run === null ? word : <PathLink path={`/rotations/${run.id}`}>{word}</PathLink>
}

export const certificateList = listOf<CredentialRecord, CertificateSort>({
  label: 'Certificates',
  nouns: ['certificate', 'certificates'],
  columns,
  fields: certificateFields,
  words: {
    state: wordsOf(credentialWords),
    cause: triggerWords,
    key: keyAlgorithmWords,
    location: keyLocationWords,
  },
  sorts: CertificateSort.options,
  usualSort: '-issued',
  mostNamed,
  idOf: ({ id }) => id,
  nameOf: ({ thumbprint }) => thumbprint.slice(0, 8),
  versionOf: () => 1,
})

/** Views that every deployment has. */
export const builtInViews: readonly NamedView<ListSearch>[] = [
  { name: 'In use, the next to expire', address: { q: 'state:active', sort: 'expires' } },
  { name: 'Not acknowledged by its agent', address: { q: 'acknowledged:no state:active' } },
  { name: 'Issued late', address: { q: 'cause:expiring' } },
  { name: 'Revoked within 30 days', address: { q: 'state:revoked ended:<30d' } },
]
