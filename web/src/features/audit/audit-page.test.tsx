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
