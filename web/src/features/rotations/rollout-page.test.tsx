import { Rollout, RolloutDetail, RolloutItem } from '@signet/shared/api/rollouts'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { RolloutPage } from './rollout-page.tsx'
import { RolloutsTab } from './rollouts-tab.tsx'

beforeEach(() => page.viewport(1280, 900))
afterEach(() => vi.restoreAllMocks())

const id = '01890000-0000-7000-8000-000000000001'
const runId = '01890000-0000-7000-8000-000000000002'
const instance = { id: '01890000-0000-4000-8000-000000000003', name: 'web-07' }
const halted = RolloutDetail.parse({
  id,
  act: 'rotate',
  state: 'halted',
  selection: { list: 'instances', q: 'tag:env=prod' },
  plan: { waveSize: 20, pauseSeconds: 60, mostFailedShare: 0.05 },
  reason: 'CA renewal',
  actor: { kind: 'operator', id: null, label: 'Ada' },
  correlationId: 'c',
  total: 60,
  wave: 2,
  waves: 3,
  nextWaveAt: null,
  haltsAfter: 3,
  haltReason: '4 of 60 have failed; more than 3 halt it.',
  counts: { activated: 34, prepared: 1, asked: 1, failed: 4, waiting: 20, skipped: 2 },
  reversible: 34,
  startedAt: 1,
  endedAt: null,
  byWave: [
    { wave: 1, counts: { activated: 20 } },
    { wave: 2, counts: { activated: 14, prepared: 1, asked: 1, failed: 4 } },
    { wave: 3, counts: { waiting: 20 } },
  ],
})
const failed = RolloutItem.parse({
  position: 27,
  wave: 2,
  stage: 'failed',
  name: 'web-07',
  principalId: null,
  slotId: null,
  runId,
  drillId: null,
  instance,
  agent: { id: '01890000-0000-4000-8000-000000000004', connected: false, lastSeenAt: null },
  errorCode: 'agent_offline',
  detail: 'Its agent was not connected within 300 s.',
  askedAt: 1,
  deadlineAt: null,
})

async function show(rollout: RolloutDetail = halted, role: Role = 'admin', answers = {}, at = '') {
  const sent = fakeServer({
    [`GET /rollouts/${id}`]: () => Response.json(rollout),
    [`GET /rollouts/${id}/items`]: () => Response.json({ items: [failed], nextCursor: null }),
    ...Object.fromEntries(
      ['pause', 'resume', 'cancel', 'rollback'].map((act) => [
        `POST /rollouts/${id}/${act}`,
        () => Response.json({ ...rollout, state: 'running' }),
      ]),
    ),
    ...answers,
  })
  const shown = await showPage('/rotations/rollouts/$rolloutId', RolloutPage, `/rotations/rollouts/${id}${at}`, role)
  const heading = shown.screen.getByRole('heading', { level: 1 })
  await expect.poll(() => heading.query()?.textContent).toContain('60 certificates in 3 waves')
  const posts = () => sent.filter(({ method }) => method === 'POST').map(({ path, body }) => ({ path, body }))
  return { ...shown, posts, sent }
}

describe('a rollout', () => {
  test('cannot be resumed while old certificates are put back, and says how many', async () => {
    const { screen } = await show({ ...halted, state: 'paused', counts: { returning: 13, waiting: 47 } })
    const resume = screen.getByRole('button', { name: 'Resume' })
    await expect.element(resume).toHaveAttribute('aria-disabled', 'true')
    await expect.element(resume).toHaveAccessibleDescription('13 old certificates still to be put back')
  })

  test('shows each wave with what its agents have acknowledged', async () => {
    const { screen } = await show()
    const cells = (wave: string) =>
      screen
        .getByRole('table', { name: 'Waves' })
        .getByRole('row')
        .filter({ hasText: wave })
        .getByRole('cell')
        .elements()
        .map((cell) => cell.textContent)
    expect(cells('Done')).toEqual(['1', 'Done', '20 of 20', '20', '20', '0', '0', '0'])
    expect(cells('Under way')).toEqual(['2', 'Under way', '20 of 20', '15', '14', '0', '4', '0'])
    expect(cells('Waiting')).toEqual(['3', 'Waiting', '0 of 20', '0', '0', '0', '0', '0'])
    await expect.element(screen.getByRole('progressbar', { name: 'Certificates done' })).toHaveAttribute('value', '38')
  })

  test('says why it halted, and what failed and why with the way to its rotation', async () => {
    const { screen } = await show()
    await expect.element(screen.getByText(/^4 of 60 have failed/)).toBeVisible()
    const row = screen
      .getByRole('table', { name: 'Certificates of the rollout' })
      .getByRole('row')
      .filter({ hasText: 'web-07' })
    await expect.element(row.getByText('Its agent was not connected within 300 s.')).toBeVisible()
    await expect.element(row.getByRole('link', { name: /Step by step/ })).toHaveAttribute('href', `/rotations/${runId}`)
    await expect.element(row.getByRole('link', { name: 'web-07' })).toHaveAttribute('href', `/instances/${instance.id}`)
  })

  test('keeps wave and stage of its certificates in the address', async () => {
    const { screen, history, sent } = await show(halted, 'admin', {}, '?wave=2')
    await screen.getByLabelText('Stage', { exact: true }).selectOptions('Failed')
    await expect.poll(() => history.location.search).toContain('stage=failed')
    await expect.poll(() => sent.some(({ path }) => path === `/rollouts/${id}/items?wave=2&stage=failed`)).toBe(true)
  })

  test('of drills counts what was rehearsed, and leads to the report of each', async () => {
    const drills = RolloutDetail.parse({
      ...halted,
      ...{ act: 'drill', reversible: 0, counts: { rehearsed: 20 }, byWave: [{ wave: 1, counts: { rehearsed: 20 } }] },
    })
    const report = { ...failed, runId: null, drillId: runId, stage: 'rehearsed' }
    const { screen } = await show(drills, 'admin', {
      [`GET /rollouts/${id}/items`]: () => Response.json({ items: [report], nextCursor: null }),
    })
    const waves = screen.getByRole('table', { name: 'Waves' })
    await expect.element(waves.getByRole('columnheader', { name: 'Rehearsed' })).toBeVisible()
    await expect.element(waves.getByRole('columnheader', { name: 'Rolled back' })).not.toBeInTheDocument()
    await expect
      .element(screen.getByRole('link', { name: /^Report/ }))
      .toHaveAttribute('href', `/instances/${instance.id}/certificates`)
    await expect.element(screen.getByRole('button', { name: 'Roll back…' })).not.toBeInTheDocument()
  })

  test('is not there for an address that holds no ID', async () => {
    fakeServer({})
    const { screen } = await showPage('/rotations/rollouts/$rolloutId', RolloutPage, '/rotations/rollouts/x')
    await expect.element(screen.getByText('The address holds no rollout ID.')).toBeVisible()
  })
})

