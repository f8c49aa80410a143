import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PeekPanel } from '../../ui/peek-panel.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { EnabledBadge } from './audience-columns.tsx'
import { AudienceFacts } from './audience-facts.tsx'
import { audienceOptions } from './audiences-queries.ts'

/** One audience beside the list: how its tokens are, and who gets them. */
export function AudiencePeek({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(audienceOptions(id))
  return (
    <PeekPanel
      title={query.data === undefined ? 'Audience' : <Untrusted text={query.data.name} />}
      onClose={onClose}
      actions={
        <Link to="/audiences/$audienceId" params={{ audienceId: id }} className={buttonClass('quiet', true)}>
          Open
        </Link>
      }
    >
      <Loadable state={loadStateOf(query)}>
        {(audience) => (
          <>
            <p>
              <EnabledBadge audience={audience} />
            </p>
            <AudienceFacts audience={audience} />
          </>
        )}
      </Loadable>
    </PeekPanel>
  )
}
