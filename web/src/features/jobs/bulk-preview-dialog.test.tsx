import type { BulkKind, BulkPreview } from '@signet/shared/api/bulk'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { fakeServer, problem, type SentRequest, WithQueries } from '../../api/testing/fake-server.tsx'
import { BulkPreviewDialog } from './bulk-preview-dialog.tsx'

afterEach(() => vi.restoreAllMocks())

const id = (last: number) => `01890000-0000-4000-8000-${String(last).padStart(12, '0')}`
const preview = {
  total: 38,
  change: 31,
  already: 5,
  refused: 2,
  risky: 1,
  restorable: 0,
  examples: [
    { id: id(1), name: 'web-01', verdict: 'change', risky: true, reason: null },
    { id: id(2), name: null, verdict: 'refused', risky: false, reason: 'There is no such instance any more.' },
  ],
}
const job = {
  id: id(9),
  list: 'instances',
  identity: null,
  kind: 'pause',
  state: 'running',
  q: 'web',
  tags: null,
  reason: 'drill',
  actor: { kind: 'operator', id: null, label: 'Ada' },
  correlationId: 'c',
  total: 31,
  waiting: 31,
  changed: 0,
  already: 0,
  refused: 0,
  failed: 0,
  perSecond: 100,
  startedAt: 1,
  finishedAt: null,
  undo: null,
  undoOf: null,
  undoneBy: null,
}

const isAbout = (kind: BulkKind, { body }: SentRequest) =>
  typeof body === 'object' && body !== null && 'kind' in body && body.kind === kind

async function open(kind: BulkKind, answer: (sent: SentRequest) => Response = () => Response.json(preview)) {
  const sent = fakeServer({ 'POST /bulk/preview': answer, 'POST /bulk': () => Response.json(job, { status: 201 }) })
  const onDone = vi.fn()
  const screen = await render(
    <WithQueries>
      <BulkPreviewDialog list="instances" kind={kind} selection={{ q: 'web' }} count={38} onDone={onDone} />
    </WithQueries>,
  )
  return { sent, onDone, screen }
}

describe('the preview of a bulk job', () => {
  test('of turning on offers to restore what can be restored, by a dry run of that', async () => {
    const { screen, sent } = await open('turn-on', (sent) =>
      Response.json({ ...preview, restorable: isAbout('restore', sent) ? 0 : 4 }),
    )
    await expect.element(screen.getByText('The last principal of 4 of them can be restored')).toBeVisible()
    await screen.getByRole('button', { name: 'Restore those instead' }).click()
    await screen.getByRole('button', { name: 'Restore 31' }).click()
    const posts = () => sent.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body])
    await expect.poll(posts).toEqual([
      ['/bulk/preview', { list: 'instances', kind: 'turn-on', selection: { q: 'web' } }],
      ['/bulk/preview', { list: 'instances', kind: 'restore', selection: { q: 'web' } }],
      ['/bulk', { list: 'instances', kind: 'restore', selection: { q: 'web' }, reason: '' }],
    ])
  })

  test('says what would change before anything does, and starts what was previewed', async () => {
    const { screen, sent, onDone } = await open('pause')
    await expect.element(screen.getByText('31 will change')).toBeVisible()
    await expect.element(screen.getByText('1 of them got a token in the last 24 hours')).toBeVisible()
    await screen.getByText('Not allowed: 1').click()
    await expect.element(screen.getByText('There is no such instance any more.')).toBeVisible()
    expect(sent.some((one) => one.path === '/bulk')).toBe(false)
    await screen.getByLabelText('Reason (optional)').fill('drill')
    await screen.getByRole('button', { name: 'Pause 31' }).click()
    await expect.poll(() => onDone.mock.calls[0]?.[0]).toMatchObject({ id: job.id })
    expect(sent.find((one) => one.path === '/bulk')?.body).toEqual({
      list: 'instances',
      kind: 'pause',
      selection: { q: 'web' },
      reason: 'drill',
    })
  })

  test('cannot be confirmed when nothing would change', async () => {
    const none: BulkPreview = { total: 0, change: 0, already: 0, refused: 0, risky: 0, restorable: 0, examples: [] }
    const { screen } = await open('pause', () => Response.json(none))
    await expect.element(screen.getByText('Nothing is selected')).toBeVisible()
    await expect.element(screen.getByRole('button', { name: 'Pause 0' })).toHaveAttribute('aria-disabled', 'true')
  })

  test('says why it could not be made', async () => {
    const { screen, onDone } = await open('pause', () => problem('forbidden', 403))
    await expect.element(screen.getByText(/bulk\.write/).first()).toBeVisible()
    await screen.getByRole('button', { name: 'Cancel' }).click()
    expect(onDone).toHaveBeenCalledWith(undefined)
  })

  test('asks for the tag first', async () => {
    const { screen, sent } = await open('tag')
    await screen.getByLabelText('Name').fill('not a name')
    await screen.getByRole('button', { name: 'Preview' }).click()
    await expect.element(screen.getByText(/^Use letters/)).toBeVisible()
    await screen.getByLabelText('Name').fill('Env')
    await screen.getByLabelText('Value').fill('prod')
    await screen.getByRole('button', { name: 'Preview' }).click()
    await expect.element(screen.getByText('31 will change')).toBeVisible()
    expect(sent.find((one) => one.path === '/bulk/preview')?.body).toMatchObject({
      tags: { set: { env: 'prod' }, unset: [] },
    })
  })
})
