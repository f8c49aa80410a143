import type { Audience } from '@signet/shared/api/audiences'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { AudiencesPage } from './audiences-page.tsx'
import { exampleAudience } from './testing/examples.ts'

beforeEach(() => page.viewport(1280, 800))
afterEach(() => vi.restoreAllMocks())

interface Shown {
  at?: string
  role?: Role
  items?: Audience[]
  more?: Parameters<typeof fakeServer>[0]
}

async function show({ at = '/audiences', role = 'admin', items = [exampleAudience], more = {} }: Shown = {}) {
  const sent = fakeServer({
    'GET /audiences': () => Response.json({ items, nextCursor: null, count: null }),
    'GET /audiences/facets': () =>
      Response.json({ enabled: {}, 'built-in': {}, 'assignment-required': {}, 'token-version': {} }),
    'GET /views': () => Response.json({ items: [] }),
    ...more,
  })
  const content = () => (
    <>
      <AudiencesPage bulk={() => null} />
      <Toaster />
    </>
  )
  return { ...(await showPage('/audiences', content, at, role)), sent }
}

describe('the list of audiences', () => {
  test('shows each in plain words, and opens one by key', async () => {
    const { screen, history } = await show({ items: [{ ...exampleAudience, name: 'Or\u202eders' }] })
    const row = screen.getByRole('row').filter({ hasText: 'api://orders' })
    await expect.element(row.getByText('Or⟨U+202E⟩ders')).toBeVisible()
    await expect.element(row.getByText('Those with a role')).toBeVisible()
    row.element().focus()
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => history.location.pathname).toBe(`/audiences/${exampleAudience.id}`)
  })

  test('says that nothing matches, and why it could not be loaded', async () => {
    const empty = await show({ at: '/audiences?q=enabled:no', items: [] })
    await expect.element(empty.screen.getByText('No audience matches')).toBeVisible()
    await empty.screen.unmount()
    const { screen } = await show({ more: { 'GET /audiences': () => problem('forbidden', 403) } })
    await expect.element(screen.getByText('Your role does not allow this')).toBeVisible()
  })

  test('shows an operator who may not register one why', async () => {
    const { screen } = await show({ role: 'operator' })
    await expect
      .element(screen.getByRole('button', { name: 'Register audience' }))
      .toHaveAccessibleDescription(/audiences\.write/)
  })
})

describe('registering an audience', () => {
  test('checks what was entered, sends roles and reason, and leads to its page', async () => {
    const { screen, sent, history } = await show({
      more: { 'POST /audiences': () => Response.json(exampleAudience, { status: 201 }) },
    })
    await screen.getByRole('button', { name: 'Register audience' }).click()
    const dialog = screen.getByRole('dialog')
    await dialog.getByLabelText('Identifier URI').fill('orders')
    await dialog.getByLabelText('Name').fill('Orders')
    await dialog.getByRole('button', { name: 'Add role' }).click()
    await dialog.getByRole('button', { name: 'Register' }).click()
    await expect.element(dialog.getByLabelText('Identifier URI')).toHaveAccessibleDescription(/https:\/\/…/)
    await expect.element(dialog.getByText(/Each role needs a value/)).toBeVisible()
    await dialog.getByLabelText('Identifier URI').fill('api://orders')
    await dialog.getByLabelText('Value of role 1').fill('Orders.Read')
    await dialog.getByLabelText('Only principals with a role get a token').click()
    await dialog.getByRole('button', { name: 'Register' }).click()
    await expect.poll(() => history.location.pathname).toBe(`/audiences/${exampleAudience.id}`)
    expect(sent.find(({ method }) => method === 'POST')?.body).toEqual({
      ...{ uri: 'api://orders', name: 'Orders', tokenVersion: 2, lifetimeSeconds: null },
      ...{ assignmentRequired: true, clientCapabilities: false, reason: '' },
      roles: [{ value: 'Orders.Read', description: '' }],
    })
  })
})
