import { useQuery } from '@tanstack/react-query'
import { loadStateOf } from '../../api/load-state.ts'
import { principalKindWords } from '../../api/words.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { IdFacts } from '../../ui/id-column.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PeekPanel } from '../../ui/peek-panel.tsx'
import { PrincipalLink } from '../../ui/principal-link.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { assignmentOptions } from './access-queries.ts'
import { LastUsed } from './assignment-columns.tsx'
import { RemoveButton } from './remove-button.tsx'
import { WayDown } from './scope-path.tsx'
import { stepsTo } from './scope-words.ts'

/** One role assignment beside the list, and taking it away. */
export function AssignmentPeek({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(assignmentOptions(id))
  return (
    <PeekPanel
      title={query.data === undefined ? 'Role assignment' : <Untrusted text={query.data.role.name} />}
      onClose={onClose}
      actions={query.data && <RemoveButton assignment={query.data} onRemoved={onClose} />}
    >
      <Loadable state={loadStateOf(query)}>
        {(assignment) => (
          <Facts>
            <Fact name="Principal">
              <PrincipalLink principal={assignment.principal} />{' '}
              <span className="muted">{principalKindWords[assignment.principal.kind]}</span>
            </Fact>
            <Fact name="Where">
              <WayDown steps={stepsTo(assignment.scope)} />
            </Fact>
            <Fact name="Last used">
              <LastUsed assignment={assignment} />
            </Fact>
            <Fact name="Given">
              <ExactTime at={assignment.createdAt} relative />, by <Untrusted text={assignment.createdBy.label} />
            </Fact>
            {assignment.description !== null && assignment.description !== '' && (
              <Fact name="Description">
                <Untrusted text={assignment.description} />
              </Fact>
            )}
            <IdFacts
              ids={[
                ['Scope', assignment.scope, 'scope'],
                ['Principal ID', assignment.principal.principalId, 'principal ID'],
                ['Role ID', assignment.role.id, 'role ID'],
                ['Assignment ID', assignment.id, 'assignment ID'],
              ]}
            />
          </Facts>
        )}
      </Loadable>
    </PeekPanel>
  )
}
