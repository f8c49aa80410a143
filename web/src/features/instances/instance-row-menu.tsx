import type { InstanceSummary } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useNavigate } from '@tanstack/react-router'
import { useRefusal } from '../../api/session.ts'
import { CopyItem, copyText } from '../../ui/copy-item.tsx'
import { MenuItem, MenuLine } from '../../ui/menu.tsx'
import { createRowMenu, RowMenu, type RowMenuHandle } from '../../ui/row-menu.tsx'
import { notify } from '../../ui/toaster.tsx'
import { auditOf } from './instance-audit.ts'

export const rowMenu: RowMenuHandle<InstanceSummary> = createRowMenu<InstanceSummary>()

interface RowMenuProps {
  /** Asks before the tokens of a row are taken back; undefined where that is not offered. */
  onRevoke: ((principal: { principalId: ObjectId; name: string }) => void) | undefined
}

/** The menu of one row of the list. */
export function InstanceRowMenu({ onRevoke }: RowMenuProps) {
  const navigate = useNavigate()
  const mayTest = useRefusal('tokens.test') === undefined
  const mayAudit = useRefusal('audit.read') === undefined
  const mayStop = useRefusal('identities.write') === undefined
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
          {mayStop && <Revoke row={row} onRevoke={onRevoke} />}
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

function Revoke({ row: { identity, name }, onRevoke }: RowMenuProps & { row: InstanceSummary }) {
  if (identity === null || onRevoke === undefined) return null
  return <MenuItem onSelect={() => onRevoke({ principalId: identity.principalId, name })}>Revoke tokens…</MenuItem>
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
