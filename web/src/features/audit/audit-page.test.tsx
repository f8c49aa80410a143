import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { AuditPage } from './audit-page.tsx'
import { exampleEvent } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const list = () => Response.json({ items: [exampleEvent({})], nextCursor: null })
const answers = {
  'GET /audit': list,
  'GET /audit/count': () => Response.json({ matching: 1_234, isCapped: true }),
  'GET /audit/histogram': () => Response.json({ bucketMs: 60_000, buckets: [{ at: 0, ok: 1, refused: 0, failed: 0 }] }),
  'GET /views': () => Response.json({ items: [] }),
}

test('keeps the events that are shown when they cannot be read again, and says so', async () => {
  await page.viewport(1280, 800)
  let answer = list
  fakeServer({ ...answers, 'GET /audit': () => answer() })
  const { screen, client } = await showPage('/audit', AuditPage, '/audit')
  await expect.element(screen.getByRole('table').getByText('web-01')).toBeVisible()
  answer = () => problem('internal', 500, 'The disk is on fire.')
  void client.refetchQueries({ queryKey: ['audit', 'list'] })
  await expect.element(screen.getByText('The disk is on fire.')).toBeVisible()
  await expect.element(screen.getByRole('table').getByText('web-01')).toBeVisible()
})

test('asks nothing about a filter that cannot be read, and gives no number for it', async () => {
  const sent = fakeServer(answers)
  const { screen, history } = await showPage('/audit', AuditPage, '/audit')
  await expect.element(screen.getByText('1,234+ events')).toBeVisible()
  const histogram = screen.getByRole('group', { name: 'Events over time' })
  await expect.element(histogram).toBeVisible()
  const before = sent.length
  history.push('/audit?filter=nonsense:x')
  await expect.element(screen.getByText('There is no field "nonsense" here.')).toBeVisible()
  await expect.element(screen.getByText('1,234+ events')).not.toBeInTheDocument()
  await expect.element(histogram).not.toBeInTheDocument()
  expect(sent.slice(before).filter(({ path }) => path.startsWith('/audit'))).toEqual([])
})

test('keeps filter, time and columns under a name, and leads there again', async () => {
  await page.viewport(1280, 800)
  const kept = {
    ...{ id: '01890000-0000-4000-8000-0000000000aa', list: 'audit', name: 'Nights', shared: false, own: true },
    ...{ filter: 'result:failed', sort: '', columns: 'time,action', time: '7d' },
  }
  const sent = fakeServer({
    ...answers,
    'GET /views': () => Response.json({ items: [kept] }),
    'POST /views': () => Response.json(kept, { status: 201 }),
  })
  const at = '/audit?from=2030-01-01T00:00:00.000Z&filter=action:agent.*&cols=time'
  const { screen, history } = await showPage('/audit', AuditPage, at)
  await screen.getByRole('button', { name: 'Views' }).click()
  await screen.getByRole('button', { name: 'Save this view…' }).click()
  await screen.getByLabelText('Name').fill('Nights')
  await screen.getByRole('button', { name: 'Save', exact: true }).click()
  const body = () => sent.find(({ method }) => method === 'POST')?.body
  await expect.poll(body).toEqual({
    ...{ list: 'audit', name: 'Nights', shared: false, filter: 'action:agent.*', columns: 'time' },
    time: '2030-01-01T00:00:00.000Z/..',
  })
  await expect.element(screen.getByRole('dialog', { name: 'Save this view' })).not.toBeInTheDocument()
  await screen.getByRole('button', { name: 'Views' }).click()
  await screen.getByRole('button', { name: 'Nights', exact: true }).click()
  await expect
    .poll(() => Object.fromEntries(new URLSearchParams(history.location.search)))
    .toEqual({ filter: 'result:failed', cols: 'time,action', range: '7d', view: kept.id })
})
