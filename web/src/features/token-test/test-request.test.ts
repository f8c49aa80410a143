import { TestTargets, TokenTest, TokenTestRequest } from '@signet/shared/api/token-tests'
import { describe, expect, test } from 'vitest'
import { againOf, draftOf, requestOf, searchOf } from './test-request.ts'

const ids = ['01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-000000000002'] as const
const targets = TestTargets.parse({
  instances: ids.map((id, index) => ({
    id,
    name: `vm-${index}`,
    enabled: index === 1,
    connected: true,
    clientId: null,
    identities: [],
    endpoints: null,
    dialects: [
      { dialect: 'imds', refusal: index === 0 ? 'This agent does not serve it.' : null },
      { dialect: 'app-service', refusal: null },
    ],
  })),
  hasMore: false,
  resources: [
    { uri: 'https://storage.azure.com', name: 'Storage' },
    { uri: 'https://vault.azure.net', name: 'Key vault' },
  ],
})

describe('the address of the tester', () => {
  test('falls back to what works where it says nothing', () => {
    const draft = draftOf({}, targets)
    expect(draft.target?.name).toBe('vm-1')
    expect(requestOf(draft)).toEqual({
      instanceId: ids[1],
      resource: 'https://vault.azure.net',
      dialect: 'imds',
      bypassCache: false,
      shortLived: false,
      selector: null,
    })
  })

  test('falls back to defaults where it says nonsense, and never throws', () => {
    const draft = draftOf({ instance: '<b>', dialect: 'arc', select: '__proto__', value: 'x' }, targets)
    expect(draft).toMatchObject({ dialect: 'imds', selectorName: undefined })
    expect(draft.target?.name).toBe('vm-1')
  })

  test('takes another dialect than one that the agent does not serve', () => {
    expect(draftOf({ instance: ids[0], dialect: 'imds' }, targets).dialect).toBe('app-service')
  })

  test('holds everything that is needed to ask the same again', () => {
    const search = {
      instance: ids[1],
      dialect: 'app-service',
      resource: 'api://orders',
      fresh: '1',
      short: '1',
      select: 'msi_res_id',
      value: '/subscriptions/x',
    } as const
    const request = requestOf(draftOf(search, targets))
    expect(request && searchOf(request)).toEqual(search)
  })

  test('asks nothing while audience or selector is missing', () => {
    expect(requestOf(draftOf({ resource: '  ' }, targets))).toBeUndefined()
    expect(requestOf(draftOf({ select: 'client_id', value: ' ' }, targets))).toBeUndefined()
    expect(requestOf(draftOf({}, { ...targets, instances: [] }))).toBeUndefined()
  })
})

test('what asks again is what the test was, and nothing that the server does not take', () => {
  const asked = {
    resource: 'https://vault.azure.net',
    dialect: 'app-service',
    bypassCache: true,
    shortLived: true,
    selector: { name: 'client_id', value: 'c' },
  }
  const test = TokenTest.parse({
    ...{ id: '0e02b2c3-58cc-4372-a567-f47ac10bd479', at: 1, actor: 'Ada', instance: { id: ids[0], name: 'vm-0' } },
    ...{ ...asked, outcome: 'failed', durationMs: 3, steps: [], token: null, failure: null, revealableUntil: null },
  })
  expect(TokenTestRequest.parse(againOf(test))).toEqual({ ...asked, instanceId: ids[0] })
  expect(againOf(test, { withoutSelector: true }).selector).toBeNull()
})
