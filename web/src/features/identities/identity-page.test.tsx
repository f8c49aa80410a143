import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { exampleRadius } from '../../api/testing/example-radius.ts'
import { fakeServer, problem, type SentRequest } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { identityOptions } from './identities-queries.ts'
import { IdentityPage } from './identity-page.tsx'
import { exampleAssigned, exampleIdentity } from './testing/examples.ts'

beforeEach(() => page.viewport(1280, 800))
afterEach(() => vi.restoreAllMocks())

const { principalId } = exampleIdentity
const path = `/user-identities/${principalId}`
const used: UserIdentityDetail = {
  ...exampleIdentity,
  lastToken: { at: Date.now() - 60_000, audience: 'https://vault.azure.net' },
  week: [{ audience: 'https://vault.azure.net', tokens: 12 }],
}
const deleted: UserIdentityDetail = {
  ...exampleIdentity,
  state: 'deleted',
  restorableUntil: Date.now() + 86_400_000,
  version: 8,
}

const parts = {
  certificates: () => <p>The part about certificates</p>,
  federation: () => <p>The part about federation</p>,
  access: () => <p>The part about access</p>,
  roles: () => <p>The part about roles</p>,
  propagation: () => null,
  revoke: () => null,
  group: () => <p>The part about the group</p>,
  usage: () => <p>The part about usage</p>,
  activity: () => <p>The part about activity</p>,
}

interface Shown {
  tab?: string
  role?: Role
  identity?: UserIdentityDetail
  more?: Parameters<typeof fakeServer>[0]
}

async function show({ tab = '', role = 'admin', identity = exampleIdentity, more = {} }: Shown = {}) {
  let current = identity
  const sent = fakeServer({
    [`GET ${path}`]: () => Response.json(current),
    [`GET /identities/${principalId}/blast-radius`]: () => Response.json(exampleRadius),
    [`GET ${path}/instances`]: () => Response.json({ items: [exampleAssigned], nextCursor: null }),
    [`GET /identities/${principalId}/token-lifetime`]: () => Response.json({ seconds: null }),
    'GET /resource-groups': () => Response.json({ items: [{ name: 'RG-shop', identities: 1 }] }),
    ...Object.fromEntries(Object.entries(more).map(([route, answer]) => [route, keeping(route, answer)])),
  })
  /** What a write answers is what is read from then on. */
  function keeping(route: string, answer: (request: SentRequest) => Response | Promise<Response>) {
    return async (request: SentRequest) => {
      const response = await answer(request)
      if (!route.startsWith('GET') && route.includes(path) && response.ok) current = await response.clone().json()
      return response
    }
  }
  const content = () => (
    <>
      <IdentityPage parts={parts} />
      <Toaster />
    </>
  )
  const shown = await showPage('/identities/$principalId/{-$tab}', content, `/identities/${principalId}/${tab}`, role)
  await expect.element(shown.screen.getByRole('heading', { level: 1, name: identity.name })).toBeVisible()
  const change = (next: UserIdentityDetail) => {
    current = next
    shown.client.setQueryData(identityOptions(principalId).queryKey, next)
  }
  return { ...shown, sent, change }
}

