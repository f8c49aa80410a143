import type { UsageSummary } from '@signet/shared/api/usage'
import { fieldIs } from '@signet/shared/query/query-text'
import { useNavigate } from '@tanstack/react-router'
import { useRefusal } from '../../api/session.ts'
import { CopyItem } from '../../ui/copy-item.tsx'
import { MenuItem, MenuLine } from '../../ui/menu.tsx'
import { createRowMenu, RowMenu, type RowMenuHandle } from '../../ui/row-menu.tsx'
import { principalPath } from './principal-link.tsx'

export const rowMenu: RowMenuHandle<UsageSummary> = createRowMenu<UsageSummary>()

/** The menu of one row of the list. The acts are on the page of the identity, with all that hangs on them. */
export function UsageRowMenu() {
  const navigate = useNavigate()
  const mayAudit = useRefusal('audit.read') === undefined
  const open = (row: UsageSummary, tab?: 'usage') => {
    const path = principalPath(row, tab)
    if (path !== undefined) void navigate(path)
  }
  return (
    <RowMenu handle={rowMenu}>
      {(row) => (
        <>
          <MenuItem onSelect={() => open(row, 'usage')}>Show its use</MenuItem>
          <MenuItem onSelect={() => open(row)}>
            {row.kind === 'system' ? 'Pause or turn off…' : 'Pause or delete…'}
          </MenuItem>
          {mayAudit && (
            <MenuItem
              onSelect={() =>
                void navigate({ to: '/audit', search: { filter: fieldIs('target', row.principalId), range: 'all' } })
              }
            >
              View audit
            </MenuItem>
          )}
          <MenuLine />
          <CopyItem what="principal ID" value={row.principalId} />
          <CopyItem what="client ID" value={row.clientId} />
        </>
      )}
    </RowMenu>
  )
}
