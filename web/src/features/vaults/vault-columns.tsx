import type { VaultSummary } from '@signet/shared/api/vault'
import { Link } from '@tanstack/react-router'
import { Copyable } from '../../ui/copyable.tsx'
import { None } from '../../ui/none.tsx'
import { DueTime, RelativeTime } from '../../ui/relative-time.tsx'
import { RowMenuButton } from '../../ui/row-menu.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { readWords } from './secret-words.tsx'
import { PurgeVaultButton, RecoverVaultButton } from './vault-acts.tsx'
import { rowMenu } from './vault-row-menu.tsx'

const nameColumn = {
  id: 'name',
  header: 'Name',
  cell: ({ name }: VaultSummary) => (
    <Link to="/vaults/$vaultName/{-$tab}" params={{ vaultName: name, tab: undefined }}>
      <Untrusted text={name} />
    </Link>
  ),
}
const groupColumn = {
  id: 'group',
  header: 'Resource group',
  cell: ({ resourceGroup }: VaultSummary) => <Untrusted text={resourceGroup} />,
}

export const vaultColumns = columnsOf<VaultSummary>([
  nameColumn,
  { id: 'url', header: 'URI', cell: ({ url }) => <Copyable value={url} label="vault URI" /> },
  groupColumn,
  { id: 'secrets', header: 'Secrets', cell: ({ secrets }) => secrets },
  { id: 'reads', header: 'Read in 24 h', cell: ({ lastDay }) => readWords(lastDay) },
  { id: 'changed', header: 'Last change', cell: ({ changedAt }) => <RelativeTime at={changedAt} /> },
  {
    id: 'menu',
    header: 'Actions',
    cell: (vault) => <RowMenuButton handle={rowMenu} row={vault} name={visibleText(vault.name)} />,
  },
])

export const deletedVaultColumns = columnsOf<VaultSummary>([
  nameColumn,
  groupColumn,
  { id: 'secrets', header: 'Secrets', cell: ({ secrets, deletedSecrets }) => secrets + deletedSecrets },
  {
    id: 'deleted',
    header: 'Deleted',
    cell: ({ deletedAt }) => (deletedAt === null ? <None /> : <RelativeTime at={deletedAt} />),
  },
  {
    id: 'gone',
    header: 'Gone for good',
    cell: ({ purgeAt }) => (purgeAt === null ? <None /> : <DueTime at={purgeAt} />),
  },
  {
    id: 'acts',
    header: 'Actions',
    cell: (vault) => (
      <span className="row">
        <RecoverVaultButton vault={vault} small />
        <PurgeVaultButton vault={vault} small />
      </span>
    ),
  },
])
