import { RolloutDetail } from '@signet/shared/api/rollouts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { RolloutsTab } from './rollouts-tab.tsx'

beforeEach(() => page.viewport(1280, 900))
afterEach(() => vi.restoreAllMocks())

const id = '01890000-0000-7000-8000-000000000001'
const started = RolloutDetail.parse({
  ...{ id, act: 'rotate', state: 'running', selection: { list: 'instances', q: '' }, reason: null, total: 60 },
  ...{ plan: { waveSize: 20 }, actor: { kind: 'operator', id: null, label: 'Ada' }, correlationId: 'c' },
  ...{ wave: 0, waves: 3, nextWaveAt: null, haltsAfter: 3, haltReason: null, counts: { waiting: 60 }, reversible: 0 },
  ...{ startedAt: 1, endedAt: null, byWave: [] },
})
const preview = {
  ...{ credentials: 60, identities: 58, agents: 60, waves: 3, offline: 2, haltsAfter: 3, pausesSeconds: 120 },
  skipped: [{ reason: 'No agent is enrolled.', count: 1, examples: ['bare'] }],
  blast: null,
}
const blast = { instances: 59, live: { tokens: 1204, until: Date.UTC(2030, 0, 1) }, lastUsedAt: 1 }

async function open(answers = {}) {
  const sent = fakeServer({
    'GET /rollouts': () => Response.json({ items: [], nextCursor: null }),
    'POST /rollouts/preview': () => Response.json(preview),
    'POST /rollouts': () => Response.json(started, { status: 201 }),
    ...answers,
  })
  const shown = await showPage('/rotations/rollouts', RolloutsTab, '/rotations/rollouts')
  await shown.screen.getByRole('button', { name: 'Rotate many…' }).click()
  const orders = () => sent.filter(({ method, path }) => method === 'POST' && path === '/rollouts')
  const asked = () => sent.filter(({ path }) => path === '/rollouts/preview')
  return { ...shown, dialog: shown.screen.getByRole('dialog', { name: 'Rotate in waves' }), orders, asked }
}

describe('starting a rotation of many', () => {
  test('shows in numbers what it comes to before it can be confirmed, then goes to its page', async () => {
    const { dialog, history, orders } = await open()
    await expect.element(dialog.getByText('60 certificates in 3 waves')).toBeVisible()
    await expect.element(dialog.getByText(/halts when more than 3 fail/)).toBeVisible()
    await expect.element(dialog.getByText('2 agents not connected')).toBeVisible()
    await dialog.getByText('1 left out').click()
    await expect.element(dialog.getByText('bare')).toBeVisible()
    await dialog.getByRole('button', { name: 'Rotate 60' }).click()
    await expect.poll(() => history.location.pathname).toBe(`/rotations/rollouts/${id}`)
    expect(orders().map(({ body }) => body)).toEqual([
      {
        act: 'rotate',
        selection: { list: 'instances', q: '' },
        plan: { waveSize: 20, pauseSeconds: 60, mostFailed: null, mostFailedShare: 0.05, itemSeconds: 300 },
        reason: '',
      },
    ])
  })

  test('does not take a plan that is none', async () => {
    const { dialog, orders } = await open()
    await dialog.getByLabelText('Wave size').fill('0')
    await expect.element(dialog.getByText('A whole number from 1 to 10,000.')).toBeVisible()
    await dialog.getByLabelText(/^Halt when/).fill('101')
    await expect.element(dialog.getByText('A number from 0 to 100.')).toBeVisible()
    await expect.element(dialog.getByRole('button', { name: /^Rotate/ })).toHaveAttribute('aria-disabled', 'true')
    expect(orders()).toEqual([])
  })

  test('is refused where nothing would rotate', async () => {
    const { dialog } = await open({ 'POST /rollouts/preview': () => Response.json({ ...preview, credentials: 0 }) })
    await expect.element(dialog.getByText('0 certificates in 3 waves')).toBeVisible()
    await expect.element(dialog.getByRole('button', { name: 'Rotate 0' })).toHaveAttribute('aria-disabled', 'true')
  })
})

describe('an emergency of many', () => {
  const answers = { 'POST /rollouts/preview': () => Response.json({ ...preview, haltsAfter: 60, blast }) }
  const choose = async (opened: Awaited<ReturnType<typeof open>>) => {
    await opened.dialog.getByLabelText('What happens').selectOptions('Revoke and rotate (emergency)')
    return opened.dialog.getByRole('button', { name: 'Revoke and rotate 60' })
  }

  test('states its blast radius in numbers, and takes a reason and the typed number before it starts (SEC-89)', async () => {
    const opened = await open(answers)
    const { dialog, orders, history } = opened
    const confirm = await choose(opened)
    const facts = () =>
      [...(dialog.query()?.querySelectorAll('dt') ?? [])].map((name) => name.parentElement?.textContent)
    await expect
      .poll(facts)
      .toEqual([
        'Instances59',
        'Certificates revoked60',
        expect.stringMatching(/^Tokens that are out1,204, valid until .*2030.* at the latest$/),
        expect.stringMatching(/^Last used.* ago$/),
      ])
    await expect.element(dialog.getByText('There the identities get no token until the agent is back.')).toBeVisible()
    await expect.element(confirm).toHaveAttribute('aria-disabled', 'true')
    await dialog.getByLabelText('Type 60 to confirm').fill('60')
    await expect.element(confirm).toHaveAttribute('aria-disabled', 'true')
    await dialog.getByLabelText('Reason', { exact: true }).fill('key leaked')
    await confirm.click()
    await expect.poll(() => history.location.pathname).toBe(`/rotations/rollouts/${id}`)
    expect(orders().map(({ body }) => body)).toEqual([
      {
        act: 'emergency',
        selection: { list: 'instances', q: '' },
        plan: { waveSize: 10_000, pauseSeconds: 0, mostFailed: null, mostFailedShare: 1, itemSeconds: 300 },
        reason: 'key leaked',
      },
    ])
  })

  test('is not started by Enter, and asks for a fresh confirmation where that is wanted (SEC-22)', async () => {
    const opened = await open({ ...answers, 'POST /rollouts': () => problem('step_up_required', 403) })
    const { dialog, orders, screen } = opened
    const confirm = await choose(opened)
    await dialog.getByLabelText('Type 60 to confirm').fill('60')
    await dialog.getByLabelText('Reason', { exact: true }).fill('key leaked{Enter}')
    expect(orders()).toEqual([])
    await confirm.click()
    await expect.element(screen.getByRole('dialog', { name: 'Confirm that it is you' })).toBeVisible()
  })
})

test('a drill of many rehearses, without a question more', async () => {
  const { dialog, orders, asked } = await open()
  await dialog.getByLabelText('What happens').selectOptions('Rehearse (drill)')
  await expect.element(dialog.getByText(/No certificate changes/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Rehearse 60' }).click()
  await expect.poll(() => orders().map(({ body }) => body)).toMatchObject([{ act: 'drill', plan: { waveSize: 50 } }])
  expect(asked().at(-1)?.body).toMatchObject({ act: 'drill' })
})
