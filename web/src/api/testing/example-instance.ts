import { InstanceDetail } from '@signet/shared/api/resources'

const id = (last: number) => `01890000-0000-4000-8000-${String(last).padStart(12, '0')}`

/** An instance whose identity is on and well. */
export const exampleInstance = InstanceDetail.parse({
  id: id(1),
  name: 'web-01',
  kind: 'host',
  resourceId: '/x/web-01',
  identityState: 'on',
  health: { state: 'on', reason: 'Tokens are given out.', fix: null },
  turningOn: null,
  restorable: null,
  identity: { principalId: id(2), clientId: id(3) },
  userAssigned: 0,
  credential: null,
  nextRotationAt: null,
  lastToken: null,
  agent: null,
  tags: {},
  version: 4,
  createdAt: 1,
  tenantId: id(4),
  authorityUrl: 'https://localhost:7421',
})
