import type { BulkKind } from '@signet/shared/api/bulk'
import { InstanceId } from '@signet/shared/vocabulary/identifiers'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { WholeInstancesPage } from '../../app/whole-instances-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'

beforeEach(() => page.viewport(1280, 800))
afterEach(() => vi.restoreAllMocks())

const other = { ...exampleInstance, id: InstanceId.parse('01890000-0000-4000-8000-0000000000aa'), name: 'web-02' }
const preview = { total: 2, change: 2, already: 0, refused: 0, risky: 0, restorable: 0, examples: [] }
const job = {
  ...{
    id: '01890000-0000-4000-8000-000000000009',
    list: 'instances',
    identity: null,
    kind: 'pause',
    state: 'running',
    q: null,
    tags: null,
    reason: null,
  },
  ...{ actor: { kind: 'operator', id: null, label: 'Ada' }, correlationId: 'c', total: 2, waiting: 2, changed: 0 },
  ...{ already: 0, refused: 0, failed: 0, perSecond: 100, startedAt: 1, finishedAt: null },
  ...{ undo: null, undoOf: null, undoneBy: null },
}

/** The list of instances with its two rows. */
async function show(role: Role = 'admin', at = '/instances', answers: Parameters<typeof fakeServer>[0] = {}) {
  const sent = fakeServer({
    'GET /instances': () =>
      Response.json({
        items: [exampleInstance, other],
        nextCursor: null,
        count: { all: 9, shown: 4, isCapped: false },
      }),
    'GET /instances/facets': () => Response.json({}),
    'GET /views': () => Response.json({ items: [] }),
    'POST /bulk/preview': () => Response.json(preview),
    'POST /bulk': () => Response.json(job, { status: 201 }),
    ...answers,
  })
  const content = () => (
    <>
      <WholeInstancesPage />
      <Toaster />
    </>
  )
  const shown = await showPage('/instances', content, at, role)
  await expect.element(shown.screen.getByRole('checkbox', { name: 'Select web-02' })).toBeVisible()
  const posts = () => sent.filter(({ method }) => method === 'POST').map(({ path, body }) => ({ path, body }))
  return { ...shown, posts }
}

const acts: [label: string, kind: BulkKind, confirm: string][] = [
  ['Turn on', 'turn-on', 'Turn on 2'],
  ['Pause', 'pause', 'Pause 2'],
  ['Resume', 'resume', 'Resume 2'],
  ['Turn off…', 'turn-off', 'Turn off 2'],
]

describe('what can be done with the selected instances', () => {
  test.each(acts)('%s: first a dry run, then the job', async (label, kind, confirm) => {
    const { screen, posts, history } = await show()
    await screen.getByRole('checkbox', { name: 'Select web-01' }).click()
    await screen.getByRole('checkbox', { name: 'Select web-02' }).click()
    await screen.getByRole('button', { name: label, exact: true }).click()
    await expect.element(screen.getByText('2 will change')).toBeVisible()
    const wish = { list: 'instances', kind, selection: { ids: [exampleInstance.id, other.id] } }
    expect(posts()).toEqual([{ path: '/bulk/preview', body: wish }])
    await screen.getByRole('button', { name: confirm }).click()
    await expect.poll(() => history.location.pathname).toBe(`/jobs/${job.id}`)
    expect(posts()[1]).toEqual({ path: '/bulk', body: { ...wish, reason: '' } })
  })

  test('Rotate…: a rollout of the selection, which is no job', async () => {
    const numbers = { credentials: 2, identities: 2, agents: 2, waves: 1, offline: 0, haltsAfter: 0, pausesSeconds: 0 }
    const { screen, posts } = await show('admin', '/instances', {
      'POST /rollouts/preview': () => Response.json({ ...numbers, blast: null, skipped: [] }),
    })
    await screen.getByRole('checkbox', { name: 'Select web-01' }).click()
    await screen.getByRole('checkbox', { name: 'Select web-02' }).click()
    await screen.getByRole('button', { name: 'Rotate…' }).click()
    await expect.element(screen.getByText('2 certificates in 1 wave')).toBeVisible()
    const [asked] = posts()
    expect(asked).toMatchObject({
      path: '/rollouts/preview',
      body: { selection: { list: 'instances', ids: [exampleInstance.id, other.id] } },
    })
  })

  test('Tag…: first the tag, then a dry run, then the job, of all that match a filter', async () => {
    const { screen, posts, history } = await show('admin', '/instances?q=kind:host')
    await screen.getByRole('checkbox', { name: 'Select web-01' }).click()
    await screen.getByRole('button', { name: 'Select all 4 matching' }).click()
    await screen.getByRole('button', { name: 'Tag…' }).click()
    await screen.getByLabelText('Name', { exact: true }).fill('env')
    await screen.getByLabelText('Value').fill('prod')
    await screen.getByRole('button', { name: 'Preview' }).click()
    await screen.getByRole('button', { name: 'Tag 2' }).click()
    await expect.poll(() => history.location.pathname).toBe(`/jobs/${job.id}`)
    const wish = {
      list: 'instances',
      kind: 'tag',
      selection: { q: 'kind:host' },
      tags: { set: { env: 'prod' }, unset: [] },
    }
    expect(posts()).toEqual([
      { path: '/bulk/preview', body: wish },
      { path: '/bulk', body: { ...wish, reason: '' } },
    ])
  })

  test('is done by keyboard alone, and the focus is where it was when it is thought better of', async () => {
    const { screen, posts, history } = await show()
    screen.getByRole('row').filter({ hasText: 'web-01' }).element().focus()
    await userEvent.keyboard('xjx')
    const pause = screen.getByRole('button', { name: 'Pause', exact: true })
    await expect.element(pause).toBeVisible()
    await tabTo(pause.element())
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByText('2 will change')).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await expect.element(pause).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    const confirm = screen.getByRole('button', { name: 'Pause 2' })
    await expect.element(confirm).not.toHaveAttribute('aria-disabled')
    await tabTo(confirm.element())
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => history.location.pathname).toBe(`/jobs/${job.id}`)
    expect(posts().at(-1)?.body).toMatchObject({ kind: 'pause', selection: { ids: [exampleInstance.id, other.id] } })
  })

  test('starts one job, however fast it is confirmed twice', async () => {
    const { screen, posts, history } = await show()
    await screen.getByRole('checkbox', { name: 'Select web-01' }).click()
    await screen.getByRole('button', { name: 'Pause', exact: true }).click()
    const confirm = screen.getByRole('button', { name: 'Pause 2' })
    await expect.element(confirm).not.toHaveAttribute('aria-disabled')
    const click = () => confirm.element().dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
    click()
    // The second click of a busy browser comes before any timer.
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
    click()
    await expect.poll(() => history.location.pathname).toBe(`/jobs/${job.id}`)
    expect(posts().filter(({ path }) => path === '/bulk')).toHaveLength(1)
  })

  test('is nothing for one who may not, who can read why (SEC-27)', async () => {
    const { screen, posts } = await show('viewer')
    await screen.getByRole('checkbox', { name: 'Select web-01' }).click()
    for (const [label] of acts) {
      const button = screen.getByRole('button', { name: label, exact: true })
      await expect.element(button).toHaveAttribute('aria-disabled', 'true')
      await button.click({ force: true })
    }
    expect(posts()).toEqual([])
  })
})

