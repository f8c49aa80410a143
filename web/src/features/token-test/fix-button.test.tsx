import { type TestFailure, TokenTest } from '@signet/shared/api/token-tests'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, expect, test, vi } from 'vitest'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
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

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

async function show(failure: TestFailure, role: Role) {
  const acts = { onRunAgain: vi.fn(), onEditRequest: vi.fn() }
  const button = () => <FixButton test={failed} failure={failure} acts={acts} />
  const { screen } = await showPage('/tokens/test', button, '/tokens/test', role)
  return { screen, acts }
}

test('turns the identity on, and asks again once it is in force', async () => {
  let asked = 0
  vi.spyOn(window, 'fetch').mockImplementation(async (_input, init) => {
    if (init?.method === 'PUT') return Response.json(exampleInstance)
    asked += 1
    return Response.json({ instances: [{ ...target, enabled: asked > 1 }], hasMore: false, resources: [] })
  })
  const { screen, acts } = await show(turnOn, 'admin')
  await screen.getByRole('button', { name: 'Turn on the identity of web-01' }).click()
  await vi.waitFor(() => expect(acts.onRunAgain).toHaveBeenCalledOnce(), 5_000)
  expect(asked).toBeGreaterThan(1)
})

test('says why it cannot see whether the identity is in force', async () => {
  vi.spyOn(window, 'fetch').mockImplementation(async (_input, init) =>
    init?.method === 'PUT' ? Response.json(exampleInstance) : problem('internal', 500, 'The disk is on fire.'),
  )
  const { screen } = await show(turnOn, 'admin')
  await screen.getByRole('button', { name: 'Turn on the identity of web-01' }).click()
  await expect.element(screen.getByText('The disk is on fire.')).toBeVisible()
})

test('stops waiting for an identity that does not come into force, and says where to look', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.spyOn(window, 'fetch').mockImplementation(async (_input, init) =>
    Response.json(
      init?.method === 'PUT'
        ? exampleInstance
        : { instances: [{ ...target, enabled: false }], hasMore: false, resources: [] },
    ),
  )
  const { screen, acts } = await show(turnOn, 'admin')
  await screen.getByRole('button', { name: 'Turn on the identity of web-01' }).click()
  await expect.element(screen.getByText('Turning on; the test follows…')).toBeVisible()
  vi.advanceTimersByTime(30_000)
  await expect.element(screen.getByText('The identity is not in force yet')).toBeVisible()
  await expect.element(screen.getByRole('button', { name: 'Turn on the identity of web-01' })).toBeVisible()
  expect(acts.onRunAgain).not.toHaveBeenCalled()
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
  identities: [],
  endpoints: null,
  dialects: [{ dialect: 'imds', refusal: null }],
}
