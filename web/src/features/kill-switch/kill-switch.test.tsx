import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { exampleRadius } from '../../api/testing/example-radius.ts'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { GroupPage } from './group-page.tsx'
import { PrincipalPropagation } from './propagation-card.tsx'
import { RevokeTokenButton, RevokeTokensButton } from './revoke-tokens.tsx'

afterEach(() => vi.restoreAllMocks())

const principalId = ObjectId.parse('01890000-0000-4000-8000-000000000002')
const at = Date.UTC(2026, 10, 24, 9, 30, 5)
const correlationId = '01890000-0000-4000-8000-00000000000c'
const away = {
  ...{ id: '01890000-0000-4000-8000-000000000008', name: 'host-1', connected: false, trusted: true },
  ...{
    lastSeenAt: at - 3_600_000,
    identities: 1,
    instance: { id: '01890000-0000-4000-8000-000000000001', name: 'web-01' },
  },
}
const running = {
  ...{ act: 'pause', since: at, correlationId, identities: 1, state: 'running', completedAt: null },
  replicas: { told: 1, total: 1 },
  agents: { done: 1, total: 2, waiting: [away] },
  lastTokenEnds: at + 3_600_000,
}
const told = { replicas: 1, agents: 2 }

describe('how far an act has come', () => {
  const show = async (propagation: object | null) => {
    let now = propagation
    fakeServer({ [`GET /identities/${principalId}/propagation`]: () => Response.json({ propagation: now }) })
    const shown = await showPage('/it', () => <PrincipalPropagation principalId={principalId} />, '/it')
    const become = (next: object) => {
      now = next
      return shown.client.invalidateQueries({ queryKey: ['propagation'] })
    }
    return { ...shown, become }
  }

  test('names who has not confirmed, until when that matters, and turns green when all have', async () => {
    const { screen, become } = await show(running)
    await expect.element(screen.getByText('1 of 2 have said that they dropped tokens')).toBeVisible()
    const waiting = screen.getByRole('list', { name: 'Agents that have not confirmed' })
    await expect.element(waiting.getByRole('link', { name: 'web-01' })).toBeVisible()
    await expect.element(waiting.getByText('Not connected')).toBeVisible()
    await expect.element(screen.getByText(/What it may give out until then ends by/)).toBeVisible()
    await expect.element(screen.getByText('On its way')).toBeVisible()
    await become({ ...running, agents: { done: 2, total: 2, waiting: [] }, state: 'complete', completedAt: at + 2_000 })
    await expect.element(screen.getByText('In force everywhere')).toBeVisible()
    expect(waiting.query()).toBeNull()
  })

  test('says that nothing is left to take where an agent never came back', async () => {
    const { screen } = await show({ ...running, state: 'expired', lastTokenEnds: null })
    await expect.element(screen.getByText('No token of before is valid any more')).toBeVisible()
    await expect.element(screen.getByText(/^1 agent has not confirmed/)).toBeVisible()
  })

  test('is not there where nothing was taken back', async () => {
    const { screen, client } = await show(null)
    await expect.poll(() => client.isFetching()).toBe(0)
    expect(screen.getByText('How far it has come').query()).toBeNull()
  })
})

