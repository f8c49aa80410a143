import type { RotationSummary } from '@signet/shared/api/rotation'
import { Link } from '@tanstack/react-router'
import { None } from '../../ui/none.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useNow } from '../../ui/now.ts'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './rotations.module.css'
import { waitingWords } from './waiting-words.ts'

/** Why an open rotation waits, in a cell. */
export function Waiting({ run }: { run: RotationSummary }) {
  const words = waitingWords(run, useNow('slow'))
  if (words === undefined) return run.errorDetail === null ? <None /> : <Failed run={run} />
  return (
    <span className={styles['waiting']} title={`${words.reason} ${words.next}`}>
      {words.reason}
      <span className={styles['ago']}>{words.next}</span>
    </span>
  )
}

/** What an identity that did not roll since failed for last; the next rotation is planned already. */
function Failed({ run: { errorDetail } }: { run: RotationSummary }) {
  return <span className={styles['waiting']}>{visibleText(errorDetail ?? '')}</span>
}

/** The same on the page of the rotation, where somebody should look at it. */
export function WaitingNotice({ run }: { run: RotationSummary }) {
  const words = waitingWords(run, useNow('slow'))
  if (words === undefined || run.activatedAt !== null) return null
  return (
    <Notice tone={words.isStuck ? 'warn' : 'info'} title={words.reason}>
      <p>{words.next}.</p>
      <Failures run={run} />
      {run.instance !== null && (
        <p>
          <Link to="/instances/$instanceId/{-$tab}" params={{ instanceId: run.instance.id, tab: 'agent' }}>
            Agent of this instance
          </Link>
        </p>
      )}
    </Notice>
  )
}

function Failures({ run: { waiting } }: { run: RotationSummary }) {
  if (waiting === null || waiting.failures === 0) return null
  const times = waiting.failures === 1 ? 'once' : `${waiting.failures} times`
  return <span className="warn">Failed {times} in a row before</span>
}
