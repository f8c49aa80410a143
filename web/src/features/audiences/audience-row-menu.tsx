import type { Audience } from '@signet/shared/api/audiences'
import { fieldIs } from '@signet/shared/query/query-text'
import { useNavigate } from '@tanstack/react-router'
import { useRefusal } from '../../api/session.ts'
import { CopyItem } from '../../ui/copy-item.tsx'
import { MenuItem, MenuLine } from '../../ui/menu.tsx'
import { createRowMenu, RowMenu, type RowMenuHandle } from '../../ui/row-menu.tsx'

export const rowMenu: RowMenuHandle<Audience> = createRowMenu<Audience>()

/** The menu of one row of the list. */
export function AudienceRowMenu() {
  const navigate = useNavigate()
  const mayAudit = useRefusal('audit.read') === undefined
  const mayTest = useRefusal('tokens.test') === undefined
  return (
    <RowMenu handle={rowMenu}>
      {(row) => (
        <>
          <MenuItem onSelect={() => void navigate({ to: '/audiences/$audienceId', params: { audienceId: row.id } })}>
            Open
          </MenuItem>
          {mayTest && (
            <MenuItem onSelect={() => void navigate({ to: '/tokens/test', search: { resource: row.uri } })}>
              Test a token for it
            </MenuItem>
          )}
          {mayAudit && (
            <MenuItem
              onSelect={() =>
                void navigate({ to: '/audit', search: { filter: fieldIs('target', row.id), range: 'all' } })
              }
            >
              View audit
            </MenuItem>
          )}
          <MenuLine />
          <CopyItem what="identifier URI" value={row.uri} />
          <CopyItem what="application ID" value={row.appId} />
          <CopyItem what="scope" value={`${row.uri}/.default`} />
        </>
      )}
    </RowMenu>
  )
}