describe('what can be done about it', () => {
  const acts = ['Pause', 'Resume', 'Cancel the rest', 'Roll back…']
  const cases: [state: Rollout['state'], reversible: number, offered: string[]][] = [
    ['running', 0, ['Pause', 'Cancel the rest']],
    ['running', 4, ['Pause', 'Cancel the rest', 'Roll back…']],
    ['paused', 0, ['Resume', 'Cancel the rest']],
    ['halted', 1, ['Resume', 'Cancel the rest', 'Roll back…']],
    ['completed', 2, ['Roll back…']],
    ['cancelled', 0, []],
  ]
  test.each(cases)('while it is %s with %i to go back to is %j', async (state, reversible, offered) => {
    const { screen } = await show({ ...halted, state, reversible })
    for (const act of acts) {
      expect(screen.getByRole('button', { name: act, exact: true }).elements()).toHaveLength(
        offered.includes(act) ? 1 : 0,
      )
    }
  })

  test('Resume asks what becomes of what has failed', async () => {
    const { screen, posts } = await show()
    await screen.getByRole('button', { name: 'Resume' }).click()
    const dialog = screen.getByRole('dialog')
    await dialog.getByLabelText('What has failed or was rolled back').selectOptions('Leave as it is')
    await dialog.getByLabelText(/^Reason/).fill('agents are back')
    await dialog.getByRole('button', { name: 'Resume' }).click()
    await expect
      .poll(posts)
      .toEqual([{ path: `/rollouts/${id}/resume`, body: { reason: 'agents are back', retry: false } }])
    await expect.element(screen.getByRole('dialog')).not.toBeInTheDocument()
  })

  test('Roll back is of every wave or of one', async () => {
    const { screen, posts } = await show()
    await screen.getByRole('button', { name: 'Roll back…' }).click()
    const dialog = screen.getByRole('dialog', { name: 'Roll back 34 certificates?' })
    await dialog.getByLabelText('Which').selectOptions('Wave 2: 14 in use')
    await dialog.getByRole('button', { name: 'Roll back' }).click()
    await expect.poll(posts).toEqual([{ path: `/rollouts/${id}/rollback`, body: { reason: '', wave: 2 } }])
  })

  test('says what the server refused, as when somebody else was faster', async () => {
    const refused = () => problem('conflict', 409, 'The rollout is running.')
    const { screen } = await show(halted, 'admin', { [`POST /rollouts/${id}/resume`]: refused })
    await screen.getByRole('button', { name: 'Resume' }).click()
    await screen.getByRole('dialog').getByRole('button', { name: 'Resume' }).click()
    await expect.element(screen.getByText('The rollout is running.')).toBeVisible()
  })

  test('is disabled for who may only look', async () => {
    const { screen } = await show(halted, 'viewer')
    await expect.element(screen.getByRole('button', { name: 'Resume' })).toHaveAttribute('aria-disabled', 'true')
  })
})

describe('the list of rollouts', () => {
  const answers = (items: unknown[]) => ({ 'GET /rollouts': () => Response.json({ items, nextCursor: null }) })

  test('leads to each, with its progress in words', async () => {
    fakeServer(answers([Rollout.parse(halted)]))
    const { screen } = await showPage('/rotations/rollouts', RolloutsTab, '/rotations/rollouts')
    const link = screen.getByRole('link', { name: 'Rotate 60 certificates in 3 waves' })
    await expect.element(link).toHaveAttribute('href', `/rotations/rollouts/${id}`)
    await expect.element(screen.getByText(/34 in use · 4 failed/)).toBeVisible()
  })

  test('says what a rollout is where there is none', async () => {
    fakeServer(answers([]))
    const { screen } = await showPage('/rotations/rollouts', RolloutsTab, '/rotations/rollouts')
    await expect.element(screen.getByText('Nothing was rotated in waves yet')).toBeVisible()
  })
})
