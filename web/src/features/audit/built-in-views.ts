import type { NamedView } from '../../ui/views-menu.tsx'
import type { AuditSearch } from './audit-queries.ts'
import type { Preset } from './audit-range.ts'

/** Views that every deployment has; each is an address. */
export const builtInViews: readonly NamedView<AuditSearch>[] = [
  view('Rotations', 'action:rotation.*,credential.*', '30d'),
  view('Identity switches', 'action:identity.*', '30d'),
  view('Refused and failed', 'result:refused,failed', '7d'),
  view('Sign-ins', 'action:session.*', '30d'),
  view('Token tests and reveals', 'action:token.*', '30d'),
  view('Policy changes', 'action:rotation.policy_changed', 'all'),
  view('Keys of the authority', 'action:signing_key.*,authority.*', 'all'),
  view('Agents', 'action:agent.*,join_token.*', '30d'),
]

function view(name: string, filter: string, range: Preset): NamedView<AuditSearch> {
  return { name, address: { filter, range, from: undefined, to: undefined } }
}
