import type { VaultSummary } from '@signet/shared/api/vault'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { IdFacts } from '../../ui/id-column.tsx'
import { None } from '../../ui/none.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { SideBySide } from '../../ui/side-by-side.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { TabbedPage } from '../../ui/tabbed-page.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { AccessTab } from './access-tab.tsx'
import { vaultSnippets } from './copy-snippets.ts'
import { readWords } from './secret-words.tsx'
import { SecretsTab } from './secrets-tab.tsx'
import { VaultActs } from './vault-acts.tsx'
import { vaultOptions } from './vaults-queries.ts'

const page = getRouteApi('/signed-in/vaults/$vaultName/{-$tab}')

const tabs = [
  { value: 'secrets', label: 'Secrets' },
  { value: 'deleted', label: 'Deleted secrets' },
  { value: 'access', label: 'Who can read' },
  { value: 'settings', label: 'Settings' },
] as const

/** One vault; the tab is part of the address. */
export function VaultPage() {
  const { vaultName, tab } = page.useParams()
  const navigate = page.useNavigate()
  const query = useQuery(vaultOptions(vaultName))
  return (
    <TabbedPage
      state={loadStateOf(query)}
      idOf={({ name }) => name}
      name={query.data?.name}
      header={(vault) => ({
        back: <Link to="/vaults">Vaults</Link>,
        title: <Untrusted text={vault.name} />,
        meta: vault.deletedAt !== null && <StatusBadge tone="off" word="Deleted" />,
        actions: <VaultActs vault={vault} />,
      })}
      notice={(vault) => <DeletedVaultNotice vault={vault} />}
      label="Parts of the vault"
      tabs={tabs}
      tab={tab}
      onTab={(next) =>
        void navigate({ to: '/vaults/$vaultName/{-$tab}', params: { vaultName, tab: next }, resetScroll: false })
      }
    >
      {(vault, shown) => {
        if (shown === 'settings') return <Settings vault={vault} />
        if (shown === 'access') return <AccessTab vault={vault} />
        return vault.deletedAt === null ? <SecretsTab key={shown} vault={vault} shown={shown} /> : <OutOfReach />
      }}
    </TabbedPage>
  )
}

function DeletedVaultNotice({ vault: { purgeAt, deletedAt } }: { vault: VaultSummary }) {
  if (deletedAt === null) return null
  return (
    <Notice tone="warn" title="It is deleted">
      <p>
        Nobody reaches its secrets.
        {purgeAt !== null && (
          <>
            {' '}
            Until <ExactTime at={purgeAt} relative /> it can be recovered with them; after that it is gone for good.
          </>
        )}
      </p>
    </Notice>
  )
}

function OutOfReach() {
  return (
    <EmptyState title="Secrets of a deleted vault are out of reach">
      <p>Recover the vault to see them.</p>
    </EmptyState>
  )
}

function Settings({ vault }: { vault: VaultSummary }) {
  const { softDeleteDays, purgeProtection, lastDay, createdAt, changedAt } = vault
  const code = vaultSnippets(vault).find(({ what }) => what === 'SecretClient code')
  return (
    <SideBySide>
      <Card title="Vault">
        <Facts>
          <IdFacts
            ids={[
              ['URI', vault.url, 'vault URI'],
              ['ARM ID', vault.resourceId, 'ARM ID'],
            ]}
          />
          <Fact name="Resource group">
            <Untrusted text={vault.resourceGroup} />
          </Fact>
          <Fact name="Deleted secrets can be recovered for">{softDeleteDays} days</Fact>
          <Fact name="Protection against purging">
            {purgeProtection ? <StatusBadge tone="ok" word="On, for good" /> : <StatusBadge tone="off" word="Off" />}
          </Fact>
          <Fact name="Read in the last 24 hours">{readWords(lastDay)}</Fact>
          <Fact name="Tags">
            <TagList tags={vault.tags} />
          </Fact>
          <Fact name="Created">
            <ExactTime at={createdAt} relative />
          </Fact>
          <Fact name="Last change">
            <ExactTime at={changedAt} relative />
          </Fact>
        </Facts>
      </Card>
      <Card title="Use it from code">
        <p>
          Any client of Key Vault takes its address. Where there is no DNS, <code>signet hosts --vault</code> prints the
          lines for the hosts file.
        </p>
        <CodeBlock code={code?.value ?? ''} label="SecretClient code" />
      </Card>
    </SideBySide>
  )
}

/** Tags below each other. */
export function TagList({ tags }: { tags: Readonly<Record<string, string>> }) {
  const entries = Object.entries(tags)
  if (entries.length === 0) return <None />
  return (
    <ul>
      {entries.map(([name, value]) => (
        <li key={name}>
          <bdi className="mono">{visibleText(value === '' ? name : `${name}=${value}`)}</bdi>
        </li>
      ))}
    </ul>
  )
}