describe('the page of a user-assigned identity', () => {
  test('shows every ID with a button that copies it, and what hangs on it', async () => {
    const { screen } = await show()
    for (const label of ['principal ID', 'client ID', 'tenant ID', 'authority', 'resource ID']) {
      await expect.element(screen.getByRole('button', { name: `Copy ${label}`, exact: true })).toBeVisible()
    }
    await expect.element(screen.getByRole('link', { name: '1 instance' })).toBeVisible()
    await expect.element(screen.getByText(/^Audience default/)).toBeVisible()
    await expect.element(screen.getByText(`export AZURE_CLIENT_ID=${exampleIdentity.clientId}`)).toBeVisible()
  })

  test('moves between its tabs by key, each with an address', async () => {
    const { screen, history } = await show()
    screen.getByRole('tab', { name: 'Overview' }).element().focus()
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}{Enter}')
    await expect.element(screen.getByText('The part about federation')).toBeVisible()
    expect(history.location.pathname).toBe(`/identities/${principalId}/federation`)
  })

  test('says that an address holds no principal ID', async () => {
    fakeServer({})
    const content = () => <IdentityPage parts={parts} />
    const { screen } = await showPage('/identities/$principalId/{-$tab}', content, '/identities/nobody')
    await expect.element(screen.getByText('The address holds no principal ID.')).toBeVisible()
  })

  test('sets a lifetime of its own for its tokens', async () => {
    const lifetime = `/identities/${principalId}/token-lifetime`
    let seconds: number | null = null
    const { screen, sent } = await show({
      more: {
        [`GET ${lifetime}`]: () => Response.json({ seconds }),
        [`PUT ${lifetime}`]: () => {
          seconds = 7_200
          return Response.json({ seconds })
        },
      },
    })
    await screen.getByRole('button', { name: 'Change the token lifetime' }).click()
    await screen.getByLabelText('It has a lifetime of its own').click()
    await screen.getByLabelText('Lifetime of its tokens', { exact: true }).fill('40')
    await screen.getByRole('button', { name: 'Save' }).click()
    await expect.element(screen.getByText('Give a lifetime from 10 minutes to 24 hours.')).toBeVisible()
    await screen.getByLabelText('Lifetime of its tokens', { exact: true }).fill('2')
    await screen.getByRole('button', { name: 'Save' }).click()
    await expect.element(screen.getByText(/^2 h/)).toBeVisible()
    expect(sent.find(({ method }) => method === 'PUT')?.body).toEqual({ seconds: 7_200, reason: '' })
  })

  test('shows what a viewer may not, with the reason', async () => {
    const { screen } = await show({ role: 'viewer' })
    for (const name of ['Rename or move', 'Pause', 'Delete']) {
      await expect.element(screen.getByRole('button', { name })).toHaveAccessibleDescription(/identities\.write/)
    }
  })
})