test.each([
  ['CSV, for a spreadsheet', 'csv'],
  ['NDJSON, one JSON object a line', 'ndjson'],
])('the list is saved as %s as it is filtered and sorted', async (words, format) => {
  const saved = savedLinks()
  const { screen } = await show('admin', '/instances?q=kind:host&sort=-expires')
  await screen.getByRole('button', { name: 'Export' }).click()
  await screen.getByRole('menuitem', { name: words }).click()
  const { pathname, searchParams } = new URL(saved[0]?.href ?? '')
  expect(pathname).toBe('/api/instances/export')
  expect(Object.fromEntries(searchParams)).toEqual({ filter: 'kind:host', sort: '-expires', format })
})

describe('the selection is saved', () => {
  const fileOf = (text: string) =>
    new Response(text, { headers: { 'content-disposition': 'attachment; filename="instances-x.csv"' } })

  test.each([
    ['CSV, for a spreadsheet', 'csv'],
    ['NDJSON, one JSON object a line', 'ndjson'],
  ])('as %s of exactly the rows that are picked, sorted as the list is', async (words, format) => {
    const saved = savedLinks()
    const { screen, posts } = await show('viewer', '/instances?q=kind:host&sort=-expires', {
      'POST /instances/export': () => fileOf('id\r\n'),
    })
    await screen.getByRole('checkbox', { name: 'Select web-02' }).click()
    const bar = screen.getByRole('region', { name: 'Selection' })
    await bar.getByRole('button', { name: 'Export' }).click()
    await screen.getByRole('menuitem', { name: words }).click()
    await expect.poll(() => saved).toHaveLength(1)
    expect(saved[0]).toMatchObject({ download: 'instances-x.csv', href: expect.stringMatching(/^blob:/) })
    expect(posts()).toEqual([{ path: '/instances/export', body: { ids: [other.id], sort: '-expires', format } }])
  })

  test('by its filter when all that match are selected, however many they are', async () => {
    const saved = savedLinks()
    const { screen, posts } = await show('admin', '/instances?q=kind:host&sort=-expires')
    await screen.getByRole('checkbox', { name: 'Select web-01' }).click()
    const bar = screen.getByRole('region', { name: 'Selection' })
    await bar.getByRole('button', { name: 'Select all 4 matching' }).click()
    await bar.getByRole('button', { name: 'Export' }).click()
    await screen.getByRole('menuitem', { name: 'CSV, for a spreadsheet' }).click()
    const { pathname, searchParams } = new URL(saved[0]?.href ?? '')
    expect(pathname).toBe('/api/instances/export')
    expect(Object.fromEntries(searchParams)).toEqual({ filter: 'kind:host', sort: '-expires', format: 'csv' })
    expect(posts()).toEqual([])
  })

  test('or a message says why not, and nothing is', async () => {
    const saved = savedLinks()
    const { screen } = await show('admin', '/instances', {
      'POST /instances/export': () => problem('internal', 500, 'The disk is on fire.'),
    })
    await screen.getByRole('checkbox', { name: 'Select web-02' }).click()
    const bar = screen.getByRole('region', { name: 'Selection' })
    await bar.getByRole('button', { name: 'Export' }).click()
    await screen.getByRole('menuitem', { name: 'CSV, for a spreadsheet' }).click()
    await expect.element(screen.getByText('The disk is on fire.').first()).toBeInTheDocument()
    expect(saved).toEqual([])
  })
})

/** The links that are followed to save a file, instead of saving it. */
function savedLinks(): { href: string; download: string }[] {
  const saved: { href: string; download: string }[] = []
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push({ href: this.href, download: this.download })
  })
  return saved
}

/** Moves on by Tab until the focus is there. */
async function tabTo(target: Element): Promise<void> {
  for (let stops = 0; document.activeElement !== target; stops += 1) {
    expect(stops).toBeLessThan(40)
    await userEvent.tab()
  }
}
