import type { Webhook } from '@signet/shared/api/webhooks'
import type { WebhookEvent } from '@signet/shared/vocabulary/alerts'
import type { Word } from '../../api/words.ts'

/** Whether a webhook is told anything, and why not. */
export function standingWord({ enabled, disabledBecause, dead }: Webhook): Word {
  if (!enabled) {
    return disabledBecause === 'gone' ? { word: 'Gone, disabled', tone: 'bad' } : { word: 'Disabled', tone: 'off' }
  }
  return dead > 0 ? { word: 'Enabled, some given up', tone: 'warn' } : { word: 'Enabled', tone: 'ok' }
}

/** What a webhook is told of, as one chooses it. */
export const eventWords: Record<WebhookEvent, string> = {
  'alert.opened': 'An alert opens',
  'alert.acknowledged': 'Somebody acknowledges one',
  'alert.resolved': 'One is resolved',
}

/** Messages by what they say; the wire name stands in the message itself. */
export const messageWords: Record<WebhookEvent | 'webhook.test', string> = {
  'alert.opened': 'Alert opened',
  'alert.acknowledged': 'Alert acknowledged',
  'alert.resolved': 'Alert resolved',
  'webhook.test': 'Test message',
}

/** Codes of the system for a receiver that was not reached, as people say them. */
const faultWords: Readonly<Record<string, string>> = {
  ENOTFOUND: 'No such host',
  EAI_AGAIN: 'Name not resolved',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection cut',
  ETIMEDOUT: 'No answer in time',
  EHOSTUNREACH: 'Host not reachable',
  ENETUNREACH: 'Network not reachable',
}

/** Why no answer came. */
export function faultWord(fault: string): string {
  const words = faultWords[fault]
  return words === undefined ? fault : `${words} (${fault})`
}
