import type { ApplicationSummary } from '@signet/shared/api/applications'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { fakeServer } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { ApplicationsPage } from './applications-page.tsx'
import { exampleApplication, exampleSummary } from './testing/examples.ts'

beforeEach(() => page.viewport(1280, 800))
afterEach(() => vi.restoreAllMocks())

interface Shown {
  at?: string
  role?: Role
  items?: ApplicationSummary[]
  more?: Parameters<typeof fakeServer>[0]
}

async function show({ at = '/applications', role = 'admin', items = [exampleSummary], more = {} }: Shown = {}) {
  const sent = fakeServer({
    'GET /applications': () => Response.json({ items, nextCursor: null, count: null }),
    'GET /applications/facets': () => Response.json({ state: {}, proof: {}, expiring: {}, broad: {} }),
    'GET /views': () => Response.json({ items: [] }),
    ...more,
  })
  const content = () => (
    <>
      <ApplicationsPage bulk={() => null} />
      <Toaster />
    </>
  )
  return { ...(await showPage('/applications', content, at, role)), sent }
}

describe('the list of applications', () => {
  test('shows each with its state, spells out tricks in a name, and opens one by key (SEC-25)', async () => {
    const { screen, history } = await show({ items: [{ ...exampleSummary, name: 'Build\u202e <b>' }] })
    await expect.element(screen.getByRole('link', { name: 'Build⟨U+202E⟩ <b>' })).toBeVisible()
    const row = screen.getByRole('row').filter({ hasText: 'Build' })
    await expect.element(row.getByText('On', { exact: true })).toBeVisible()
    row.element().focus()
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => history.location.pathname).toBe(`/applications/${exampleSummary.principalId}`)
  })

  test('leads from the empty list to those that can be restored', async () => {
    const { screen, history } = await show({ items: [] })
    await expect.element(screen.getByText('There is no application yet')).toBeVisible()
    await screen.getByRole('button', { name: 'Show deleted ones' }).click()
    await expect.poll(() => new URLSearchParams(history.location.search).get('q')).toBe('state:deleted')
  })

  test('shows a viewer why none can be created', async () => {
    const { screen } = await show({ role: 'viewer' })
    await expect
      .element(screen.getByRole('button', { name: 'Create application' }))
      .toHaveAccessibleDescription(/identities\.write/)
  })

  test('leads to the page of one that was created', async () => {
    const { screen, history, sent } = await show({
      more: { 'POST /applications': () => Response.json(exampleApplication, { status: 201 }) },
    })
    await screen.getByRole('button', { name: 'Create application' }).click()
    const dialog = screen.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await expect.element(dialog.getByLabelText('Name')).toHaveAccessibleDescription(/1 to 120/)
    await dialog.getByLabelText('Name').fill(' Build pipeline ')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await expect.poll(() => history.location.pathname).toBe(`/applications/${exampleApplication.principalId}`)
    expect(sent.find(({ method }) => method === 'POST')?.body).toEqual({ name: 'Build pipeline' })
  })
})
