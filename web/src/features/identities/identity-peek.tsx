import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PeekPanel } from '../../ui/peek-panel.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { identityOptions } from './identities-queries.ts'
import { StateBadge } from './identity-columns.tsx'
import { Dependents } from './identity-facts.tsx'

/** One identity beside the list: its IDs, and what hangs on it. */
export function IdentityPeek({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(identityOptions(id))
  return (
    <PeekPanel
      title={query.data === undefined ? 'Identity' : <Untrusted text={query.data.name} />}
      onClose={onClose}
      actions={
        <Link
          to="/identities/$principalId/{-$tab}"
          params={{ principalId: id, tab: undefined }}
          className={buttonClass('quiet', true)}
        >
          Open
        </Link>
      }
    >
      <Loadable state={loadStateOf(query)}>
        {(identity) => (
          <>
            <Facts>
              <Fact name="State">
                <StateBadge identity={identity} />
              </Fact>
              <Fact name="Resource group">
                <Untrusted text={identity.resourceGroup} />
              </Fact>
              <Fact name="Principal ID">
                <Copyable value={identity.principalId} label="principal ID" />
              </Fact>
              <Fact name="Client ID">
                <Copyable value={identity.clientId} label="client ID" />
              </Fact>
            </Facts>
            <Dependents identity={identity} />
          </>
        )}
      </Loadable>
    </PeekPanel>
  )
}
