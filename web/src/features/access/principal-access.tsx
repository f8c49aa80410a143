import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useMemo, useState } from 'react'
import { pagedListOf } from '../../api/pages.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FieldRow } from '../../ui/form.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { ActionField, ScopeField } from './access-fields.tsx'
import { AddLink } from './access-frame.tsx'
import { heldAssignmentsOptions } from './access-queries.ts'
import { heldColumns } from './assignment-columns.tsx'
import { RemoveButton } from './remove-button.tsx'

interface PrincipalAccessProps {
  principalId: ObjectId
  isDeleted?: boolean
}

/** What one principal may do where, on its page, and the way to ask about one act. */
export function PrincipalAccess({ principalId, isDeleted = false }: PrincipalAccessProps) {
  const query = useInfiniteQuery(heldAssignmentsOptions(principalId))
  const columns = useMemo(
    () =>
      columnsOf([...heldColumns, { id: 'act', header: 'Actions', cell: (row) => <RemoveButton assignment={row} /> }]),
    [],
  )
  const lockedReason = isDeleted ? 'It is deleted; restore it first.' : undefined
  const add = { search: { principal: principalId }, lockedReason, small: true }
  return (
    <div className="stack">
      <Card title="Role assignments" actions={<AddLink {...add} />}>
        <PagedTable
          label="Role assignments"
          columns={columns}
          list={pagedListOf(query)}
          rowId={({ id }) => id}
          nouns={['assignment', 'assignments']}
          empty={
            isDeleted ? (
              <EmptyState title="Hidden while it is deleted">
                <p>Its role assignments count no more. They come back when it is restored, and go when it is purged.</p>
              </EmptyState>
            ) : (
              <EmptyState title="No role is assigned">
                <p>It may read no secret and call nothing of the resource manager until a role says so.</p>
              </EmptyState>
            )
          }
        />
      </Card>
      <AskBox principalId={principalId} />
    </div>
  )
}

/** “Can this identity …?” */
function AskBox({ principalId }: { principalId: ObjectId }) {
  const navigate = useNavigate()
  const [action, setAction] = useState('')
  const [scope, setScope] = useState('')
  const ask = (event: FormEvent) => {
    event.preventDefault()
    const given = { action: action.trim(), resource: scope.trim() }
    const search = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
    void navigate({ to: '/access/effective', search: { principal: principalId, ...search } })
  }
  return (
    <Card title="Can this identity …?">
      <form onSubmit={ask} className="stack">
        <FieldRow>
          <ActionField label="Do what" value={action} onChange={setAction} />
          <ScopeField label="Where" value={scope} onChange={setScope} />
        </FieldRow>
        <div>
          <Button type="submit">Explain</Button>
        </div>
      </form>
    </Card>
  )
}
