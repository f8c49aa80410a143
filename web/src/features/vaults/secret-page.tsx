import type { SecretSummary, SecretVersionSummary, VaultSummary } from '@signet/shared/api/vault'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Pencil } from 'lucide-react'
import { useMemo, useState } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { pagedListOf } from '../../api/pages.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { IdFacts } from '../../ui/id-column.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { PagedTable } from '../../ui/paged-table.tsx'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { SideBySide } from '../../ui/side-by-side.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { ReadersCard } from './access-tab.tsx'
import { ChangeVersionDialog } from './change-version-dialog.tsx'
import { RevealCard } from './reveal-card.tsx'
import { SecretActs } from './secret-acts.tsx'
import { LastRead, VersionBadge } from './secret-words.tsx'
import { UsesCard } from './uses-card.tsx'
import { TagList } from './vault-page.tsx'
import { type SecretPlace, secretOptions, vaultOptions, versionOptions, versionsOptions } from './vaults-queries.ts'

const page = getRouteApi('/signed-in/vaults/$vaultName/secrets/$secretName/{-$version}')

/** One secret, as one of its versions: the newest where the address names none. Nothing here is a read of it. */
export function SecretPage() {
  const { vaultName, secretName, version } = page.useParams()
  const vault = useQuery(vaultOptions(vaultName))
  // Nothing in a deleted vault can be asked for.
  const isReachable = vault.data?.deletedAt === null
  const secret = useQuery({ ...secretOptions({ vaultName, secretName }), enabled: isReachable })
  useTitle(secret.data?.name ?? secretName, vault.data?.name ?? vaultName, 'Vaults')
  return (
    <Loadable state={loadStateOf(vault)}>
      {(its) =>
        isReachable ? (
          <Loadable state={loadStateOf(secret)}>
            {(shown) => (
              // What was revealed of one must never stand on the page of another.
              <Whole key={`${its.name} ${shown.name}`} vault={its} secret={shown} versionId={version} />
            )}
          </Loadable>
        ) : (
          <InDeletedVault vault={its} secretName={secretName} />
        )
      }
    </Loadable>
  )
}

function Whole({ vault, secret, versionId }: ShownSecret & { versionId: string | undefined }) {
  const isDeleted = secret.deletedAt !== null
  return (
    <>
      <PageHeader
        back={<ToVault vault={vault} />}
        title={<Untrusted text={secret.name} />}
        meta={isDeleted ? <StatusBadge tone="off" word="Deleted" /> : <VersionBadge version={secret.current} />}
        actions={<SecretActs vault={vault} secret={secret} />}
      />
      <DeletedSecretNotice secret={secret} />
      <VersionPart vault={vault} secret={secret} versionId={versionId} />
      <VersionsCard vault={vault} secret={secret} versionId={versionId ?? secret.current.id} />
      <UsesCard place={placeOf({ vault, secret })} />
      <ReadersCard
        title="Who can read it"
        scope={`${vault.resourceId}/secrets/${secret.name}`}
        note="By a role at this secret, at the vault, at its resource group or above."
      />
    </>
  )
}

function ToVault({ vault: { name } }: { vault: VaultSummary }) {
  return (
    <Link to="/vaults/$vaultName/{-$tab}" params={{ vaultName: name, tab: undefined }}>
      <Untrusted text={name} />
    </Link>
  )
}

function InDeletedVault({ vault, secretName }: { vault: VaultSummary; secretName: string }) {
  return (
    <>
      <PageHeader back={<ToVault vault={vault} />} title={<Untrusted text={secretName} />} />
      <EmptyState title="Its vault is deleted" actions={<ToVault vault={vault} />}>
        <p>Nobody reaches its secrets. Recover the vault to see them.</p>
      </EmptyState>
    </>
  )
}

interface ShownSecret {
  vault: VaultSummary
  secret: SecretSummary
}

const placeOf = ({ vault, secret }: ShownSecret): SecretPlace => ({ vaultName: vault.name, secretName: secret.name })

function DeletedSecretNotice({ secret: { deletedAt, purgeAt } }: { secret: SecretSummary }) {
  if (deletedAt === null) return null
  return (
    <Notice tone="warn" title="It is deleted">
      <p>
        Nobody can read it.
        {purgeAt !== null && (
          <>
            {' '}
            Until <ExactTime at={purgeAt} relative /> it can be recovered with its versions; after that it is gone.
          </>
        )}
      </p>
    </Notice>
  )
}

