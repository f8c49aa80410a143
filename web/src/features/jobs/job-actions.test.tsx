import { Job } from '@signet/shared/api/bulk'
import { JobId } from '@signet/shared/vocabulary/identifiers'
import { useQueryClient } from '@tanstack/react-query'
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { fakeServer, WithQueries } from '../../api/testing/fake-server.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { JobActions } from './job-actions.tsx'
import { RunningJobs } from './running-jobs.tsx'

afterEach(() => vi.restoreAllMocks())

const id = (last: number) => `01890000-0000-7000-8000-${String(last).padStart(12, '0')}`
const running = Job.parse({
  id: id(1),
  list: 'instances',
  identity: null,
  kind: 'pause',
  state: 'running',
  q: 'web',
  tags: null,
  reason: null,
  actor: { kind: 'operator', id: null, label: 'Ada' },
  correlationId: 'c',
  total: 4,
  waiting: 1,
  changed: 2,
  already: 0,
  refused: 0,
  failed: 1,
  perSecond: 100,
  startedAt: 1,
  finishedAt: null,
  undo: null,
  undoOf: null,
  undoneBy: null,
})
const finished: Job = { ...running, state: 'finished', waiting: 0, changed: 3, finishedAt: 2, undo: 'resume' }
const paused: Job = { ...running, state: 'paused' }
const cancelled: Job = { ...running, state: 'cancelled', finishedAt: 2, undo: 'resume' }

/** The part of the dashboard that is shown, with the addresses that it leads to. */
function show(content: React.ReactNode) {
  const root = createRootRoute({
    component: () => (
      <>
        {content}
        <Outlet />
      </>
    ),
  })
  const pages = ['/', '/jobs', '/jobs/$jobId'].map((path) =>
    createRoute({ getParentRoute: () => root, path, component: () => <p>page {path}</p> }),
  )
  const router = createRouter({ routeTree: root.addChildren(pages), history: createMemoryHistory() })
  return render(
    <WithQueries>
      {/* The types of the dashboard's own router are not those of this one. */}
      <RouterProvider router={router as never} />
      <Toaster />
    </WithQueries>,
  )
}

describe('what can be done about a job', () => {
  test.each([
    ['running', running, ['Pause', 'Cancel the rest', 'Retry failed']],
    ['paused', paused, ['Resume', 'Cancel the rest', 'Retry failed']],
    ['finished', finished, ['Retry failed', 'Undo']],
    ['cancelled', cancelled, ['Undo']],
    ['undone', { ...finished, undo: null, undoneBy: JobId.parse(id(2)) }, []],
  ])('that is %s fits its state', async (_state, job, labels) => {
    fakeServer({})
    const screen = await show(<JobActions job={job} />)
    await expect.element(screen.getByRole('link', { name: 'Export result' })).toBeVisible()
    expect(
      screen
        .getByRole('button')
        .elements()
        .map((button) => button.textContent),
    ).toEqual(labels)
  })

  test('is undone by another job, once that was confirmed, and leads to it', async () => {
    const undo = { ...running, id: id(2), kind: 'resume', undoOf: running.id }
    const sent = fakeServer({ [`POST /jobs/${running.id}/undo`]: () => Response.json(undo) })
    const screen = await show(<JobActions job={finished} />)
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect.element(screen.getByText('Undo: resume 3 again?')).toBeVisible()
    expect(sent.filter((one) => one.method !== 'GET')).toEqual([])
    await screen.getByRole('alertdialog').getByRole('button', { name: 'Undo' }).click()
    await expect.element(screen.getByText('page /jobs/$jobId')).toBeVisible()
  })
})

describe('the running jobs', () => {
  test('are shown with their progress while there are any, and their end is a message', async () => {
    let open: Job[] = [running]
    fakeServer({
      'GET /session': () => Response.json(null),
      'GET /jobs': () => Response.json({ items: open, nextCursor: null }),
      [`GET /jobs/${running.id}`]: () => Response.json({ ...finished, propagation: { replicas: 1, agents: 0 } }),
    })
    const screen = await show(
      <>
        <RunningJobs />
        <RefetchButton />
      </>,
    )
    await expect.element(screen.getByRole('link', { name: 'Pause 4 identities: 75 %' })).toBeVisible()
    open = []
    await screen.getByRole('button', { name: 'refetch' }).click()
    await expect.element(screen.getByText('Pause 4 identities: finished').first()).toBeInTheDocument()
    await expect.element(screen.getByText('3 changed · 1 failed').first()).toBeInTheDocument()
    expect(screen.getByRole('link').query()).toBeNull()
  })
})

test('more jobs than one page names are counted as more than that', async () => {
  const many = Array.from({ length: 20 }, (_, n) => ({ ...running, id: id(n + 1) }))
  fakeServer({
    'GET /session': () => Response.json(null),
    'GET /jobs': () => Response.json({ items: many, nextCursor: 'more' }),
  })
  const screen = await show(<RunningJobs />)
  await expect.element(screen.getByRole('link', { name: '20+ jobs running' })).toBeVisible()
})

/** Stands for the event stream, which has queries asked again. */
function RefetchButton() {
  const client = useQueryClient()
  return (
    <button type="button" onClick={() => void client.invalidateQueries({ queryKey: ['jobs'] })}>
      refetch
    </button>
  )
}
