import type { RotationDetail } from '@signet/shared/api/rotation'
import { Check, Circle, Clock, Minus } from 'lucide-react'
import { zoneName } from '../../ui/absolute-time.ts'
import { Copyable } from '../../ui/copyable.tsx'
import { durationWords } from '../../ui/duration.ts'
import { usePreferences } from '../../ui/preferences.ts'
import { ExactTime } from '../../ui/relative-time.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './stage-list.module.css'
import { type Stage, stagesOf } from './stages.ts'

const icons = { done: Check, waiting: Clock, later: Circle, never: Minus } as const
const words = { done: 'done', waiting: 'comes next', later: 'later', never: 'did not happen' } as const

export function StageList({ run }: { run: RotationDetail }) {
  usePreferences()
  return (
    <>
      <ol className={styles['stages']} aria-label="Stages">
        {stagesOf(run).map((stage) => (
          <StageItem key={stage.name} stage={stage} run={run} />
        ))}
      </ol>
      <p className="muted">Times in {zoneName(run.requestedAt)}.</p>
    </>
  )
}

function StageItem({ stage, run }: { stage: Stage; run: RotationDetail }) {
  const Icon = icons[stage.status]
  const retirement = stage.name.startsWith('Old') && stage.at === null && run.overlapUntil !== null
  return (
    <li className={styles['stage']} data-status={stage.status}>
      <Icon size={14} aria-hidden />
      <div className={styles['words']}>
        <strong>{stage.name}</strong> <span className="sr-only">{words[stage.status]}</span>
        {stage.at !== null && stage.by !== null && <span className="muted">by {visibleText(stage.by)}</span>}
        <span className={styles['detail']}>{visibleText(stage.detail)}</span>
        {stage.at !== null &&
          stage.proof.map(({ name, value }) => (
            <span key={name} className={styles['proof']}>
              <span>{name.charAt(0).toUpperCase() + name.slice(1)}</span> <Copyable value={value} label={name} />
            </span>
          ))}
      </div>
      <div className={styles['time']}>
        {stage.at !== null && <ExactTime at={stage.at} precision="millisecond" />}
        {stage.at !== null && stage.at > run.requestedAt && (
          <span className={styles['detail']}>+{durationWords(stage.at - run.requestedAt)}</span>
        )}
        {stage.at === null && !retirement && (
          <span className="muted">{stage.isUntimed ? 'on the instance' : words[stage.status]}</span>
        )}
        {retirement && run.overlapUntil !== null && (
          <span className="muted">
            planned <ExactTime at={run.overlapUntil} />
          </span>
        )}
      </div>
    </li>
  )
}
