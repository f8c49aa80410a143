import type { Session } from '@signet/shared/api/operators'
import { AttentionItem, Overview } from '@signet/shared/api/overview'
import { HealthState } from '@signet/shared/vocabulary/credential-states'
import { permissionsOf, type Role } from '@signet/shared/vocabulary/permissions'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { createQueryClient } from '../../api/query-client.ts'
import { sessionKey } from '../../api/session.ts'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { OverviewPage } from './overview-page.tsx'

const id = '01890000-0000-4000-8000-000000000001'
const now = Date.UTC(2026, 10, 24)

const numbers = Overview.parse({
  at: now,
  fleet: {
    instances: 1_284,
    states: { ...Object.fromEntries(HealthState.options.map((state) => [state, 0])), on: 1_190, rotating: 4, off: 90 },
    agents: { connected: 1_200, silent: 3, none: 81 },
    userIdentities: 2,
  },
  tokens: {
    hours: Array.from({ length: 24 }, (_, index) => ({ at: now + index * hourMs, issued: 100 + index, refused: 1 })),
    issued: 2_676,
    refused: 24,
  },
  rotations: Array.from({ length: 14 }, (_, index) => ({ day: now + index * dayMs, planned: index })),
  signingKey: { kid: '7f3a0123456789', nextAt: now + 12 * dayMs },
  expiries: [
    {
      kind: 'identity',
      id,
      name: 'web-01',
      notAfter: now,
      renewsAt: now,
      lifeLeft: 0.1,
      overdue: false,
      stage: 10,
      path: `/instances/${id}/certificates`,
    },
  ],
  openJobs: 2,
  changes: [],
  firstRun: {
    steps: [
      { step: 'agent_enrolled', done: true },
      { step: 'recovery_shares', done: false },
    ],
    instanceId: id,
  },
})

const item = (change: Partial<AttentionItem>) =>
  AttentionItem.parse({
    ...{ key: 'a', severity: 'critical', kind: 'identity_failing', title: 'payments-vm-3', reason: 'It expired.' },
    ...{ target: { kind: 'instance', id, name: 'payments-vm-3' }, count: 1, requests: 1_204 },
    fix: {
      code: 'rotate',
      label: 'Look at the certificates',
      path: `/instances/${id}/certificates`,
      command: null,
      steppedAt: null,
    },
    ...change,
  })

beforeEach(() => localStorage.clear())
afterEach(() => {
  vi.restoreAllMocks()
  localStorage.clear()
})

async function show(answers: { numbers?: Overview; items?: AttentionItem[]; fails?: boolean }, role: Role = 'admin') {
  const client = createQueryClient()
  const session = { operator: { displayName: 'Ada', role }, permissions: permissionsOf[role] } as unknown as Session
  client.setQueryData(sessionKey, session)
  const sent = fakeServer({
    'GET /overview': () => (answers.fails ? problem('internal', 500) : Response.json(answers.numbers ?? numbers)),
    'GET /attention': () => Response.json({ checkedAt: Date.now(), items: answers.items ?? [] }),
    'POST /clock/confirmation': () => Response.json({ now, steady: true, step: null }),
  })
  const history = createMemoryHistory({ initialEntries: ['/'] })
  const root = createRootRoute()
  const every = createRoute({ getParentRoute: () => root, path: '/$', component: OverviewPage })
  const router = createRouter({ routeTree: root.addChildren([every]), history })
  await router.load()
  const screen = await render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  )
  return { screen, sent, history }
}

test('says that all is clear, and when that was checked', async () => {
  const { screen } = await show({})
  await expect.element(screen.getByText('All clear')).toBeVisible()
  await expect.element(screen.getByText(/were checked just now/)).toBeVisible()
})

test('names what needs attention with its reason, its weight and the one thing to do', async () => {
  const { screen, history } = await show({ items: [item({}), item({ key: 'b', count: 6, title: '6 rotations' })] })
  await expect.element(screen.getByRole('heading', { name: 'Needs attention (7)' })).toBeVisible()
  await expect.element(screen.getByText('It expired.').first()).toBeVisible()
  await expect.element(screen.getByText('1,204 token requests in 24 h.').first()).toBeVisible()
  await screen.getByRole('link', { name: 'Look at the certificates for payments-vm-3' }).click()
  expect(history.location.href).toBe(`/instances/${id}/certificates`)
})

test('confirms the step of the clock that it told of in place, for who may', async () => {
  const clock = item({
    kind: 'clock_doubtful',
    fix: { code: 'confirm_clock', label: 'The time is right', path: null, command: null, steppedAt: now },
  })
  const { screen, sent } = await show({ items: [clock] })
  await screen.getByRole('button', { name: 'The time is right' }).click()
  await expect.poll(() => sent.find(({ path }) => path === '/clock/confirmation')?.body).toEqual({ steppedAt: now })
  await screen.unmount()
  vi.restoreAllMocks()
  const viewer = await show({ items: [clock] }, 'viewer')
  await expect
    .element(viewer.screen.getByRole('button', { name: 'The time is right' }))
    .toHaveAttribute('aria-disabled', 'true')
})

test('every number leads to the list of what it counts', async () => {
  const { screen, history } = await show({})
  await expect.element(screen.getByRole('link', { name: '1,284 instances' })).toHaveAttribute('href', '/instances')
  const on = screen.getByRole('link', { name: '1,194 On' })
  expect(new URL((on.element() as HTMLAnchorElement).href).searchParams.get('q')).toBe('state:on,rotating')
  await expect
    .element(screen.getByRole('img', { name: /^2,676 tokens in 24 hours. Most in one hour: 123/ }))
    .toBeVisible()
  await expect.element(screen.getByText('24 refused (0.9 %)')).toBeVisible()
  await expect.element(screen.getByText('2 jobs running')).toBeVisible()
  await screen.getByRole('button', { name: '2026-11-27: 3 rotations planned' }).click()
  await expect.poll(() => history.location.href).toContain('rotation%3A2026-11-27')
})

test('keeps the first steps until they are done, or put away in this browser', async () => {
  const first = await show({})
  await expect.element(first.screen.getByText('1 of 2 done')).toBeVisible()
  await first.screen.getByRole('button', { name: 'Hide' }).click()
  await expect.element(first.screen.getByText('First steps')).not.toBeInTheDocument()
  await first.screen.unmount()
  const again = await show({})
  await expect.element(again.screen.getByRole('link', { name: '1,284 instances' })).toBeVisible()
  expect(again.screen.getByText('First steps').query()).toBeNull()
  await again.screen.unmount()
  localStorage.clear()
  const steps = numbers.firstRun.steps.map((step) => ({ ...step, done: true }))
  const done = await show({ numbers: { ...numbers, firstRun: { ...numbers.firstRun, steps } } })
  await expect.element(done.screen.getByRole('link', { name: '1,284 instances' })).toBeVisible()
  expect(done.screen.getByText('First steps').query()).toBeNull()
})

test('shows what needs attention even when the numbers cannot be read', async () => {
  const { screen } = await show({ fails: true, items: [item({})] })
  await expect.element(screen.getByText('payments-vm-3').first()).toBeVisible()
  await expect.element(screen.getByRole('button', { name: 'Try again' })).toBeVisible()
})

test('says which permission the recent changes need', async () => {
  const { screen } = await show({ numbers: { ...numbers, changes: null } }, 'viewer')
  await expect.element(screen.getByText('audit.read')).toBeVisible()
})
