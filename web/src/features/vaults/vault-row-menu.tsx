import type { VaultSummary } from '@signet/shared/api/vault'
import { useNavigate } from '@tanstack/react-router'
import { CopyItem } from '../../ui/copy-item.tsx'
import { MenuItem, MenuLine } from '../../ui/menu.tsx'
import { createRowMenu, RowMenu, type RowMenuHandle } from '../../ui/row-menu.tsx'
import { vaultSnippets } from './copy-snippets.ts'

export const rowMenu: RowMenuHandle<VaultSummary> = createRowMenu<VaultSummary>()

/** The menu of one row of the list. */
export function VaultRowMenu() {
  const navigate = useNavigate()
  const open = ({ name: vaultName }: VaultSummary, tab?: 'access' | 'settings') =>
    void navigate({ to: '/vaults/$vaultName/{-$tab}', params: { vaultName, tab } })
  return (
    <RowMenu handle={rowMenu}>
      {(vault) => (
        <>
          <MenuItem onSelect={() => open(vault)}>Open</MenuItem>
          <MenuItem onSelect={() => open(vault, 'access')}>Who can read it</MenuItem>
          <MenuItem onSelect={() => open(vault, 'settings')}>Settings</MenuItem>
          <MenuLine />
          {vaultSnippets(vault).map((snippet) => (
            <CopyItem key={snippet.what} {...snippet} />
          ))}
        </>
      )}
    </RowMenu>
  )
}
