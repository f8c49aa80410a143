import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { z } from 'zod'
import { useSession } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { ColumnsMenu } from '../../ui/columns-menu.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { ForbiddenPanel } from '../../ui/forbidden-panel.tsx'
import { Field, Select } from '../../ui/form.tsx'
import { readLayout, writeLayout } from '../../ui/table-columns.ts'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './access.module.css'
import { PrincipalField, ScopeField, useAddressText } from './access-fields.tsx'
import { AccessFrame, AddLink } from './access-frame.tsx'
import { principalIdIn, rolesOptions, useAssignmentRows } from './access-queries.ts'
import { assignmentColumns, assignmentName } from './assignment-columns.tsx'
import { AssignmentPeek } from './assignment-peek.tsx'

const page = getRouteApi('/signed-in/access/')

const views = [
  { value: 'all', label: 'All' },
  { value: 'unused', label: 'Unused for 90 days' },
  { value: 'broad', label: 'At the subscription or everywhere' },
] as const

type Search = ReturnType<typeof page.useSearch>

/** Who has which role where, newest first. */
export function AssignmentsPage() {
  const may = useSession()?.permissions.includes('instances.read') !== false
  return (
    <AccessFrame tab="assignments">
      {may ? <Assignments /> : <ForbiddenPanel permission="instances.read" />}
    </AccessFrame>
  )
}

function Assignments() {
  const search = page.useSearch()
  const navigate = page.useNavigate()
  const change = (next: Search) => void navigate({ search: { ...search, ...next }, replace: true })
  const { rows, first, problem, retry } = useAssignmentRows({
    principalId: principalIdIn(search.principal),
    roleId: z.guid().safeParse(search.role).data,
    under: search.scope,
    unused: search.view === 'unused' ? 'true' : undefined,
    broad: search.view === 'broad' ? 'true' : undefined,
  })
  const { layout } = readLayout(search.cols, assignmentColumns)
  const setLayout = (next: typeof layout) => change({ cols: writeLayout(next, assignmentColumns) })
  const { principal, role, scope, view } = search
  const isFiltered = [principal, role, scope, view].some((each) => each !== undefined)
  const clear = () => change({ principal: undefined, role: undefined, scope: undefined, view: undefined })
  const count = first?.count
  return (
    <>
      <Filters search={search} onSearch={change} />
      <div className={styles['line']}>
        <p className={styles['count']} aria-live="polite">
          {count &&
            `${count.shown.toLocaleString('en')}${count.isCapped ? '+' : ''} of ${count.all.toLocaleString('en')}`}
        </p>
        <ColumnsMenu columns={assignmentColumns} layout={layout} onLayout={setLayout} />
      </div>
      {problem !== null && <ErrorPanel problem={problem} onRetry={retry} />}
      <Frame>
        <DataTable
          label="Role assignments"
          columns={assignmentColumns}
          layout={layout}
          onLayout={setLayout}
          rows={rows}
          rowId={({ id }) => id}
          nameOf={assignmentName}
          total={count == null || count.isCapped ? undefined : count.shown}
          peekId={search.peek}
          onPeek={(row) => change({ peek: row?.id })}
          onOpen={(row) => change({ peek: row.id })}
          empty={isFiltered ? <NoMatch onClear={clear} /> : <NoAssignment />}
        />
      </Frame>
      {search.peek !== undefined && (
        <AssignmentPeek key={search.peek} id={search.peek} onClose={() => change({ peek: undefined })} />
      )}
    </>
  )
}

function Filters({ search, onSearch }: { search: Search; onSearch: (search: Search) => void }) {
  const roles = useQuery(rolesOptions)
  const [principal, setPrincipal] = useAddressText(search.principal, (next) => onSearch({ principal: next }))
  const [scope, setScope] = useAddressText(search.scope, (next) => onSearch({ scope: next }))
  const choices = roles.data?.items.map(({ id, name }) => ({ value: id, label: visibleText(name) })) ?? []
  const view = views.find(({ value }) => value === search.view) ?? views[0]
  return (
    <search className={styles['tools']} aria-label="Filter role assignments">
      <PrincipalField
        value={principal}
        onChange={(text) => setPrincipal(text, (each) => principalIdIn(each) !== undefined)}
      />
      <Field label="Role">
        {(control) => (
          <Select
            {...control}
            value={choices.some(({ value }) => value === search.role) ? (search.role ?? '') : ''}
            choices={[{ value: '', label: 'Every role' }, ...choices]}
            onChange={(next) => onSearch({ role: next === '' ? undefined : next })}
          />
        )}
      </Field>
      <ScopeField
        label="At or below"
        value={scope}
        hint="Search by name, or paste a resource ID."
        onChange={(text) => setScope(text, (each) => each.startsWith('/'))}
      />
      <Field label="View">
        {(control) => (
          <Select
            {...control}
            value={view.value}
            choices={views}
            onChange={(next) => onSearch({ view: next === 'all' ? undefined : next })}
          />
        )}
      </Field>
    </search>
  )
}

function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState title="No role assignment matches" actions={<Button onClick={onClear}>Clear filters</Button>}>
      <p>Those of deleted identities are hidden until they are restored.</p>
    </EmptyState>
  )
}

function NoAssignment() {
  return (
    <EmptyState title="No role is assigned" actions={<AddLink search={{}} label="Give the first role" small />}>
      <p>
        Nobody may read a secret or call the resource manager until a role says so, at a place and everything below it.
      </p>
    </EmptyState>
  )
}
