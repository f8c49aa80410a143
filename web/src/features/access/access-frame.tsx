import { Link, useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { useRefusal } from '../../api/session.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { useRegisterCommands } from '../../ui/commands.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { Tabs } from '../../ui/tabs.tsx'

const tabs = [
  { value: 'assignments', label: 'Role assignments' },
  { value: 'roles', label: 'Roles' },
  { value: 'effective', label: 'Who can do what' },
] as const
const paths = { assignments: '/access', roles: '/access/roles', effective: '/access/effective' } as const

/** What every tab of the access pages stands in. */
export function AccessFrame({ tab, children }: { tab: keyof typeof paths; children: ReactNode }) {
  const navigate = useNavigate()
  useTitle(tabs.find(({ value }) => value === tab)?.label, 'Access')
  return (
    <>
      <PageHeader
        title="Access"
        lead="Who may do what with resources and secrets, and where. A change counts for the next request."
        actions={tab === 'roles' ? <NewRoleLink /> : <AddLink search={{}} />}
      />
      <Tabs label="Access" tabs={tabs} value={tab} onChange={(next) => void navigate({ to: paths[next] })}>
        {children}
      </Tabs>
    </>
  )
}

interface AddLinkProps {
  /** What is known of it already. */
  search: { principal?: string | undefined; role?: string | undefined; scope?: string | undefined }
  label?: string
  small?: boolean
  /** Why nothing can be given, beyond what the role of the operator says. */
  lockedReason?: string | undefined
}

/** Leads to giving a role, with what is known already. */
export function AddLink({ search, label = 'Add role assignment', small = false, lockedReason }: AddLinkProps) {
  const navigate = useNavigate()
  const refusal = useRefusal('roles.write') ?? lockedReason
  const run = () => void navigate({ to: '/access/add', search })
  const command = { id: 'add-role-assignment', label, group: 'Access', inPalette: true, refusal, run }
  useRegisterCommands(small ? [] : [command])
  return (
    <ActOrReason refusal={refusal} label={label} small={small}>
      <Link to="/access/add" search={search} className={buttonClass(kindOf(small), small)}>
        {plus}
        {label}
      </Link>
    </ActOrReason>
  )
}

function NewRoleLink() {
  const refusal = useRefusal('roles.write')
  return (
    <ActOrReason refusal={refusal} label="New role">
      <Link to="/access/roles/new" className={buttonClass('primary')}>
        {plus}
        New role
      </Link>
    </ActOrReason>
  )
}

const plus = <Plus size={14} aria-hidden />
const kindOf = (small: boolean) => (small ? 'default' : 'primary')

interface ActOrReasonProps {
  refusal: string | undefined
  label: string
  small?: boolean
  children: ReactNode
}

/** A link that looks like a button; who may not follow it sees a button that says why. */
function ActOrReason({ refusal, label, small = false, children }: ActOrReasonProps) {
  if (refusal === undefined) return children
  return (
    <Button kind={kindOf(small)} small={small} icon={plus} disabledReason={refusal}>
      {label}
    </Button>
  )
}
