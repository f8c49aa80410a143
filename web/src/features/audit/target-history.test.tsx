import { auditFields } from '@signet/shared/query/audit-fields'
import { parseQuery } from '@signet/shared/query/query'
import { afterEach, expect, test, vi } from 'vitest'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { TargetHistory } from './target-history.tsx'
import { exampleEvent } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const targetId = '01890000-0000-4000-8000-000000000020'

test('shows what was done to one thing, in words, and leads to the same in the audit log', async () => {
  const sent = fakeServer({ 'GET /audit': () => Response.json({ items: [exampleEvent({})], nextCursor: null }) })
  const { screen } = await showPage('/', () => <TargetHistory targetId={targetId} />, '/')
  await expect.element(screen.getByRole('table', { name: 'What was done to it' }).getByRole('row').nth(1)).toBeVisible()
  const asked = new URLSearchParams(sent[0]?.path.split('?')[1]).get('filter') ?? ''
  expect(parseQuery(asked, auditFields).terms).toMatchObject([{ field: 'target', values: [targetId] }])
  const link = screen.getByRole('link', { name: 'Open in the audit log' })
  await expect.element(link).toHaveAttribute('href', expect.stringContaining('/audit?'))
})

test('says that nothing was done yet', async () => {
  fakeServer({ 'GET /audit': () => Response.json({ items: [], nextCursor: null }) })
  const { screen } = await showPage('/', () => <TargetHistory targetId={targetId} />, '/')
  await expect.element(screen.getByText('Nothing was done to it yet')).toBeVisible()
})

test('says what the role lacks, with the words to ask for it', async () => {
  fakeServer({ 'GET /audit': () => problem('forbidden', 403) })
  const { screen } = await showPage('/', () => <TargetHistory targetId={targetId} />, '/', 'operator')
  await expect.element(screen.getByText('Your role does not allow this')).toBeVisible()
  await expect.element(screen.getByText(/permission audit\.read/).first()).toBeVisible()
})