describe('revoking tokens', () => {
  const revocation = `POST /identities/${principalId}/token-revocation`
  const open = async (radius: () => Response) => {
    const sent = fakeServer({
      [`GET /identities/${principalId}/blast-radius`]: radius,
      [revocation]: () => Response.json({ principalId, before: at, propagation: told }),
    })
    const content = () => (
      <>
        <RevokeTokensButton principalId={principalId} name="web-01" />
        <Toaster />
      </>
    )
    const { screen } = await showPage('/it', content, '/it')
    await screen.getByRole('button', { name: 'Revoke tokens…' }).click()
    return { screen, sent, dialog: screen.getByRole('alertdialog') }
  }

  test('says what hangs on it, then whom the answer counts', async () => {
    const { screen, sent, dialog } = await open(() => Response.json(exampleRadius))
    await expect.element(dialog.getByText('It was not used yet.')).toBeVisible()
    await dialog.getByLabelText('Reason (optional)').fill('stolen')
    await dialog.getByRole('button', { name: 'Revoke tokens' }).click()
    await expect.element(screen.getByText('In force on 1 server; 2 connected agents are told.')).toBeInTheDocument()
    expect(sent.find(({ method }) => method === 'POST')?.body).toEqual({ reason: 'stolen' })
  })

  test('asks for the name where nobody knows what hangs on it', async () => {
    const { dialog } = await open(() => problem('internal', 500, 'The disk is on fire.'))
    await expect.element(dialog.getByText('The disk is on fire.')).toBeVisible()
    await expect.element(dialog.getByLabelText('Type web-01 to confirm')).toBeVisible()
  })

  test('of one token asks by its number', async () => {
    const uti = 'A'.repeat(22)
    const sent = fakeServer({
      [`POST /tokens/${uti}/revocation`]: () => problem('conflict', 409, 'The token has ended already.'),
    })
    const { screen } = await showPage('/it', () => <RevokeTokenButton uti={uti} />, '/it')
    await screen.getByRole('button', { name: 'Revoke…' }).click()
    await screen.getByRole('alertdialog').getByRole('button', { name: 'Revoke token' }).click()
    await expect.element(screen.getByText('The token has ended already.')).toBeVisible()
    expect(sent.some(({ method }) => method === 'POST')).toBe(true)
  })
})

describe('the page of a resource group', () => {
  const group = {
    ...{ id: '01890000-0000-4000-8000-000000000021', name: 'rg-web', instances: 3, propagation: null },
    identities: { total: 4, paused: 1, pausedWithGroup: 0 },
  }
  const paused = {
    ...group,
    identities: { total: 4, paused: 4, pausedWithGroup: 3 },
    propagation: { ...running, identities: 3 },
  }

  test('stops every identity once its name is typed, and shows how far that has come', async () => {
    let now: object = group
    const sent = fakeServer({
      'GET /resource-groups/rg-web': () => Response.json(now),
      'POST /resource-groups/rg-web/pause': () => {
        now = paused
        return Response.json({ name: 'rg-web', correlationId, changed: 3, already: 1, propagation: told })
      },
    })
    const { screen } = await showPage('/groups/$name', GroupPage, '/groups/rg-web')
    await screen.getByRole('button', { name: 'Pause the whole group…' }).click()
    const dialog = screen.getByRole('alertdialog')
    await expect.element(dialog.getByText(/^3 identities are refused at once/)).toBeVisible()
    const confirm = dialog.getByRole('button', { name: 'Pause the group' })
    await expect.element(confirm).toHaveAttribute('aria-disabled', 'true')
    await dialog.getByLabelText('Type rg-web to confirm').fill('rg-web')
    await confirm.click()
    await expect.element(screen.getByText('4: 3 with the group, 1 alone')).toBeVisible()
    await expect.element(screen.getByText('1 of 2 agents have confirmed')).toBeVisible()
    expect(sent.filter(({ method }) => method === 'POST')).toHaveLength(1)
  })

  test('resumes what was paused with it', async () => {
    const sent = fakeServer({
      'GET /resource-groups/rg-web': () => Response.json(paused),
      'POST /resource-groups/rg-web/resume': () =>
        Response.json({ name: 'rg-web', correlationId, changed: 3, already: 0, propagation: told }),
    })
    const { screen } = await showPage('/groups/$name', GroupPage, '/groups/rg-web')
    await screen.getByRole('button', { name: 'Resume the group' }).click()
    await expect.element(screen.getByText(/1 that were paused alone stay paused/)).toBeVisible()
    await screen.getByRole('dialog').getByRole('button', { name: 'Resume the group' }).click()
    await expect.poll(() => sent.some(({ path }) => path.endsWith('/resume'))).toBe(true)
  })

  test('shows a viewer the switch with the reason', async () => {
    fakeServer({ 'GET /resource-groups/rg-web': () => Response.json(group) })
    const { screen } = await showPage('/groups/$name', GroupPage, '/groups/rg-web', 'viewer')
    await expect
      .element(screen.getByRole('button', { name: 'Pause the whole group…' }))
      .toHaveAccessibleDescription(/identities\.write/)
  })
})
