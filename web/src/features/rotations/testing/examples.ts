import { RotationDetail } from '@signet/shared/api/rotation'

export const exampleAt = Date.UTC(2030, 10, 22, 9)
const id = (last: number) => `01890000-0000-7000-8000-${String(last).padStart(12, '0')}`
const day = 86_400_000

export const exampleCredential = {
  ...{ principalId: id(9), principalName: 'web-01', instance: { id: id(8), name: 'web-01' } },
  issuer: { id: id(7), subject: 'CN=Signet Identity CA', serial: '01', thumbprint: 'EF'.repeat(20) },
  ...{ cause: 'schedule', actor: { kind: 'system', id: null, label: 'rotation schedule' }, revokeReason: null },
  ...{ supersededAt: null, retiredAt: null, run: null },
  deliveredAt: exampleAt + 4_900,
  acknowledgement: { at: exampleAt + 4_900, agentId: id(6), agentName: 'agent-1', agentVersion: '1.4.2' },
  id: id(3),
  serial: '4f01',
  thumbprint: 'CD'.repeat(20),
  x5tS256: 'B'.repeat(43),
  keyAlgorithm: 'rsa2048',
  keyLocation: 'agent',
  state: 'active',
  notBefore: exampleAt - 300_000,
  notAfter: exampleAt + 90 * day,
  issuedAt: exampleAt + 300,
  activatedAt: exampleAt + 4_900,
  usableUntil: null,
  revokedAt: null,
  firstUsedAt: null,
  lastUsedAt: null,
}

export const exampleOld = {
  ...exampleCredential,
  id: id(2),
  serial: '3e02',
  thumbprint: 'AB'.repeat(20),
  x5tS256: 'A'.repeat(43),
  state: 'retiring',
  notBefore: exampleAt - 45 * day,
  notAfter: exampleAt + 45 * day,
  issuedAt: exampleAt - 45 * day,
  activatedAt: exampleAt - 45 * day,
  usableUntil: exampleAt + 4_900 + day,
}

/** A rotation whose overlap runs. */
export function exampleRun(changes: Record<string, unknown> = {}): RotationDetail {
  return RotationDetail.parse({
    id: id(1),
    principalId: id(9),
    principalName: 'web-01',
    instance: { id: id(8), name: 'web-01' },
    trigger: 'schedule',
    actor: { kind: 'system', id: null, label: 'rotation schedule' },
    state: 'activated',
    from: exampleOld,
    to: exampleCredential,
    requestedAt: exampleAt,
    preparedAt: exampleAt + 300,
    activatedAt: exampleAt + 4_900,
    finishedAt: null,
    overlapFrom: exampleAt + 300,
    overlapUntil: exampleAt + 4_900 + day,
    attempts: 1,
    errorCode: null,
    errorDetail: null,
    waiting: { nextTryAt: exampleAt + 4_900 + day, givesUpAt: null, failures: 0, agent: null, policy: 'Default' },
    reviewed: null,
    steps: [],
    firstToken: null,
    ...changes,
  })
}
