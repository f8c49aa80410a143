import type { Session } from '@signet/shared/api/operators'
import { type TestFailure, TokenTest } from '@signet/shared/api/token-tests'
import { permissionsOf, type Role } from '@signet/shared/vocabulary/permissions'
import { QueryClientProvider } from '@tanstack/react-query'
import { afterEach, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { createQueryClient } from '../../api/query-client.ts'
import { sessionKey } from '../../api/session.ts'
import { FixButton } from './fix-button.tsx'

const instanceId = '01890000-0000-7000-8000-000000000001'
const failed = TokenTest.parse({
  id: '0e02b2c3-58cc-4372-a567-f47ac10bd479',
  at: 1,
  actor: 'Ada',
  instance: { id: instanceId, name: 'web-01' },
  resource: 'https://vault.azure.net',
  dialect: 'imds',
  bypassCache: false,
  shortLived: false,
  selector: null,
  outcome: 'failed',
  durationMs: 3,
  steps: [],
  token: null,
  failure: null,
  revealableUntil: null,
})
const failureOf = (fix: TestFailure['fix']): TestFailure => ({
  step: 'identity',
  code: 'identity_not_found',
  cause: '',
  answer: null,
  fix,
})
const turnOn = failureOf({
  code: 'turn_on_identity',
  label: 'Turn on the identity of web-01',
  target: { kind: 'instance', id: instanceId },
})

afterEach(() => vi.restoreAllMocks())

async function show(failure: TestFailure, role: Role) {
  const client = createQueryClient()
  const session = { operator: { displayName: 'Ada', role }, permissions: permissionsOf[role] } as unknown as Session
  client.setQueryData(sessionKey, session)
  const acts = { onRunAgain: vi.fn(), onEditRequest: vi.fn() }
  const screen = await render(
    <QueryClientProvider client={client}>
      <FixButton test={failed} failure={failure} acts={acts} />
    </QueryClientProvider>,
  )
  return { screen, acts }
}

test('turns the identity on, and asks again once it is in force', async () => {
  let asked = 0
  vi.spyOn(window, 'fetch').mockImplementation(async (_input, init) => {
    if (init?.method === 'PUT') return Response.json(instance)
    asked += 1
    return Response.json({ instances: [{ ...target, enabled: asked > 1 }], hasMore: false, resources: [] })
  })
  const { screen, acts } = await show(turnOn, 'admin')
  await screen.getByRole('button', { name: 'Turn on the identity of web-01' }).click()
  await vi.waitFor(() => expect(acts.onRunAgain).toHaveBeenCalledOnce(), 5_000)
  expect(asked).toBeGreaterThan(1)
})

test('tells a developer, who may only test, whom to ask (SEC-27)', async () => {
  const fetched = vi.spyOn(window, 'fetch')
  const { screen } = await show(turnOn, 'developer')
  const button = screen.getByRole('button', { name: 'Turn on the identity of web-01' })
  await expect.element(button).toHaveAttribute('aria-disabled', 'true')
  await button.click({ force: true })
  expect(fetched).not.toHaveBeenCalled()
})

test('goes back to the identity that the instance has', async () => {
  const { screen, acts } = await show(
    failureOf({ code: 'use_assigned_identity', label: 'Ask', target: null }),
    'developer',
  )
  await screen.getByRole('button', { name: 'Ask' }).click()
  expect(acts.onRunAgain).toHaveBeenCalledWith({ withoutSelector: true })
})

test('leads to the audience that is not registered', async () => {
  const fix = { code: 'register_audience', label: 'Pick', target: { kind: 'audience', id: 'x' } } as const
  const { screen, acts } = await show(failureOf(fix), 'developer')
  await screen.getByRole('button', { name: 'Pick' }).click()
  expect(acts.onEditRequest).toHaveBeenCalledOnce()
})

test('shows text of others as it is: inert, tricks spelt out (SEC-24, SEC-25)', async () => {
  const label = 'Turn on <img src=x onerror=alert(1)>\u202e'
  const { screen } = await show(failureOf({ code: 'wait', label, target: null }), 'developer')
  await expect.element(screen.getByRole('button')).toHaveTextContent('Turn on <img src=x onerror=alert(1)>⟨U+202E⟩')
})

const target = {
  id: instanceId,
  name: 'web-01',
  connected: true,
  clientId: null,
  endpoints: null,
  dialects: [{ dialect: 'imds', refusal: null }],
}
const instance = {
  id: instanceId,
  name: 'web-01',
  kind: 'host',
  resourceId: '/x',
  identityState: 'enabling',
  health: { state: 'enabling', reason: 'The agent gets its first certificate.', fix: null },
  turningOn: null,
  restorable: null,
  tags: {},
  identity: null,
  credential: null,
  nextRotationAt: null,
  lastToken: null,
  agent: null,
  version: 1,
  createdAt: 1,
  tenantId: '01890000-0000-7000-8000-000000000009',
  authorityUrl: 'https://a',
}
