import type { BulkList } from '@signet/shared/api/bulk'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { fakeServer, problem, type SentRequest } from '../api/testing/fake-server.tsx'
import { showPage } from '../api/testing/show-page.tsx'
import { exampleSummary } from '../features/applications/testing/examples.ts'
import { exampleAudience } from '../features/audiences/testing/examples.ts'
import { exampleIdentity } from '../features/identities/testing/examples.ts'
import { Toaster } from '../ui/toaster.tsx'
import { WholeApplicationsPage } from './whole-applications-page.tsx'
import { WholeAudiencesPage } from './whole-audiences-page.tsx'
import { WholeIdentitiesPage } from './whole-identities-page.tsx'

beforeEach(() => page.viewport(1280, 800))
afterEach(() => vi.restoreAllMocks())

const jobId = '01890000-0000-4000-8000-000000000009'
const job = {
  ...{ id: jobId, list: 'identities', identity: null, kind: 'delete', state: 'running', q: null, tags: null },
  ...{ reason: null, actor: { kind: 'operator', id: null, label: 'Ada' }, correlationId: 'c', total: 1, waiting: 1 },
  ...{ changed: 0, already: 0, refused: 0, failed: 0, perSecond: 100, startedAt: 1, finishedAt: null },
  ...{ undo: null, undoOf: null, undoneBy: null },
}
const session = {
  operator: { id: '01890000-0000-4000-8000-000000000099', displayName: 'Ada', role: 'admin' },
  permissions: ['identities.write', 'audiences.write', 'bulk.write', 'instances.read'],
  ...{ csrfToken: 'c', idleExpiresAt: 9e12, absoluteExpiresAt: 9e12, stepUpUntil: 9e12 },
}
const preview = { total: 1, change: 1, already: 0, refused: 0, risky: 0, restorable: 0, examples: [] }

interface Listed {
  readonly list: BulkList
  /** Path of its page, and of its part of the API. */
  readonly at: string
  readonly api: string
  readonly Page: () => React.ReactNode
  readonly row: { readonly name: string }
  readonly id: string
  readonly noun: string
  readonly usualSort: string
  /** A value that the filter offers, and how it is shown. */
  readonly offer: { readonly field: string; readonly label: string }
  readonly facets: Record<string, Record<string, number>>
}

const lists: readonly Listed[] = [
  {
    ...{ list: 'identities', at: '/identities', api: '/user-identities', Page: WholeIdentitiesPage },
    ...{ row: exampleIdentity, id: exampleIdentity.principalId, noun: 'identities', usualSort: 'name' },
    offer: { field: 'group', label: 'rg-shop' },
    facets: { state: {}, group: { 'rg-shop': 7 }, broad: {} },
  },
  {
    ...{ list: 'applications', at: '/applications', api: '/applications', Page: WholeApplicationsPage },
    ...{ row: exampleSummary, id: exampleSummary.principalId, noun: 'applications', usualSort: 'name' },
    offer: { field: 'proof', label: 'Secret' },
    facets: { state: {}, proof: { secret: 7 }, expiring: {}, broad: {} },
  },
  {
    ...{ list: 'audiences', at: '/audiences', api: '/audiences', Page: WholeAudiencesPage },
    ...{ row: exampleAudience, id: exampleAudience.id, noun: 'audiences', usualSort: 'uri' },
    offer: { field: 'enabled', label: 'yes' },
    facets: { enabled: { yes: 7 }, 'built-in': {}, 'assignment-required': {}, 'token-version': {} },
  },
]

async function show({ api, at, row, Page, facets }: Listed, search = '', more: Parameters<typeof fakeServer>[0] = {}) {
  const sent = fakeServer({
    [`GET ${api}`]: () =>
      Response.json({ items: [row], nextCursor: null, count: { all: 9, shown: 4, isCapped: false } }),
    [`GET ${api}/facets`]: () => Response.json(facets),
    'GET /views': () => Response.json({ items: [] }),
    'POST /bulk/preview': () => Response.json(preview),
    'POST /bulk': () => Response.json(job, { status: 201 }),
    ...more,
  })
  const content = () => (
    <>
      <Page />
      <Toaster />
    </>
  )
  const shown = await showPage(at, content, `${at}${search}`)
  await expect.element(shown.screen.getByRole('checkbox', { name: `Select ${row.name}` })).toBeVisible()
  return { ...shown, sent, posts: () => sent.filter(({ method }) => method === 'POST') }
}

