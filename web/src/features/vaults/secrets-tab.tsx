import type { SecretSummary, VaultSummary } from '@signet/shared/api/vault'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { pagedListOf } from '../../api/pages.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { None } from '../../ui/none.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { DueTime, RelativeTime } from '../../ui/relative-time.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { NameFilter } from './name-filter.tsx'
import { PurgeSecretButton, RecoverSecretButton } from './secret-acts.tsx'
import { LastRead, VersionBadge } from './secret-words.tsx'
import { SetSecretDialog } from './set-secret-dialog.tsx'
import { secretsOptions } from './vaults-queries.ts'

const page = getRouteApi('/signed-in/vaults/$vaultName/{-$tab}')

interface SecretsTabProps {
  vault: VaultSummary
  shown: 'secrets' | 'deleted'
}

/** The secrets of a vault, without their values, or those that can be recovered. */
export function SecretsTab({ vault, shown }: SecretsTabProps) {
  const { name } = page.useSearch()
  const navigate = page.useNavigate()
  const [setting, setSetting] = useState(false)
  const refusal = useRefusal('vaults.write')
  const query = useInfiniteQuery(secretsOptions(vault.name, { state: shown === 'deleted' ? 'deleted' : 'live', name }))
  const columns = useMemo(() => (shown === 'deleted' ? deletedColumns(vault) : liveColumns(vault)), [shown, vault])
  const onName = useCallback(
    (next: string | undefined) => void navigate({ search: { name: next }, replace: true, resetScroll: false }),
    [navigate],
  )
  const list = pagedListOf(query)
  const isBare = name === undefined && list.state.data?.length === 0
  const setOne = (
    <Button small icon={<Plus size={14} aria-hidden />} disabledReason={refusal} onClick={() => setSetting(true)}>
      Set a secret
    </Button>
  )
  return (
    <>
      {!isBare && <NameFilter name={name} onName={onName} />}
      <Card title={shown === 'deleted' ? 'Deleted secrets' : 'Secrets'} actions={shown === 'secrets' && setOne}>
        <PagedTable<SecretSummary>
          label={shown === 'deleted' ? 'Deleted secrets' : 'Secrets'}
          columns={columns}
          list={list}
          rowId={(secret) => secret.name}
          nouns={['secret', 'secrets']}
          empty={<NoSecret shown={shown} name={name} onClear={() => onName(undefined)} />}
        />
      </Card>
      {setting && <SetSecretDialog vault={vault} onClose={() => setSetting(false)} />}
    </>
  )
}

function NoSecret({
  shown,
  name,
  onClear,
}: Pick<SecretsTabProps, 'shown'> & { name?: string | undefined; onClear: () => void }) {
  if (name !== undefined) {
    const title = `No ${shown === 'deleted' ? 'deleted ' : ''}secret has “${visibleText(name)}” in its name`
    return <EmptyState title={title} actions={<Button onClick={onClear}>Clear the filter</Button>} />
  }
  if (shown === 'deleted') {
    return (
      <EmptyState title="No secret is deleted">
        <p>A deleted one stands here for the days of its vault, and can be recovered with its versions.</p>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="The vault has no secret yet">
      <p>Set the first one here, or with any client of Key Vault.</p>
    </EmptyState>
  )
}

const nameColumn = (vault: VaultSummary) => ({
  id: 'name',
  header: 'Name',
  cell: ({ name: secretName }: SecretSummary) => (
    <Link
      to="/vaults/$vaultName/secrets/$secretName/{-$version}"
      params={{ vaultName: vault.name, secretName, version: undefined }}
    >
      <Untrusted text={secretName} />
    </Link>
  ),
})

const liveColumns = (vault: VaultSummary) =>
  columnsOf<SecretSummary>([
    nameColumn(vault),
    { id: 'state', header: 'Current version', cell: ({ current }) => <VersionBadge version={current} /> },
    {
      id: 'expires',
      header: 'Expires',
      cell: ({ current: { expires } }) => (expires === null ? <None /> : <RelativeTime at={expires} />),
    },
    {
      id: 'type',
      header: 'Content type',
      cell: ({ current: { contentType } }) => (contentType === null ? <None /> : <Untrusted text={contentType} />),
    },
    { id: 'versions', header: 'Versions', cell: ({ versions }) => versions },
    { id: 'set', header: 'Last set', cell: ({ current }) => <RelativeTime at={current.createdAt} /> },
    { id: 'read', header: 'Last read', cell: (secret) => <LastRead secret={secret} /> },
  ])

const deletedColumns = (vault: VaultSummary) =>
  columnsOf<SecretSummary>([
    nameColumn(vault),
    { id: 'versions', header: 'Versions', cell: ({ versions }) => versions },
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
      cell: (secret) => (
        <span className="row">
          <RecoverSecretButton vault={vault} secret={secret} small />
          <PurgeSecretButton vault={vault} secret={secret} small />
        </span>
      ),
    },
  ])