describe('deleting an identity', () => {
  test('shows its dependents, asks for the name of one in use, and says which version was seen', async () => {
    const radius = {
      ...exampleRadius,
      lastUsedAt: Date.now(),
      week: [{ audience: 'vault', tokens: 12 }],
      federations: {
        total: 1,
        items: [{ id: crypto.randomUUID(), name: 'ci', issuer: 'https://issuer', subject: 's' }],
      },
    }
    const { screen, sent } = await show({
      identity: used,
      more: {
        [`DELETE ${path}`]: () => Response.json(deleted),
        [`GET /identities/${principalId}/blast-radius`]: () => Response.json(radius),
      },
    })
    await screen.getByRole('button', { name: 'Delete' }).click()
    const dialog = screen.getByRole('alertdialog', { name: 'Delete payments?' })
    await expect.element(dialog.getByText('web-01')).toBeVisible()
    await expect.element(dialog.getByText('ci of https://issuer')).toBeVisible()
    await expect.element(dialog.getByText(/in the last 7 days: 12 tokens/)).toBeVisible()
    const confirm = dialog.getByRole('button', { name: 'Delete' })
    await expect.element(confirm).toHaveAttribute('aria-disabled', 'true')
    await dialog.getByLabelText('Type payments to confirm').fill('payments')
    await confirm.click()
    await expect.element(screen.getByText('It is deleted')).toBeVisible()
    const request = sent.find(({ method }) => method === 'DELETE')
    expect(request?.headers.get('if-match')).toBe('"7"')
    await expect.element(screen.getByRole('button', { name: 'Undo' })).toBeInTheDocument()
  })

  test('asks for the name when what hangs on it could not be looked up', async () => {
    const { screen } = await show({
      more: {
        [`GET /identities/${principalId}/blast-radius`]: () => problem('internal', 400, 'The disk is on fire.'),
      },
    })
    await screen.getByRole('button', { name: 'Delete' }).click()
    await expect.element(screen.getByText('What depends on it could not be looked up')).toBeVisible()
    await expect.element(screen.getByLabelText('Type payments to confirm')).toBeVisible()
  })

  test('asks for a fresh confirmation where the server wants one, then deletes (SEC-22)', async () => {
    let isConfirmed = false
    const { screen, sent } = await show({
      more: {
        [`DELETE ${path}`]: () => (isConfirmed ? Response.json(deleted) : problem('step_up_required', 403)),
        'POST /session/step-up': () => {
          isConfirmed = true
          return Response.json({
            operator: { id: '01890000-0000-4000-8000-000000000099', displayName: 'Ada', role: 'admin' },
            permissions: ['identities.write', 'instances.read'],
            ...{ csrfToken: 'c', idleExpiresAt: 9e12, absoluteExpiresAt: 9e12, stepUpUntil: 9e12 },
          })
        },
      },
    })
    await screen.getByRole('button', { name: 'Delete' }).click()
    await screen.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
    await screen.getByLabelText('One-time code').fill('0123456789abcdef')
    await screen.getByRole('button', { name: 'Confirm' }).click()
    await expect.poll(() => sent.filter(({ method }) => method === 'DELETE').length).toBe(2)
    await expect.element(screen.getByText('It is deleted')).toBeVisible()
  })

  test('tells of a change that somebody else made meanwhile, and goes on from there on demand', async () => {
    let answer = () => problem('precondition_failed', 412)
    const { screen, sent, change } = await show({ more: { [`DELETE ${path}`]: () => answer() } })
    await screen.getByRole('button', { name: 'Delete' }).click()
    const confirm = screen.getByRole('alertdialog').getByRole('button', { name: 'Delete' })
    change({ ...exampleIdentity, state: 'paused', version: 9 })
    await confirm.click()
    await expect.element(screen.getByRole('row', { name: 'State (differs) On Paused' })).toBeVisible()
    answer = () => Response.json(deleted)
    await screen.getByRole('button', { name: 'Decide on it as it is now' }).click()
    await confirm.click()
    await expect.element(screen.getByText('It is deleted')).toBeVisible()
    expect(sent.findLast(({ method }) => method === 'DELETE')?.headers.get('if-match')).toBe('"9"')
  })

  test('can be taken back for 30 days, under the same IDs', async () => {
    const { screen, sent } = await show({
      identity: deleted,
      more: { [`POST ${path}/restore`]: () => Response.json(exampleIdentity) },
    })
    await expect.element(screen.getByText(/it can be restored under the same IDs/)).toBeVisible()
    expect(screen.getByRole('button', { name: 'Pause' }).query()).toBeNull()
    await screen.getByRole('button', { name: 'Restore' }).click()
    await screen.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
    await expect.element(screen.getByText('payments is restored under the same IDs')).toBeInTheDocument()
    expect(sent.find(({ path: to }) => to.endsWith('/restore'))?.headers.get('if-match')).toBe('"8"')
  })
})

describe('pausing an identity', () => {
  test('says that nothing is lost, and can be taken back from the message', async () => {
    const paused = { ...exampleIdentity, state: 'paused', version: 8 } as const
    const { screen, sent } = await show({
      more: {
        [`POST ${path}/pause`]: () => Response.json(paused),
        [`POST ${path}/resume`]: () => Response.json(exampleIdentity),
      },
    })
    await screen.getByRole('button', { name: 'Pause' }).click()
    await expect.element(screen.getByText(/Resume undoes it/)).toBeVisible()
    await screen.getByRole('alertdialog').getByRole('button', { name: 'Pause' }).click()
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => sent.some(({ path: to }) => to.endsWith('/resume'))).toBe(true)
  })
})

