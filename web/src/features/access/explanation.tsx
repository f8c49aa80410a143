import type { AccessExplanation } from '@signet/shared/api/authorization'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PrincipalLink } from '../../ui/principal-link.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './access.module.css'
import { AddLink } from './access-frame.tsx'
import { type AskedAccess, explanationOptions } from './access-queries.ts'
import { actionWords } from './action-words.ts'
import { WayDown } from './scope-path.tsx'
import { covers, scopeWords, stepsTo } from './scope-words.ts'

type NearMiss = AccessExplanation['nearMisses'][number]

interface ExplanationProps {
  principalId: ObjectId
  asked: AskedAccess
}

/** Whether a principal may, by which assignment or why not, and what would change that. */
export function Explanation({ principalId, asked }: ExplanationProps) {
  const query = useQuery(explanationOptions(principalId, asked))
  return (
    <Loadable state={loadStateOf(query)} lines={3}>
      {(answer) => (
        <div className="stack">
          <Standing answer={answer} />
          {answer.by === null ? <Denied answer={answer} asked={asked} /> : <Allowed answer={answer} asked={asked} />}
        </div>
      )}
    </Loadable>
  )
}

/** That it may do nothing at all for the moment, whatever its roles say. */
function Standing({ answer: { principal } }: { answer: AccessExplanation }) {
  if (principal.state === 'enabled') return null
  const words =
    principal.state === 'suspended'
      ? 'It gets no token, and those that are out are refused, whatever its roles allow. Resume it first.'
      : 'Its roles are hidden and count no more. They come back when it is restored, and go when it is deleted for good.'
  return (
    <Notice tone="warn" title={principal.state === 'suspended' ? 'It is paused' : 'It is deleted'}>
      <p>
        {words} <PrincipalLink principal={principal} />
      </p>
    </Notice>
  )
}

/** The nearest come first; what is left has little to do with it. */
const mostShown = 6

interface AnswerProps {
  answer: AccessExplanation
  asked: AskedAccess
}

function Allowed({ answer: { by, principal }, asked }: AnswerProps) {
  if (by === null) return null
  const steps = stepsTo(asked.scope).filter(({ scope }) => covers(by.scope, scope))
  return (
    <Notice tone="ok" title={`Allowed: ${visibleText(principal.name)} may`}>
      <p>
        {actionWords(asked.action)} at {scopeWords(asked.scope)}, by{' '}
        <Link to="/access/roles/$roleId" params={{ roleId: by.roleId }}>
          {visibleText(by.roleName)}
        </Link>
        , which it has at {scopeWords(by.scope)}.
      </p>
      {steps.length > 1 && (
        <p>
          <WayDown steps={steps} />
        </p>
      )}
      <p>
        <Link to="/access" search={{ principal: principal.principalId, peek: by.assignmentId }}>
          Show this role assignment
        </Link>
      </p>
    </Notice>
  )
}

function Denied({ answer, asked }: AnswerProps) {
  const { principal, nearMisses, remedies, reason } = answer
  const name = visibleText(principal.name)
  return (
    <>
      <Notice tone="bad" title={`Denied: ${name} may not`}>
        <p>
          {actionWords(asked.action)} at {scopeWords(asked.scope)}. {nearMisses.length === 0 && visibleText(reason)}
        </p>
      </Notice>
      {nearMisses.length > 0 && (
        <section aria-label="What came near">
          <h3>What came near</h3>
          <ul className={styles['misses']}>
            {nearMisses.slice(0, mostShown).map((miss) => (
              <li key={miss.assignmentId}>
                <Miss miss={miss} principalId={principal.principalId} asked={asked} />
              </li>
            ))}
          </ul>
          {nearMisses.length > mostShown && (
            <p className="muted">
              Further away:{' '}
              <Link to="/access" search={{ principal: principal.principalId }}>
                the other {nearMisses.length - mostShown} of its role assignments
              </Link>
            </p>
          )}
        </section>
      )}
      {principal.state !== 'deleted' && remedies.length > 0 && (
        <section aria-label="What would allow it">
          <h3>What would allow it</h3>
          <p className="muted">A role at {scopeWords(asked.scope)}, the narrowest first.</p>
          <ul className={styles['misses']}>
            {remedies.map(({ id, name: role }) => (
              <li key={id}>
                <AddLink
                  small
                  label={`Give ${visibleText(role)}`}
                  search={{ principal: principal.principalId, role: id, scope: asked.scope }}
                />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

/** One assignment that was near, what it lacks, and the way to mend that. */
function Miss({ miss, principalId, asked }: { miss: NearMiss; principalId: ObjectId; asked: AskedAccess }) {
  return (
    <>
      <p>{missWords(miss, asked)}</p>
      <div className="row">
        {miss.why === 'other_scope' ? (
          <AddLink
            small
            label={`Give it at ${scopeWords(asked.scope)}`}
            search={{ principal: principalId, role: miss.roleId, scope: asked.scope }}
          />
        ) : (
          <Link to="/access/roles/$roleId" params={{ roleId: miss.roleId }} className={buttonClass('default', true)}>
            Look at {visibleText(miss.roleName)}
          </Link>
        )}
        <Link to="/access" search={{ principal: principalId, peek: miss.assignmentId }}>
          Show the assignment
        </Link>
      </div>
    </>
  )
}

/** Why an assignment that was near did not allow it. */
export function missWords({ why, roleName, scope }: NearMiss, asked: AskedAccess): string {
  const role = `${visibleText(roleName)} at ${scopeWords(scope)}`
  switch (why) {
    case 'other_scope':
      return `${role} has the action, but ${scopeWords(asked.scope)} is not below that.`
    case 'excluded':
      return `${role} has the action and leaves it out again, by ${asked.data === 'true' ? 'notDataActions' : 'notActions'}.`
    case 'other_plane':
      return asked.data === 'true'
        ? `${role} has the action for resources, not for the data in them.`
        : `${role} has the action for the data in resources, not for resources themselves.`
    case 'action_missing':
      return `${role} counts there, but does not have the action.`
  }
}
