import type { Webhook } from '@signet/shared/api/webhooks'
import type { Word } from '../../api/words.ts'

/** Whether a webhook is told anything, and why not. */
export function standingWord({ enabled, disabledBecause, dead }: Webhook): Word {
  if (!enabled) {
    return disabledBecause === 'gone' ? { word: 'Gone, disabled', tone: 'bad' } : { word: 'Disabled', tone: 'off' }
  }
  return dead > 0 ? { word: 'Enabled, some given up', tone: 'warn' } : { word: 'Enabled', tone: 'ok' }
}
