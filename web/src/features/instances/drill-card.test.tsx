import type { Drill } from '@signet/shared/api/rotation-acts'
import { afterEach, expect, test, vi } from 'vitest'
import { exampleRadius } from '../../api/testing/example-radius.ts'
import { fakeServer } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { DrillCard } from './drill-card.tsx'

afterEach(() => vi.restoreAllMocks())

const { principalId } = exampleRadius
const at = Date.UTC(2030, 10, 22, 9)
const step = { startedAt: at, durationMs: 40, outcome: 'ok', errorCode: null, detail: '' }

const drill = (changes: Partial<Record<keyof Drill, unknown>> = {}) => ({
  id: '01890000-0000-7000-8000-0000000000d1',
  slotId: '01890000-0000-4000-8000-0000000000d2',
  principalId,
  principalName: 'web-01',
  agentId: '01890000-0000-4000-8000-0000000000d3',
  state: 'passed',
  actor: { kind: 'operator', id: null, label: 'Ada' },
  startedAt: at,
  finishedAt: at + 700,
  givesUpAt: at + 600_000,
  x5tS256: 'A'.repeat(43),
  steps: [
    { ...step, name: 'key_made', detail: 'A p256 key.' },
    { ...step, name: 'refused', detail: 'The authority gave no token for it.' },
  ],
  ...changes,
})

const show = () => showPage('/instances', () => <DrillCard principalId={principalId} />, '/instances')
const drillsPath = `/identities/${principalId}/drills`

test('a drill is started, and its report has each step with outcome and time', async () => {
  let items: object[] = []
  const sent = fakeServer({
    [`GET ${drillsPath}`]: () => Response.json({ items }),
    [`POST ${drillsPath}`]: () => {
      items = [drill()]
      return Response.json({ items: [drill({ state: 'running', finishedAt: null, steps: [] })] }, { status: 201 })
    },
  })
  const { screen } = await show()
  await expect.element(screen.getByText(/Not rehearsed yet/)).toBeVisible()
  await screen.getByRole('button', { name: 'Rehearse a rotation' }).click()
  await expect.element(screen.getByText('Passed')).toBeVisible()
  await expect.element(screen.getByRole('cell', { name: 'Refused a token, as it must be' })).toBeVisible()
  expect(sent.filter(({ method }) => method === 'POST')).toHaveLength(1)
})

test('a drill whose agent did not come says so', async () => {
  fakeServer({ [`GET ${drillsPath}`]: () => Response.json({ items: [drill({ state: 'failed', steps: [] })] }) })
  const { screen } = await show()
  await expect.element(screen.getByText('The agent did not come within ten minutes.')).toBeVisible()
})

test('an emergency says how much it is about, who is away, and wants a reason (SEC-89)', async () => {
  const agents = { total: 1, connected: 0 }
  const live = { tokens: 12, until: at, audiences: [] }
  const radius = { ...exampleRadius, week: [], lastUsedAt: null, agents, live }
  const sent = fakeServer({
    [`GET ${drillsPath}`]: () => Response.json({ items: [] }),
    [`GET /identities/${principalId}/blast-radius`]: () => Response.json(radius),
    [`POST /identities/${principalId}/emergency-rotation`]: () => Response.json({ items: [] }),
  })
  const { screen } = await show()
  await screen.getByRole('button', { name: 'Revoke and rotate…' }).click()
  const dialog = screen.getByRole('alertdialog')
  await expect.element(dialog.getByText(/^12 tokens, the last ends/)).toBeVisible()
  await expect.element(dialog.getByText('1 of 1 agent not connected')).toBeVisible()
  await dialog.getByRole('button', { name: 'Revoke and rotate' }).click({ force: true })
  expect(sent.some(({ method }) => method === 'POST')).toBe(false)
  await dialog.getByLabelText('Reason', { exact: true }).fill('the disk was copied')
  await dialog.getByRole('button', { name: 'Revoke and rotate' }).click()
  await expect.poll(() => sent.find(({ method }) => method === 'POST')?.body).toEqual({ reason: 'the disk was copied' })
})
