import { CredentialRecord, TokenEvidence } from '@signet/shared/api/evidence'

export const exampleAt = Date.UTC(2030, 10, 22, 9)
export const exampleUti = 'A'.repeat(22)
const id = (last: number) => `01890000-0000-7000-8000-${String(last).padStart(12, '0')}`
const day = 86_400_000

export function exampleRecord(changes: Record<string, unknown> = {}): CredentialRecord {
  return CredentialRecord.parse({
    ...{ id: id(3), serial: '4f01', thumbprint: 'CD'.repeat(20), x5tS256: 'B'.repeat(43) },
    ...{ keyAlgorithm: 'rsa2048', keyLocation: 'agent', state: 'retired' },
    ...{ principalId: id(9), principalName: 'web-01', instance: { id: id(8), name: 'web-01' } },
    issuer: { id: id(7), subject: 'CN=Signet Identity CA', serial: '01', thumbprint: 'EF'.repeat(20) },
    ...{ cause: 'manual', actor: { kind: 'operator', id: null, label: 'Grace' }, revokeReason: null },
    ...{ notBefore: exampleAt - 300_000, notAfter: exampleAt + 90 * day, issuedAt: exampleAt },
    ...{ deliveredAt: exampleAt + 4_900, activatedAt: exampleAt + 4_900 },
    ...{ firstUsedAt: exampleAt + 9_000, lastUsedAt: exampleAt + 9_000 },
    ...{ supersededAt: exampleAt + day, usableUntil: exampleAt + 2 * day, retiredAt: exampleAt + 2 * day },
    revokedAt: null,
    acknowledgement: { at: exampleAt + 4_900, agentId: id(6), agentName: 'agent-1', agentVersion: '1.4.2' },
    run: {
      ...{ id: id(1), state: 'completed', attempts: 2, requestedAt: exampleAt - 1_000 },
      ...{ finishedAt: exampleAt + day, errorCode: null },
    },
    ...changes,
  })
}

export function exampleEvidence(changes: Record<string, unknown> = {}): TokenEvidence {
  return TokenEvidence.parse({
    uti: exampleUti,
    request: {
      ...{ id: id(20), at: exampleAt + 9_000, audience: 'https://vault.azure.net', outcome: 'ok' },
      ...{
        x5tS256: 'B'.repeat(43),
        kid: 'kid-1',
        expiresAt: exampleAt + 3_609_000,
        ip: '10.0.0.7',
        correlationId: id(21),
      },
    },
    identity: { principalId: id(9), clientId: id(10), kind: 'system', name: 'web-01' },
    credential: exampleRecord(),
    wasAccepted: true,
    signingKey: { kid: 'kid-1', state: 'active', activateAt: 0, retireAt: null },
    ...changes,
  })
}
