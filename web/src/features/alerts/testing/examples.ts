import { Alert } from '@signet/shared/api/alerts'

export const exampleAlert = Alert.parse({
  id: '01890000-0000-7000-8000-000000000001',
  kind: 'rotation_failed',
  severity: 'warning',
  state: 'open',
  subject: { kind: 'identity', id: 'one', label: 'web-01' },
  threshold: null,
  reason: 'The agent gave <b>no</b> answer.',
  fix: { label: 'Open the rotation', path: '/rotations/one' },
  openedAt: 1,
  lastAt: 2,
  occurrences: 3,
  acknowledged: null,
  resolvedAt: null,
})