describe('renaming an identity', () => {
  test('shows the difference when somebody else was faster', async () => {
    let answer = () => problem('precondition_failed', 412)
    const { screen, sent, change } = await show({ more: { [`PUT ${path}`]: () => answer() } })
    await screen.getByRole('button', { name: 'Rename or move' }).click()
    const dialog = screen.getByRole('dialog', { name: 'Rename or move' })
    await dialog.getByLabelText('Name').fill('billing')
    change({ ...exampleIdentity, name: 'invoices', version: 9 })
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByRole('button', { name: 'See difference' }).click()
    await expect.element(dialog.getByRole('row', { name: 'Name (differs) invoices billing' })).toBeVisible()
    answer = () => Response.json({ ...exampleIdentity, name: 'billing', version: 10 })
    await dialog.getByRole('button', { name: 'Keep mine' }).click()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect.element(screen.getByRole('heading', { level: 1, name: 'billing' })).toBeVisible()
    const request = sent.findLast(({ method }) => method === 'PUT')
    expect(request?.headers.get('if-match')).toBe('"9"')
    expect(request?.body).toEqual({ name: 'billing', resourceGroup: 'rg-shop', reason: '' })
  })
})

describe('the instances of an identity', () => {
  const other = {
    ...exampleAssigned.instance,
    id: '01890000-0000-4000-8000-0000000000bb',
    name: 'web-\u202e02',
  }

  test('are shown with how far the agent of each is', async () => {
    const { screen } = await show({ tab: 'instances' })
    const row = screen.getByRole('table', { name: 'Instances it is assigned to' }).getByRole('row').nth(1)
    await expect.element(row.getByText('In force')).toBeVisible()
    await expect.element(row.getByText('Host')).toBeVisible()
  })

  test('are picked among those it is not attached to yet', async () => {
    const { exampleInstance } = await import('../../api/testing/example-instance.ts')
    const listed = [exampleInstance, { ...exampleInstance, id: other.id, name: other.name }]
    const { screen, sent } = await show({
      tab: 'instances',
      more: {
        'GET /instances': () => Response.json({ items: listed, nextCursor: null, count: null }),
        [`POST ${path}/attach`]: () => Response.json({ ...exampleIdentity, instances: 2, version: 8 }),
      },
    })
    await screen.getByRole('button', { name: 'Attach to instances' }).click()
    const dialog = screen.getByRole('dialog')
    await expect.element(dialog.getByRole('checkbox')).toHaveAccessibleName('web-⟨U+202E⟩02')
    const attach = dialog.getByRole('button', { name: 'Attach' })
    await expect.element(attach).toHaveAttribute('aria-disabled', 'true')
    await dialog.getByRole('checkbox').click()
    await dialog.getByLabelText('Search instances').fill('nothing "odd')
    await expect.poll(() => sent.some(({ path: to }) => to.includes(encodeURIComponent('odd')))).toBe(true)
    await expect.element(dialog.getByText('1 picked')).toBeVisible()
    await attach.click()
    await expect.element(screen.getByRole('dialog')).not.toBeInTheDocument()
    const request = sent.find(({ path: to }) => to.endsWith('/attach'))
    expect(request?.body).toEqual({ instanceIds: [other.id], reason: '' })
    expect(request?.headers.get('if-match')).toBe('"7"')
  })

  test('are detached after a question that says what stops', async () => {
    const { screen, sent } = await show({
      tab: 'instances',
      more: { [`POST ${path}/detach`]: () => Response.json({ ...exampleIdentity, instances: 0, version: 8 }) },
    })
    await screen.getByRole('button', { name: 'Detach from web-01' }).click()
    const dialog = screen.getByRole('alertdialog', { name: 'Detach payments from web-01?' })
    await expect.element(dialog.getByText(/is refused from now on/)).toBeVisible()
    await expect.element(dialog.getByRole('button', { name: 'Cancel' })).toHaveFocus()
    await dialog.getByRole('button', { name: 'Detach' }).click()
    await expect.poll(() => sent.some(({ path: to }) => to.endsWith('/detach'))).toBe(true)
    expect(sent.find(({ path: to }) => to.endsWith('/detach'))?.body).toEqual({
      instanceIds: [exampleAssigned.instance.id],
      reason: '',
    })
  })

  test('cannot be changed while it is deleted', async () => {
    const { screen } = await show({ tab: 'instances', identity: deleted })
    await expect
      .element(screen.getByRole('button', { name: 'Attach to instances' }))
      .toHaveAccessibleDescription('It is deleted; restore it first.')
  })
})
