import type { UserIdentitySummary } from '@signet/shared/api/user-identities'
import { fieldIs } from '@signet/shared/query/query-text'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useNavigate } from '@tanstack/react-router'
import { useRefusal } from '../../api/session.ts'
import { CopyItem } from '../../ui/copy-item.tsx'
import { MenuItem, MenuLine } from '../../ui/menu.tsx'
import { createRowMenu, RowMenu, type RowMenuHandle } from '../../ui/row-menu.tsx'

export const rowMenu: RowMenuHandle<UserIdentitySummary> = createRowMenu<UserIdentitySummary>()

interface RowMenuProps {
  /** Asks before the tokens of a row are taken back; undefined where that is not offered. */
  onRevoke: ((principal: { principalId: ObjectId; name: string }) => void) | undefined
}

/** The menu of one row of the list. */
export function IdentityRowMenu({ onRevoke }: RowMenuProps) {
  const navigate = useNavigate()
  const mayAudit = useRefusal('audit.read') === undefined
  const mayStop = useRefusal('identities.write') === undefined
  const open = ({ principalId }: UserIdentitySummary, tab?: 'instances' | 'federation' | 'roles') =>
    void navigate({ to: '/identities/$principalId/{-$tab}', params: { principalId, tab } })
  return (
    <RowMenu handle={rowMenu}>
      {(row) => (
        <>
          <MenuItem onSelect={() => open(row)}>Open</MenuItem>
          <MenuItem onSelect={() => open(row, 'instances')}>Instances</MenuItem>
          <MenuItem onSelect={() => open(row, 'federation')}>Federated credentials</MenuItem>
          <MenuItem onSelect={() => open(row, 'roles')}>Roles</MenuItem>
          {mayAudit && (
            <MenuItem
              onSelect={() =>
                void navigate({ to: '/audit', search: { filter: fieldIs('target', row.principalId), range: 'all' } })
              }
            >
              View audit
            </MenuItem>
          )}
          {mayStop && onRevoke !== undefined && row.state !== 'deleted' && (
            <MenuItem onSelect={() => onRevoke(row)}>Revoke tokens…</MenuItem>
          )}
          <MenuLine />
          <CopyItem what="principal ID" value={row.principalId} />
          <CopyItem what="client ID" value={row.clientId} />
          <CopyItem what="resource ID" value={row.resourceId} />
          <CopyItem what="az command" value={`az login --identity --client-id ${row.clientId}`} />
        </>
      )}
    </RowMenu>
  )
}
