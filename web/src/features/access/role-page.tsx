import type { RoleDefinition } from '@signet/shared/api/authorization'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import { Fragment, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { pagedListOf } from '../../api/pages.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { IdFacts } from '../../ui/id-column.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { PagedTable } from '../../ui/paged-table.tsx'
import { notify } from '../../ui/toaster.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { AddLink } from './access-frame.tsx'
import { havingOptions, roleOptions, useRemoveRole } from './access-queries.ts'
import { holderColumns } from './assignment-columns.tsx'
import { ActionList } from './assignment-preview-card.tsx'
import { draftOf, emptyRole } from './role-draft.ts'
import { RoleForm } from './role-form.tsx'
import { scopeWords } from './scope-words.ts'

const page = getRouteApi('/signed-in/access/roles/$roleId')

/** One role: what it allows and who has it; an own one can be changed or removed. */
export function RolePage() {
  const { roleId } = page.useParams()
  const query = useQuery(roleOptions(roleId))
  useTitle(query.data && visibleText(query.data.name), 'Roles')
  // Somebody else's change does not take away what is being typed; the form finds out when it saves.
  const [round, setRound] = useState(0)
  const mayWrite = useRefusal('roles.write') === undefined
  return (
    <Loadable state={loadStateOf(query)}>
      {(role) => (
        <Fragment key={role.id}>
          <PageHeader
            back={<Link to="/access/roles">Roles</Link>}
            title={<Untrusted text={role.name} />}
            meta={<span className="muted">{role.builtIn ? 'Built in' : 'Own role'}</span>}
            lead={visibleText(role.description)}
            actions={
              <>
                {!role.builtIn && <RemoveRoleButton role={role} />}
                <AddLink search={{ role: role.id }} label="Give this role" />
              </>
            }
          />
          <div className="stack">
            {role.builtIn || !mayWrite ? (
              <RoleFacts role={role} />
            ) : (
              <RoleForm
                key={round}
                stored={role}
                start={draftOf(role)}
                onSaved={() => {
                  notify('ok', 'Role saved')
                  void query.refetch().then(() => setRound(round + 1))
                }}
              />
            )}
            <Having roleId={role.id} />
          </div>
        </Fragment>
      )}
    </Loadable>
  )
}

/** Makes an own role. */
export function NewRolePage() {
  useTitle('New role', 'Roles')
  const navigate = useNavigate()
  return (
    <>
      <PageHeader
        back={<Link to="/access/roles">Roles</Link>}
        title="New role"
        lead="A role of your own, for when no built-in one is narrow enough."
      />
      <RoleForm
        stored={undefined}
        start={emptyRole}
        onSaved={({ id, name }) => {
          notify('ok', `Role ${visibleText(name)} created`)
          void navigate({ to: '/access/roles/$roleId', params: { roleId: id } })
        }}
      />
    </>
  )
}

const planes = [
  ['actions', 'Actions'],
  ['notActions', 'Actions left out'],
  ['dataActions', 'Data actions'],
  ['notDataActions', 'Data actions left out'],
] as const

function RoleFacts({ role }: { role: RoleDefinition }) {
  return (
    <Card title="What it allows">
      <Facts>
        {planes.map(([plane, name]) => (
          <Fact key={plane} name={name}>
            {role.permission[plane].length === 0 ? (
              <span className="muted">None</span>
            ) : (
              <ActionList actions={role.permission[plane]} />
            )}
          </Fact>
        ))}
        <Fact name="Can be given at">{role.assignableScopes.map(scopeWords).join(', ')}</Fact>
        <IdFacts ids={[['Role ID', role.id, 'role ID']]} />
      </Facts>
    </Card>
  )
}

function Having({ roleId }: { roleId: string }) {
  const query = useInfiniteQuery(havingOptions(roleId))
  return (
    <Card title="Who has it">
      <PagedTable
        label="Who has it"
        columns={holderColumns}
        list={pagedListOf(query)}
        rowId={({ id }) => id}
        nouns={['assignment', 'assignments']}
        empty={<EmptyState title="Nobody has it" />}
      />
    </Card>
  )
}

function RemoveRoleButton({ role }: { role: RoleDefinition }) {
  const [asking, setAsking] = useState(false)
  const navigate = useNavigate()
  const remove = useRemoveRole()
  const isAssigned = role.assignments > 0 ? 'Somebody has it. Take it from everybody first.' : undefined
  const refusal = useRefusal('roles.write') ?? isAssigned
  const confirm = () =>
    remove.mutate(role.id, {
      onSuccess: () => {
        notify('ok', `Role ${visibleText(role.name)} removed`)
        void navigate({ to: '/access/roles' })
      },
    })
  const ask = () => {
    remove.reset()
    setAsking(true)
  }
  return (
    <>
      <Button icon={<Trash2 size={14} aria-hidden />} disabledReason={refusal} onClick={ask}>
        Remove…
      </Button>
      <ConfirmDialog
        open={asking}
        title={`Remove the role ${visibleText(role.name)}?`}
        confirmLabel="Remove role"
        busy={remove.isPending}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        <p>Nobody has it. It can be made again, under another ID.</p>
        {remove.error !== null && <ErrorPanel problem={problemOf(remove.error)} />}
      </ConfirmDialog>
    </>
  )
}