/** The version that the address names. @param props.versionId the newest one without */
function VersionPart({ vault, secret, versionId }: ShownSecret & { versionId: string | undefined }) {
  const place = placeOf({ vault, secret })
  const isCurrent = versionId === undefined || versionId === secret.current.id
  const query = useQuery({ ...versionOptions(place, versionId ?? ''), enabled: !isCurrent })
  const state = isCurrent ? { data: secret.current, problem: null, retry: () => undefined } : loadStateOf(query)
  return (
    <Loadable state={state} lines={4}>
      {(version) => (
        <SideBySide key={version.id}>
          <VersionCard vault={vault} secret={secret} version={version} />
          <RevealCard place={place} version={version} isDeleted={secret.deletedAt !== null} />
        </SideBySide>
      )}
    </Loadable>
  )
}

function VersionCard({ vault, secret, version }: ShownSecret & { version: SecretVersionSummary }) {
  const [changing, setChanging] = useState(false)
  const refusal = useRefusal('vaults.write')
  const gone = secret.deletedAt === null ? undefined : 'It is deleted; recover it first.'
  const identifier = `${vault.url}/secrets/${secret.name}`
  return (
    <Card
      title={version.isCurrent ? 'Current version' : 'Earlier version'}
      actions={
        <Button
          small
          icon={<Pencil size={14} aria-hidden />}
          disabledReason={refusal ?? gone}
          onClick={() => setChanging(true)}
        >
          Change
        </Button>
      }
    >
      <Facts>
        <IdFacts
          ids={[
            ['Identifier', version.isCurrent ? identifier : `${identifier}/${version.id}`, 'identifier'],
            ['Version', version.id, 'version'],
          ]}
        />
        <Fact name="State">
          <VersionBadge version={version} />
        </Fact>
        <Fact name="Valid from">{dateOf(version.notBefore)}</Fact>
        <Fact name="Expires">{dateOf(version.expires)}</Fact>
        <Fact name="Content type">
          {version.contentType === null ? <None /> : <Untrusted text={version.contentType} />}
        </Fact>
        <Fact name="Tags">
          <TagList tags={version.tags} />
        </Fact>
        <Fact name="Set">
          <ExactTime at={version.createdAt} relative />
        </Fact>
        <Fact name="Last read, any version">
          <LastRead secret={secret} />
        </Fact>
      </Facts>
      {changing && (
        <ChangeVersionDialog
          place={placeOf({ vault, secret })}
          secret={secret}
          version={version}
          onClose={() => setChanging(false)}
        />
      )}
    </Card>
  )
}

const dateOf = (at: number | null) => (at === null ? <None /> : <ExactTime at={at} relative />)

function VersionsCard({ vault, secret, versionId }: ShownSecret & { versionId: string }) {
  const { vaultName, secretName } = placeOf({ vault, secret })
  const query = useInfiniteQuery(versionsOptions({ vaultName, secretName }))
  const columns = useMemo(
    () => versionColumns({ vaultName, secretName }, versionId),
    [vaultName, secretName, versionId],
  )
  return (
    <Card title="Versions">
      <PagedTable
        label="Versions"
        columns={columns}
        list={pagedListOf(query)}
        rowId={(row) => row.id}
        nouns={['version', 'versions']}
        empty={<EmptyState title="It has no version" />}
      />
    </Card>
  )
}

const versionColumns = ({ vaultName, secretName }: SecretPlace, shownId: string) =>
  columnsOf<SecretVersionSummary>([
    {
      id: 'id',
      header: 'Version',
      cell: ({ id, isCurrent }) => (
        <span className="row">
          <Link
            to="/vaults/$vaultName/secrets/$secretName/{-$version}"
            params={{ vaultName, secretName, version: isCurrent ? undefined : id }}
            resetScroll={false}
            aria-current={id === shownId ? 'true' : undefined}
            className="mono"
          >
            {id.slice(0, 8)}…
          </Link>
          {isCurrent && <span className="muted">current</span>}
          {id === shownId && <span className="muted">shown above</span>}
        </span>
      ),
    },
    { id: 'state', header: 'State', cell: (version) => <VersionBadge version={version} /> },
    {
      id: 'from',
      header: 'Valid from',
      cell: ({ notBefore }) => (notBefore === null ? <None /> : <RelativeTime at={notBefore} />),
    },
    {
      id: 'expires',
      header: 'Expires',
      cell: ({ expires }) => (expires === null ? <None /> : <RelativeTime at={expires} />),
    },
    {
      id: 'type',
      header: 'Content type',
      cell: ({ contentType }) => (contentType === null ? <None /> : <Untrusted text={contentType} />),
    },
    { id: 'set', header: 'Set', cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
    { id: 'changed', header: 'Changed', cell: ({ updatedAt }) => <RelativeTime at={updatedAt} /> },
  ])
