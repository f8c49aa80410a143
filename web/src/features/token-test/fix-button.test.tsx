import type { InstanceDetail } from '@signet/shared/api/resources'
import { type TestFailure, TokenTest } from '@signet/shared/api/token-tests'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, expect, test, vi } from 'vitest'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
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

/** A server on which the instance is as given, the identity in force once it was asked for `afterAsked` times. */
function serve(instance: InstanceDetail, targets: (asked: number) => Response) {
  let asked = 0
  return fakeServer({
    [`GET /instances/${instanceId}`]: () => Response.json(instance),
    [`PUT /instances/${instanceId}/identity`]: () => Response.json(exampleInstance),
    [`POST /identities/${lastPrincipal}/restore`]: () => Response.json(exampleInstance),
    'GET /token-tests/targets': () => {
      asked += 1
      return targets(asked)
    },
  })
}

const inForce = (enabled: boolean) =>
  Response.json({ instances: [{ ...target, enabled }], hasMore: false, resources: [] })
const off: InstanceDetail = { ...exampleInstance, identityState: 'off', identity: null }
const lastPrincipal = ObjectId.parse('01890000-0000-4000-8000-0000000000ee')
const turnedOff: InstanceDetail = {
  ...off,
  restorable: { principalId: lastPrincipal, until: Date.now() + 86_400_000 },
}

test('turns the identity on under the version that it has seen, and asks again once it is in force', async () => {
  const sent = serve(off, (asked) => inForce(asked > 1))
  const { screen, acts } = await show(turnOn, 'admin')
  await screen.getByRole('button', { name: 'Turn on the identity of web-01' }).click()
  await vi.waitFor(() => expect(acts.onRunAgain).toHaveBeenCalledOnce(), 5_000)
  const [act] = sent.filter(({ method }) => method !== 'GET')
  expect([act?.path, act?.headers.get('if-match')]).toEqual([`/instances/${instanceId}/identity`, '"4"'])
})

test.each([
  ['restores the last principal first', 'Restore the identity of web-01', `POST /identities/${lastPrincipal}/restore`],
  ['makes a new one when that is wanted', 'Make a new principal', `PUT /instances/${instanceId}/identity`],
])('where the last principal can be restored, %s', async (_what, label, act) => {
  const sent = serve(turnedOff, () => inForce(true))
  const { screen, acts } = await show(turnOn, 'admin')
  const buttons = screen.getByRole('button')
  await expect.element(buttons.first()).toHaveTextContent('Restore the identity of web-01')
  await expect.element(screen.getByText(lastPrincipal)).toBeVisible()
  expect(screen.getByRole('button', { name: 'Turn on the identity of web-01' }).query()).toBeNull()
  await screen.getByRole('button', { name: label }).click()
  await vi.waitFor(() => expect(acts.onRunAgain).toHaveBeenCalledOnce(), 5_000)
  const acted = sent.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`)
  expect(acted).toEqual([act])
})

test('turns nothing on before it knows whether there is something to restore', async () => {
  const sent = fakeServer({ [`GET /instances/${instanceId}`]: () => problem('internal', 500, 'The disk is on fire.') })
  const { screen } = await show(turnOn, 'admin')
  const button = screen.getByRole('button', { name: 'Turn on the identity of web-01' })
  await button.click({ force: true })
  await expect.element(screen.getByText('The disk is on fire.')).toBeVisible()
  await button.click({ force: true })
  expect(sent.filter(({ method }) => method !== 'GET')).toEqual([])
})

test('says why it cannot see whether the identity is in force', async () => {
  serve(off, () => problem('internal', 500, 'The disk is on fire.'))
  const { screen } = await show(turnOn, 'admin')
  await screen.getByRole('button', { name: 'Turn on the identity of web-01' }).click()
  await expect.element(screen.getByText('The disk is on fire.')).toBeVisible()
})

test('stops waiting for an identity that does not come into force, and says where to look', async () => {
  serve(off, () => inForce(false))
  const { screen, acts } = await show(turnOn, 'admin')
  const button = screen.getByRole('button', { name: 'Turn on the identity of web-01' })
  await expect.element(button).not.toHaveAttribute('aria-busy')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  await button.click()
  await expect.element(screen.getByText('Turning on; the test follows…')).toBeVisible()
  vi.advanceTimersByTime(30_000)
  await expect.element(screen.getByText('The identity is not in force yet')).toBeVisible()
  await expect.element(button).toBeVisible()
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