const sentTo = (posts: readonly SentRequest[], path: string) => posts.filter((each) => each.path === path)

describe.each(lists)('the list of $list', (listed) => {
  const { list, api, row, id, noun, usualSort, offer } = listed

  test('says how many there are, and how many a filter leaves', async () => {
    const { screen, history } = await show(listed)
    await expect.element(screen.getByText(`9 ${noun}`, { exact: true })).toBeVisible()
    history.push(`${listed.at}?q=name:a`)
    await expect.element(screen.getByText('4 of 9')).toBeVisible()
  })

  test('offers values of its filter with how many have them', async () => {
    const { screen } = await show(listed)
    await screen.getByRole('combobox', { name: `Filter ${noun}` }).click()
    await userEvent.keyboard(`${offer.field}:`)
    await expect.element(screen.getByRole('option').filter({ hasText: offer.label }).getByText('7')).toBeVisible()
  })

  test('is saved as a file as it is filtered and sorted', async () => {
    const saved: string[] = []
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.href)
    })
    const { screen } = await show(listed, '?q=name:a&sort=-created')
    await screen.getByRole('button', { name: 'Export' }).click()
    await screen.getByRole('menuitem', { name: 'CSV, for a spreadsheet' }).click()
    const { pathname, searchParams } = new URL(saved[0] ?? '')
    expect(pathname).toBe(`/api${api}/export`)
    expect(Object.fromEntries(searchParams)).toEqual({ filter: 'name:a', sort: '-created', format: 'csv' })
  })

  test('is saved row by row, or says why not', async () => {
    const { screen, posts } = await show(listed, '', {
      [`POST ${api}/export`]: () => problem('conflict', 409, 'The disk is on fire.'),
    })
    await screen.getByRole('checkbox', { name: `Select ${row.name}` }).click()
    await screen.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Export' }).click()
    await screen.getByRole('menuitem', { name: 'CSV, for a spreadsheet' }).click()
    await expect.element(screen.getByText('The disk is on fire.').first()).toBeVisible()
    expect(posts()[0]?.body).toEqual({ ids: [id], sort: usualSort, format: 'csv' })
  })

  test('is kept as a view under a name', async () => {
    const { screen, posts } = await show(listed, '?q=name:a&sort=-created', {
      'POST /views': ({ body }) => Response.json({ ...(body as object), id: jobId, own: true }, { status: 201 }),
    })
    await screen.getByRole('button', { name: 'Views' }).click()
    await screen.getByRole('button', { name: 'Save this view…' }).click()
    await screen.getByLabelText('Name', { exact: true }).fill('Mine')
    await screen.getByRole('button', { name: 'Save', exact: true }).click()
    await expect.poll(() => posts()[0]?.body).toMatchObject({ list, name: 'Mine', filter: 'name:a', sort: '-created' })
  })

  test('deletes what is selected: a dry run, the confirmation of who it is, then the job', async () => {
    let isConfirmed = false
    const { screen, posts, history } = await show(listed, '', {
      'POST /bulk': () => (isConfirmed ? Response.json(job, { status: 201 }) : problem('step_up_required', 403)),
      'POST /session/step-up': () => {
        isConfirmed = true
        return Response.json(session)
      },
    })
    await screen.getByRole('checkbox', { name: `Select ${row.name}` }).click()
    await screen.getByRole('button', { name: 'Delete…' }).click()
    await screen.getByRole('button', { name: 'Delete 1' }).click()
    await screen.getByLabelText('One-time code').fill('0123456789abcdef')
    await screen.getByRole('button', { name: 'Confirm' }).click()
    await expect.poll(() => history.location.pathname).toBe(`/jobs/${jobId}`)
    const wish = { list, kind: 'delete', selection: { ids: [id] } }
    expect(sentTo(posts(), '/bulk/preview').map(({ body }) => body)).toEqual([wish])
    expect(sentTo(posts(), '/bulk').at(-1)?.body).toEqual({ ...wish, reason: '' })
  })

  test('has a menu for each row, and shows one beside the list', async () => {
    const { screen, history } = await show(listed)
    await screen.getByRole('button', { name: `Actions of ${row.name}` }).click()
    await screen.getByRole('menuitem', { name: 'View audit' }).click()
    await expect.poll(() => history.location.pathname).toBe('/audit')
    expect(new URLSearchParams(history.location.search).get('filter')).toBe(`target:${id}`)
  })

  test('stands as cards on a phone', async () => {
    await page.viewport(390, 844)
    await show(listed)
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  })
})
