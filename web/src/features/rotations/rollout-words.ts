import type { StageCounts } from '@signet/shared/api/rollouts'
import { type RolloutAct, RolloutStage, type RolloutState } from '@signet/shared/vocabulary/rollout-states'
import type { Word } from '../../api/words.ts'

/** What a rollout does, in a list to choose from. */
export const rolloutActWords: Record<RolloutAct, string> = {
  rotate: 'Rotate',
  emergency: 'Revoke and rotate (emergency)',
  drill: 'Rehearse (drill)',
}

export const rolloutWords: Record<RolloutState, Word> = {
  running: { word: 'Running', tone: 'busy' },
  paused: { word: 'Paused', tone: 'stopped' },
  halted: { word: 'Halted', tone: 'bad' },
  completed: { word: 'Completed', tone: 'ok' },
  cancelled: { word: 'Cancelled', tone: 'stopped' },
}

export const rolloutStageWords: Record<RolloutStage, Word> = {
  waiting: { word: 'Waiting', tone: 'soft' },
  asked: { word: 'Agent asked', tone: 'busy' },
  prepared: { word: 'Certificate delivered', tone: 'busy' },
  activated: { word: 'In use', tone: 'ok' },
  retired: { word: 'Old one retired', tone: 'ok' },
  rehearsed: { word: 'Rehearsed', tone: 'ok' },
  failed: { word: 'Failed', tone: 'bad' },
  returning: { word: 'Going back', tone: 'busy' },
  'rolled-back': { word: 'Rolled back', tone: 'warn' },
  skipped: { word: 'Skipped', tone: 'off' },
  cancelled: { word: 'Cancelled', tone: 'stopped' },
}

/** A number and its noun: `1 wave`, `3 waves`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

/** How far it is, such as `268 in use · 3 failed · 141 waiting`; what is zero is left out. */
export function stageText(counts: StageCounts): string {
  const words = RolloutStage.options.flatMap((stage) => {
    const count = counts[stage] ?? 0
    return count === 0 ? [] : [`${count.toLocaleString('en')} ${rolloutStageWords[stage].word.toLowerCase()}`]
  })
  return words.length === 0 ? 'nothing yet' : words.join(' · ')
}

/** How many agents have acknowledged each step, and how many credentials there are; each step includes those after it. */
export function acknowledged(counts: StageCounts) {
  const of = (...stages: RolloutStage[]) => stages.reduce((sum, stage) => sum + (counts[stage] ?? 0), 0)
  const retired = of('retired')
  const activated = retired + of('activated', 'rehearsed', 'returning', 'rolled-back')
  const prepared = activated + of('prepared')
  return {
    all: of(...RolloutStage.options) - of('skipped'),
    asked: prepared + of('asked', 'failed'),
    prepared,
    activated,
    retired,
    failed: of('failed'),
    rolledBack: of('returning', 'rolled-back'),
  }
}

/** Credentials that nothing more will be done about, for now. */
export function doneOf(counts: StageCounts): number {
  const { activated, failed } = acknowledged(counts)
  return activated + failed + (counts.cancelled ?? 0)
}
