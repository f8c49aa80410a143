import type { InstanceSummary } from '@signet/shared/api/resources'
import { useNavigate } from '@tanstack/react-router'
import { useRefusal } from '../../api/session.ts'
import { CopyItem, copyText } from '../../ui/copy-item.tsx'
import { MenuItem, MenuLine } from '../../ui/menu.tsx'
import { createRowMenu, RowMenu, type RowMenuHandle } from '../../ui/row-menu.tsx'
import { notify } from '../../ui/toaster.tsx'
import { auditOf } from './instance-audit.ts'

export const rowMenu: RowMenuHandle<InstanceSummary> = createRowMenu<InstanceSummary>()

/** The menu of one row of the list. */
export function InstanceRowMenu() {
  const navigate = useNavigate()
  const mayTest = useRefusal('tokens.test') === undefined
  const mayAudit = useRefusal('audit.read') === undefined
  return (
    <RowMenu handle={rowMenu}>
      {(row) => (
        <>
          <Open row={row} />
          {mayTest && (
            <MenuItem onSelect={() => void navigate({ to: '/tokens/test', search: { instance: row.id } })}>
              Test token
            </MenuItem>
          )}
          {mayAudit && (
            <MenuItem onSelect={() => void navigate({ to: '/audit', search: auditOf(row) })}>View audit</MenuItem>
          )}
          <MenuLine />
          {row.identity !== null && (
            <>
              <MenuItem onSelect={() => void copyPrincipalId(row)}>Copy principal ID</MenuItem>
              <CopyItem what="client ID" value={row.identity.clientId} />
              <CopyItem what="az command" value={`az login --identity --client-id ${row.identity.clientId}`} />
            </>
          )}
          <CopyItem what="resource ID" value={row.resourceId} />
        </>
      )}
    </RowMenu>
  )
}

function Open({ row }: { row: InstanceSummary }) {
  const navigate = useNavigate()
  const open = (tab: 'certificates' | 'agent' | undefined) =>
    void navigate({ to: '/instances/$instanceId/{-$tab}', params: { instanceId: row.id, tab } })
  return (
    <>
      <MenuItem onSelect={() => open(undefined)}>Open</MenuItem>
      <MenuItem onSelect={() => open('certificates')}>Certificates</MenuItem>
      <MenuItem onSelect={() => open('agent')}>{row.agent === null ? 'Enroll agent' : 'Agent'}</MenuItem>
    </>
  )
}

export async function copyPrincipalId({ identity }: InstanceSummary): Promise<void> {
  if (identity === null) notify('warn', 'There is no principal ID to copy', 'The identity is off.')
  else await copyText('principal ID', identity.principalId)
}
