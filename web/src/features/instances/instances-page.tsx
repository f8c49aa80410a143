import type { InstanceSort, InstanceSummary } from '@signet/shared/api/resources'
import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import { useSavedViews } from '../../api/saved-views.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { type Command, useRegisterCommands } from '../../ui/commands.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ListPage, type ListPageProps } from '../../ui/list-page.tsx'
import { useListView } from '../../ui/list-view.ts'
import { RowMenuButton } from '../../ui/row-menu.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { pressSwitch } from './identity-toggle.tsx'
import { builtInViews, instanceList, useInstanceExport } from './instance-list.ts'
import { InstancePeek } from './instance-peek.tsx'
import { copyPrincipalId, InstanceRowMenu, rowMenu } from './instance-row-menu.tsx'
import { useInstanceFacets, useInstanceRows } from './instances-queries.ts'
import { RegisterInstanceDialog } from './register-instance-dialog.tsx'

const page = getRouteApi('/signed-in/instances')

interface InstancesPageProps extends Pick<ListPageProps<InstanceSummary, InstanceSort>, 'bulk'> {
  /** Asks before the tokens of a row are taken back; absent where that is not offered. */
  onRevoke?: ComponentProps<typeof InstanceRowMenu>['onRevoke']
}

/** All service instances. @param props.bulk what can be done with many of them at once */
export function InstancesPage({ bulk, onRevoke }: InstancesPageProps) {
  const navigate = page.useNavigate()
  const view = useListView(instanceList, page.useSearch(), (search, push) => {
    void navigate({ search, replace: !push, resetScroll: false })
  })
  const [registering, setRegistering] = useState(false)
  const mayRegister = useRefusal('instances.write')
  const refusal = useRefusal('identities.write')
  const open = useOpenInstance()
  const register = { label: 'Register instance', refusal: mayRegister, onOpen: () => setRegistering(true) }
  useRegisterCommands(rowKeys)
  return (
    <ListPage
      view={view}
      list={useInstanceRows(view.question)}
      title="Instances"
      counts={useInstanceFacets()}
      views={{ builtIn: builtInViews, ...useSavedViews('instances') }}
      exporter={useInstanceExport()}
      create={register}
      onOpen={open}
      onRowKey={(key, row) => onRowKey(key, row, { open, refusal })}
      rowMenu={menuButton}
      peek={(id, onClose) => <InstancePeek id={id} onClose={onClose} />}
      bulk={bulk}
      empty={<NoInstances onRegister={mayRegister === undefined ? register.onOpen : undefined} />}
    >
      <InstanceRowMenu onRevoke={onRevoke} />
      <RegisterInstanceDialog open={registering} onClose={() => setRegistering(false)} />
    </ListPage>
  )
}

/** @param props.onRegister undefined for those who may not */
function NoInstances({ onRegister }: { onRegister: (() => void) | undefined }) {
  return (
    <EmptyState
      title="No instance is registered yet"
      actions={
        onRegister !== undefined && (
          <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={onRegister}>
            Register the first instance
          </Button>
        )
      }
    >
      <p>
        An instance is a machine, app or function that gets a managed identity. Register one, then run the command it
        shows on that machine.
      </p>
    </EmptyState>
  )
}

function menuButton(row: InstanceSummary) {
  return <RowMenuButton handle={rowMenu} row={row} name={visibleText(row.name)} />
}

function useOpenInstance() {
  const navigate = page.useNavigate()
  return (row: InstanceSummary, target: 'page' | 'test' = 'page') =>
    void (target === 'page'
      ? navigate({ to: '/instances/$instanceId/{-$tab}', params: { instanceId: row.id, tab: undefined }, search: {} })
      : navigate({ to: '/tokens/test', search: { instance: row.id } }))
}

/** Keys of a row besides the table's own (dashboard §9), for the shortcut sheet. */
const rowKeys: readonly Command[] = [
  { id: 'row e', label: 'Turn the identity on or off', group: 'In a list', keys: 'e' },
  { id: 'row t', label: 'Test a token', group: 'In a list', keys: 't' },
  { id: 'row c', label: 'Copy the principal ID', group: 'In a list', keys: 'c' },
]

interface RowActs {
  readonly open: (row: InstanceSummary, target: 'test') => void
  /** Why identities may not be switched. */
  readonly refusal: string | undefined
}

function onRowKey(key: string, row: InstanceSummary, { open, refusal }: RowActs): boolean {
  if (key === 'e') pressSwitch(row, refusal)
  else if (key === 't') open(row, 'test')
  else if (key === 'c') void copyPrincipalId(row)
  else return false
  return true
}
