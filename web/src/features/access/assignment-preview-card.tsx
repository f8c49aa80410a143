import type { AssignmentPreview } from '@signet/shared/api/authorization'
import { useQuery } from '@tanstack/react-query'
import { loadStateOf } from '../../api/load-state.ts'
import { Loadable } from '../../ui/loadable.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useSettled } from '../../ui/settled.ts'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './access.module.css'
import { previewOptions, type WantedAssignment } from './access-queries.ts'
import { scopeWords } from './scope-words.ts'

/** What giving a role would change, in one sentence and action by action. */
export function AssignmentPreviewCard({ wanted }: { wanted: WantedAssignment }) {
  // A path is typed letter by letter, and only the last one is asked about.
  const scope = useSettled(wanted.scope)
  const query = useQuery(previewOptions({ ...wanted, scope }))
  return (
    <Loadable state={loadStateOf(query)} lines={3}>
      {(preview) => <Preview preview={preview} />}
    </Loadable>
  )
}

function Preview({ preview }: { preview: AssignmentPreview }) {
  const { principal, role, isSame, adds } = preview
  const name = visibleText(principal.name)
  if (isSame) {
    return (
      <Notice tone="warn" title="It is given already">
        <p>
          {name} has {visibleText(role.name)} at {scopeWords(preview.scope)}. Nothing would change, and giving it twice
          is refused.
        </p>
      </Notice>
    )
  }
  const gains = adds.actions.length + adds.dataActions.length
  return (
    <div className="stack">
      <p>
        <strong>{sentenceOf(preview)}</strong>
      </p>
      {gains === 0 ? (
        <Notice tone="info" title="It gains nothing">
          <p>{name} may do all of this there already, by other assignments.</p>
        </Notice>
      ) : (
        <>
          <Added what="New: actions on resources" actions={adds.actions} except={role.permission.notActions} />
          <Added
            what="New: actions on the data in them"
            actions={adds.dataActions}
            except={role.permission.notDataActions}
          />
        </>
      )}
    </div>
  )
}

/** `web-01 will be able to read the secrets of a vault, in vault acme and everything below it.` */
export function sentenceOf({ principal, role, scope }: AssignmentPreview): string {
  const what = /^May (.+?)\.?$/.exec(visibleText(role.description))?.[1]
  const act = what === undefined ? `will have ${visibleText(role.name)}` : `will be able to ${what}`
  const where = scope === '/' ? 'everywhere in this deployment' : `in ${scopeWords(scope)} and everything below it`
  return `${visibleText(principal.name)} ${act}, ${where}.`
}

function Added({ what, actions, except }: { what: string; actions: readonly string[]; except: readonly string[] }) {
  if (actions.length === 0) return null
  return (
    <div>
      <h3>{what}</h3>
      <ActionList actions={actions} />
      {except.length > 0 && (
        <>
          <p className="muted">Except:</p>
          <ActionList actions={except} />
        </>
      )}
    </div>
  )
}

/** Patterns of actions, one below the other. */
export function ActionList({ actions }: { actions: readonly string[] }) {
  return (
    <ul className={styles['actions']}>
      {actions.map((action) => (
        <li key={action}>
          <code>{visibleText(action)}</code>
        </li>
      ))}
    </ul>
  )
}
