import { RulingPolicy } from '@signet/shared/api/rotation-policies'
import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { defaultLayout, tracksOf } from '../../ui/table-columns.ts'
import { Toaster } from '../../ui/toaster.tsx'
import { queueColumns, rotationColumns } from './rotation-columns.tsx'
import { RunList } from './run-list.tsx'
import { exampleRun } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const open = RulingPolicy.parse({
  ...{ id: '01890000-0000-4000-8000-0000000000bb', scope: { kind: 'default' }, label: 'Default', freeze: null },
  ...{ lifetimeSeconds: 86_400, rotateAt: 0.5, overlapSeconds: 60, keyAlgorithm: 'p256', version: 1, updatedAt: 1 },
  ...{ isOpen: true, opensAt: null },
})
const closed = { ...open, label: 'payments', isOpen: false, opensAt: Date.now() + 3_600_000 }

test('keeps the rotations that are shown when they cannot be read again, and says so', async () => {
  await page.viewport(1280, 800)
  let answer = () => Response.json({ items: [exampleRun()], nextCursor: null })
  fakeServer({ 'GET /rotations': () => answer(), 'GET /views': () => Response.json({ items: [] }) })
  const list = () => <RunList columns={rotationColumns} search={{}} onSearch={() => undefined} nothing="never" />
  const { screen, client } = await showPage('/rotations/history', list, '/rotations/history')
  await expect.element(screen.getByRole('table').getByText('web-01')).toBeVisible()
  answer = () => problem('internal', 500, 'The disk is on fire.')
  void client.refetchQueries({ queryKey: ['rotations'] })
  await expect.element(screen.getByText('The disk is on fire.')).toBeVisible()
  await expect.element(screen.getByRole('table').getByText('web-01')).toBeVisible()
})

test('keeps a filter under a name, and leads there again', async () => {
  await page.viewport(1280, 800)
  const kept = {
    ...{ id: '01890000-0000-4000-8000-0000000000aa', list: 'rotations', name: 'Web', shared: true, own: false },
    ...{ filter: 'instance:web-*', sort: '', columns: '', time: '' },
  }
  const sent = fakeServer({
    'GET /rotations': () => Response.json({ items: [exampleRun()], nextCursor: null }),
    'GET /views': () => Response.json({ items: [kept] }),
    'POST /views': () => Response.json(kept, { status: 201 }),
  })
  const onSearch = vi.fn()
  const search = { filter: 'state:failed', cols: 'time,state' }
  const list = () => <RunList columns={rotationColumns} search={search} onSearch={onSearch} nothing="never" />
  const { screen } = await showPage('/rotations/history', list, '/rotations/history')
  await screen.getByRole('button', { name: 'Views' }).click()
  await screen.getByRole('button', { name: 'Web shared' }).click()
  expect(onSearch).toHaveBeenCalledWith({ filter: 'instance:web-*', cols: undefined, view: kept.id }, true)
  // What leads on closes the popover it was in.
  await screen.getByRole('button', { name: 'Views' }).click()
  await screen.getByRole('button', { name: 'Save this view…' }).click()
  await screen.getByLabelText('Name').fill('Mine')
  await screen.getByRole('button', { name: 'Save', exact: true }).click()
  const body = () => sent.find(({ method }) => method === 'POST')?.body
  await expect
    .poll(body)
    .toEqual({ list: 'rotations', name: 'Mine', shared: false, filter: 'state:failed', columns: 'time,state' })
})

test('starts another rotation from the menu of a row, with its reason', async () => {
  await page.viewport(1280, 800)
  const run = exampleRun()
  const sent = fakeServer({
    'GET /rotations': () => Response.json({ items: [run], nextCursor: null }),
    'GET /views': () => Response.json({ items: [] }),
    [`POST /identities/${run.principalId}/rotations`]: () => Response.json(run, { status: 201 }),
  })
  const list = () => <RunList columns={rotationColumns} search={{}} onSearch={() => undefined} nothing="never" />
  const { screen } = await showPage('/rotations/history', list, '/rotations/history')
  await screen.getByRole('button', { name: /^Actions of web-01/ }).click()
  await screen.getByRole('menuitem', { name: 'Rotate now…' }).click()
  await screen.getByLabelText('Reason (optional)').fill('drill')
  await screen.getByRole('dialog').getByRole('button', { name: 'Rotate now' }).click()
  await expect.poll(() => sent.find(({ method }) => method === 'POST')?.body).toEqual({ reason: 'drill' })
})

test('the question before a rotation by hand says when the schedule would wait now', async () => {
  await page.viewport(1280, 800)
  const run = exampleRun()
  fakeServer({
    'GET /rotations': () => Response.json({ items: [run], nextCursor: null }),
    'GET /views': () => Response.json({ items: [] }),
    [`GET /identities/${run.principalId}/rotation-policies`]: () => Response.json({ items: [open, closed] }),
  })
  const list = () => <RunList columns={rotationColumns} search={{}} onSearch={() => undefined} nothing="never" />
  const { screen } = await showPage('/rotations/history', list, '/rotations/history')
  await screen.getByRole('button', { name: /^Actions of web-01/ }).click()
  await screen.getByRole('menuitem', { name: 'Rotate now…' }).click()
  await expect.element(screen.getByText(/wait now, by the policy payments; the next may start in/)).toBeVisible()
})

test('marks those that are selected as reviewed, each by its ID', async () => {
  await page.viewport(1280, 800)
  const run = exampleRun()
  const sent = fakeServer({
    'GET /rotations': () => Response.json({ items: [run], nextCursor: null }),
    'GET /views': () => Response.json({ items: [] }),
    'POST /rotations/reviews': () => Response.json({ reviewed: 1 }),
  })
  const list = () => (
    <>
      <RunList columns={rotationColumns} canReview search={{}} onSearch={() => undefined} nothing="never" />
      <Toaster />
    </>
  )
  const { screen } = await showPage('/rotations/history', list, '/rotations/history', 'auditor')
  await screen.getByRole('checkbox', { name: /^Select web-01/ }).click()
  await screen.getByRole('button', { name: 'Mark reviewed…' }).click()
  const dialog = screen.getByRole('dialog')
  await dialog.getByLabelText('Reason (optional)').fill('week 46')
  await dialog.getByRole('button', { name: 'Mark reviewed' }).click()
  await expect.element(screen.getByText('1 rotation marked as reviewed').first()).toBeInTheDocument()
  expect(sent.find(({ method }) => method === 'POST')?.body).toEqual({ runIds: [run.id], reason: 'week 46' })
  await expect.element(screen.getByRole('button', { name: 'Mark reviewed…' })).not.toBeInTheDocument()
})

test('has room for every column, the boxes and the menu on a page of 1440 px', () => {
  const room = 1_206
  for (const [columns, before] of [
    [rotationColumns, 40],
    [queueColumns, 0],
  ] as const) {
    expect(tracksOf(defaultLayout(columns), columns, { before, after: 40 }).leastWidth).toBeLessThanOrEqual(room)
  }
})
