import { Link } from '@tanstack/react-router'
import { None } from '../../ui/none.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'

/** A way to a resource group as a whole. */
export function GroupLink({ name }: { name: string }) {
  return (
    <Link to="/groups/$name" params={{ name }}>
      <Untrusted text={name} />
    </Link>
  )
}

/** As that, for what a resource ID is in. */
export function GroupOf({ resourceId }: { resourceId: string }) {
  const [, name] = /\/resourcegroups\/([^/]+)/i.exec(resourceId) ?? []
  return name === undefined ? <None /> : <GroupLink name={name} />
}
