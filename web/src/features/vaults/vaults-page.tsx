import type { VaultSummary } from '@signet/shared/api/vault'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useCallback, useState } from 'react'
import { pagedListOf } from '../../api/pages.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { useRegisterCommands } from '../../ui/commands.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { PagedTable } from '../../ui/paged-table.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { NameFilter } from './name-filter.tsx'
import { deletedVaultColumns, vaultColumns } from './vault-columns.tsx'
import { NewVaultDialog } from './vault-dialogs.tsx'
import { VaultRowMenu } from './vault-row-menu.tsx'
import { vaultsOptions } from './vaults-queries.ts'

const page = getRouteApi('/signed-in/vaults')

const tabs = [
  { value: 'live', label: 'Vaults' },
  { value: 'deleted', label: 'Deleted' },
] as const

/** Every vault, or every one that can be recovered. */
export function VaultsPage() {
  const { state = 'live', name } = page.useSearch()
  useTitle(state === 'deleted' ? 'Deleted' : undefined, 'Vaults')
  const navigate = page.useNavigate()
  const query = useInfiniteQuery(vaultsOptions({ state, name }))
  const [creating, setCreating] = useState(false)
  const refusal = useRefusal('vaults.write')
  useRegisterCommands([
    { id: 'new-vault', label: 'New vault', group: 'Vaults', inPalette: true, refusal, run: () => setCreating(true) },
  ])
  const search = (next: { state?: 'deleted' | undefined; name?: string | undefined }, replace: boolean) =>
    void navigate({ search: next, replace, resetScroll: false })
  const kept = state === 'deleted' ? state : undefined
  const onName = useCallback(
    (next: string | undefined) => void navigate({ search: { state: kept, name: next }, replace: true }),
    [navigate, kept],
  )
  const newVault = (
    <Button
      kind="primary"
      icon={<Plus size={14} aria-hidden />}
      disabledReason={refusal}
      onClick={() => setCreating(true)}
    >
      New vault
    </Button>
  )
  const list = pagedListOf(query)
  const isFirst = state === 'live' && name === undefined && list.state.data?.length === 0
  return (
    <>
      <PageHeader
        title="Vaults"
        lead="Secrets for clients of Key Vault. Looking at them here is no read; values are shown only when they are revealed."
        actions={isFirst ? undefined : newVault}
      />
      <Tabs
        label="Vaults by state"
        tabs={tabs}
        value={state}
        onChange={(next) => search({ state: next === 'deleted' ? next : undefined }, false)}
      >
        {!isFirst && <NameFilter key={state} name={name} onName={onName} />}
        <Frame>
          <PagedTable<VaultSummary>
            label={state === 'live' ? 'Vaults' : 'Deleted vaults'}
            columns={state === 'live' ? vaultColumns : deletedVaultColumns}
            list={list}
            rowId={(vault) => vault.name}
            nouns={['vault', 'vaults']}
            empty={<NoVault state={state} name={name} newVault={newVault} onClear={() => onName(undefined)} />}
            lines={6}
          />
        </Frame>
      </Tabs>
      <VaultRowMenu />
      {creating && <NewVaultDialog onClose={() => setCreating(false)} />}
    </>
  )
}

interface NoVaultProps {
  state: 'live' | 'deleted'
  name: string | undefined
  newVault: React.ReactNode
  onClear: () => void
}

function NoVault({ state, name, newVault, onClear }: NoVaultProps) {
  if (name !== undefined) {
    const title = `No ${state === 'live' ? '' : 'deleted '}vault has “${visibleText(name)}” in its name`
    return <EmptyState title={title} actions={<Button onClick={onClear}>Clear the filter</Button>} />
  }
  if (state === 'deleted') {
    return (
      <EmptyState title="No vault is deleted">
        <p>A deleted one stands here for its days, and can be recovered with its secrets.</p>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="No vault" actions={newVault}>
      <p>A vault keeps passwords and keys for code that has a managed identity, so that no file has them.</p>
    </EmptyState>
  )
}
