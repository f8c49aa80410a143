import type { ExpiryKind, LifeStage, Severity } from '@signet/shared/api/overview'
import type { AlertState, DeliveryState } from '@signet/shared/vocabulary/alerts'
import type { Word } from './words.ts'

export const severityTones = { critical: 'bad', warning: 'warn', notice: 'soft' } as const satisfies Record<
  Severity,
  string
>

export const severityWords: Record<Severity, string> = { critical: 'Critical', warning: 'Warning', notice: 'Notice' }

export const stageTones = { 50: 'off', 25: 'off', 10: 'warn', 2: 'bad' } as const satisfies Record<LifeStage, string>

export const expiryKindWords: Record<ExpiryKind, string> = {
  authority: 'Certificate authority',
  signing_key: 'Signing key',
  identity: 'Certificate',
  server_certificate: 'Your certificate',
  client_secret: 'Client secret',
  registered_certificate: 'Registered certificate',
  agent_certificate: 'Agent certificate',
}

export const alertStateWords: Record<AlertState, string> = {
  open: 'Open',
  acknowledged: 'Acknowledged',
  resolved: 'Resolved',
}

export const deliveryWords: Record<DeliveryState, Word> = {
  waiting: { word: 'Waiting', tone: 'busy' },
  delivered: { word: 'Delivered', tone: 'ok' },
  dead: { word: 'Given up', tone: 'bad' },
}
