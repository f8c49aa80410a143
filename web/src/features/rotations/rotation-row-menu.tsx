import type { RotationSummary } from '@signet/shared/api/rotation'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useRefusal } from '../../api/session.ts'
import { CopyItem } from '../../ui/copy-item.tsx'
import { MenuItem, MenuLine } from '../../ui/menu.tsx'
import { createRowMenu, RowMenu, type RowMenuHandle } from '../../ui/row-menu.tsx'
import { auditSearch } from './proof-card.tsx'
import { RotateAgainDialog } from './rotate-again.tsx'

export const rowMenu: RowMenuHandle<RotationSummary> = createRowMenu<RotationSummary>()

/** The menu of one rotation in a list, and what it asks before a further one. */
export function RotationRowMenu() {
  const navigate = useNavigate()
  const mayAudit = useRefusal('audit.read') === undefined
  const [asked, setAsked] = useState<RotationSummary>()
  const [isAsking, setAsking] = useState(false)
  const rotate = (row: RotationSummary) => {
    setAsked(row)
    setAsking(true)
  }
  return (
    <>
      <RowMenu handle={rowMenu}>
        {(row) => (
          <>
            <MenuItem onSelect={() => void navigate({ to: '/rotations/$runId', params: { runId: row.id } })}>
              Open
            </MenuItem>
            {row.instance !== null && <OfInstance instanceId={row.instance.id} onRotate={() => rotate(row)} />}
            {mayAudit && (
              <MenuItem onSelect={() => void navigate({ to: '/audit', search: auditSearch(row) })}>View audit</MenuItem>
            )}
            <MenuLine />
            {row.to !== null && <CopyItem what="new thumbprint" value={row.to.thumbprint} />}
            {row.from !== null && <CopyItem what="old thumbprint" value={row.from.thumbprint} />}
            <CopyItem what="principal ID" value={row.principalId} />
            <CopyItem what="rotation ID" value={row.id} />
          </>
        )}
      </RowMenu>
      {asked !== undefined && <RotateAgainDialog run={asked} open={isAsking} onClose={() => setAsking(false)} />}
    </>
  )
}

/** What needs the instance, which may be gone. */
function OfInstance({ instanceId, onRotate }: { instanceId: string; onRotate: () => void }) {
  const navigate = useNavigate()
  const params = { instanceId, tab: 'certificates' } as const
  return (
    <>
      <MenuItem onSelect={onRotate}>Rotate now…</MenuItem>
      <MenuItem onSelect={() => void navigate({ to: '/instances/$instanceId/{-$tab}', params })}>
        Certificates of the instance
      </MenuItem>
    </>
  )
}
