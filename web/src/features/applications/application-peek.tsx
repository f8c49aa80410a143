import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { IdFacts } from '../../ui/id-column.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PeekPanel } from '../../ui/peek-panel.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { StateBadge } from './application-columns.tsx'
import { Dependents } from './application-facts.tsx'
import { applicationOptions } from './applications-queries.ts'

/** One application beside the list: its IDs, and what it authenticates with. */
export function ApplicationPeek({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(applicationOptions(id))
  return (
    <PeekPanel
      title={query.data === undefined ? 'Application' : <Untrusted text={query.data.name} />}
      onClose={onClose}
      actions={
        <Link
          to="/applications/$principalId/{-$tab}"
          params={{ principalId: id, tab: undefined }}
          className={buttonClass('quiet', true)}
        >
          Open
        </Link>
      }
    >
      <Loadable state={loadStateOf(query)}>
        {(application) => (
          <>
            <Facts>
              <Fact name="State">
                <StateBadge application={application} />
              </Fact>
              <IdFacts
                ids={[
                  ['Principal ID', application.principalId, 'principal ID'],
                  ['Client ID', application.clientId, 'client ID'],
                ]}
              />
            </Facts>
            <Dependents application={application} />
          </>
        )}
      </Loadable>
    </PeekPanel>
  )
}
