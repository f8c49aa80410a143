import type { ApplicationDetail } from '@signet/shared/api/applications'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { exampleRadius } from '../../api/testing/example-radius.ts'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { ApplicationPage } from './application-page.tsx'
import { exampleApplication } from './testing/examples.ts'

beforeEach(() => page.viewport(1280, 900))
afterEach(() => vi.restoreAllMocks())

const { principalId } = exampleApplication
const [secret] = exampleApplication.secrets
const [certificate] = exampleApplication.certificates
const path = `/applications/${principalId}`
const parts = {
  federation: () => <p>The part about federation</p>,
  access: () => <p>The part about access</p>,
  roles: () => <p>The part about roles</p>,
  propagation: () => null,
  revoke: () => null,
  usage: () => <p>The part about usage</p>,
  activity: () => <p>The part about activity</p>,
  lifetime: () => <span>Audience default</span>,
}
const session = {
  operator: { id: '01890000-0000-4000-8000-000000000099', displayName: 'Ada', role: 'admin' },
  permissions: ['identities.write', 'instances.read'],
  ...{ csrfToken: 'c', idleExpiresAt: 9e12, absoluteExpiresAt: 9e12, stepUpUntil: 9e12 },
}

const radius = { ...exampleRadius, principalId, instances: { total: 0, items: [] } }

interface Shown {
  tab?: string
  role?: Role
  application?: ApplicationDetail
  more?: Parameters<typeof fakeServer>[0]
}

async function show({ tab = '', role = 'admin', application = exampleApplication, more = {} }: Shown = {}) {
  const sent = fakeServer({
    [`GET ${path}`]: () => Response.json(application),
    [`GET /identities/${principalId}/blast-radius`]: () => Response.json(radius),
    ...more,
  })
  const content = () => (
    <>
      <ApplicationPage parts={parts} />
      <Toaster />
    </>
  )
  const shown = await showPage('/applications/$principalId/{-$tab}', content, `${path}/${tab}`, role)
  await expect.element(shown.screen.getByRole('heading', { level: 1, name: application.name })).toBeVisible()
  return { ...shown, sent }
}

describe('the page of an application', () => {
  test('shows its IDs and the variables that client libraries read', async () => {
    const { screen } = await show()
    await expect.element(screen.getByRole('button', { name: 'Copy client ID' })).toBeVisible()
    await expect.element(screen.getByText(/AZURE_AUTHORITY_HOST=https:\/\/localhost:7421/)).toBeVisible()
  })

  test('says that it cannot get a token while it has nothing to authenticate with', async () => {
    const { screen } = await show({ application: { ...exampleApplication, secrets: [], certificates: [] } })
    await expect.element(screen.getByText('It cannot get a token yet')).toBeVisible()
  })

  test('shows what a viewer may not, with the reason', async () => {
    const { screen } = await show({ role: 'viewer', tab: 'secrets' })
    for (const name of ['Rename', 'Pause', 'Delete', 'Create secret', 'Remove on build-01']) {
      await expect.element(screen.getByRole('button', { name })).toHaveAccessibleDescription(/identities\.write/)
    }
  })
})

describe('client secrets', () => {
  test('show their value once: after a fresh confirmation, in no cache, gone when the dialog closes', async () => {
    let isConfirmed = false
    const value = 'sgn-s3cr3t-value'
    const { screen, client } = await show({
      tab: 'secrets',
      more: {
        [`POST ${path}/secrets`]: () =>
          isConfirmed ? Response.json({ ...secret, value }, { status: 201 }) : problem('step_up_required', 403),
        'POST /session/step-up': () => {
          isConfirmed = true
          return Response.json(session)
        },
      },
    })
    await screen.getByRole('button', { name: 'Create secret' }).click()
    await screen.getByLabelText('Description').fill('on build-02')
    await screen.getByRole('button', { name: 'Create', exact: true }).click()
    await screen.getByLabelText('One-time code').fill('0123456789abcdef')
    await screen.getByRole('button', { name: 'Confirm' }).click()
    await expect.element(screen.getByText(value)).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await expect.element(screen.getByText(value)).toBeVisible()
    const mutations = client.getMutationCache().getAll()
    const queries = client.getQueryCache().getAll()
    expect(JSON.stringify([...mutations, ...queries].map((each): unknown => each.state))).not.toContain(value)
    await screen.getByRole('button', { name: 'I have stored it' }).click()
    await expect.element(screen.getByText(value)).not.toBeInTheDocument()
  })

  test('check what was entered before they are asked for', async () => {
    const { screen, sent } = await show({ tab: 'secrets' })
    await screen.getByRole('button', { name: 'Create secret' }).click()
    await screen.getByLabelText('Expires after', { exact: true }).fill('0')
    await screen.getByRole('button', { name: 'Create', exact: true }).click()
    await expect.element(screen.getByText('Give a description of 1 to 120 characters.')).toBeVisible()
    await expect.element(screen.getByText('Give a time from one minute to 730 days.')).toBeVisible()
    expect(sent.filter(({ method }) => method === 'POST')).toEqual([])
  })

  test('are shown by their hint, and removed after a question', async () => {
    const { screen, sent } = await show({
      tab: 'secrets',
      more: { [`DELETE ${path}/secrets/${secret?.id}`]: () => new Response(null, { status: 204 }) },
    })
    await expect.element(screen.getByText('ab…yz')).toBeVisible()
    await screen.getByRole('button', { name: 'Remove on build-01' }).click()
    await expect.element(screen.getByRole('alertdialog').getByText(/It was not used yet/)).toBeVisible()
    await screen.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click()
    await expect.poll(() => sent.some(({ method }) => method === 'DELETE')).toBe(true)
  })
})

describe('registered certificates', () => {
  test('are shown with their key, and take longer assertions by a switch', async () => {
    const { screen, sent } = await show({
      tab: 'certificates',
      more: {
        [`PUT ${path}/certificates/${certificate?.id}`]: () => Response.json({ ...certificate, longAssertions: true }),
      },
    })
    await expect.element(screen.getByText('RSA-4096')).toBeVisible()
    await screen.getByRole('switch', { name: /^Assertions of 24 hours/ }).click()
    await expect.poll(() => sent.find(({ method }) => method === 'PUT')?.body).toEqual({ longAssertions: true })
    expect(sent.find(({ method }) => method === 'PUT')?.headers.get('if-match')).toBe('"6"')
  })

  test('are registered without their key: a private one is not sent', async () => {
    const { screen, sent } = await show({
      tab: 'certificates',
      more: { [`POST ${path}/certificates`]: () => Response.json(certificate, { status: 201 }) },
    })
    await screen.getByRole('button', { name: 'Register certificate' }).click()
    const dialog = screen.getByRole('dialog')
    const field = dialog.getByLabelText('Certificate', { exact: true })
    await field.fill('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----')
    await dialog.getByRole('button', { name: 'Register' }).click()
    await expect.element(field).toHaveAccessibleDescription(/private key/)
    expect(sent.filter(({ method }) => method === 'POST')).toEqual([])
    await field.fill('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')
    await dialog.getByRole('button', { name: 'Register' }).click()
    await expect.element(dialog).not.toBeInTheDocument()
    expect(sent.find(({ method }) => method === 'POST')?.body).toMatchObject({ longAssertions: false })
  })

  test('are removed for ever after a question, under the version that is shown', async () => {
    const { screen, sent } = await show({
      tab: 'certificates',
      more: { [`DELETE ${path}/certificates/${certificate?.id}`]: () => new Response(null, { status: 204 }) },
    })
    await screen.getByRole('button', { name: 'Remove CDCDCDCD' }).click()
    await screen.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click()
    await expect.element(screen.getByRole('alertdialog')).not.toBeInTheDocument()
    expect(sent.find(({ method }) => method === 'DELETE')?.headers.get('if-match')).toBe('"6"')
  })
})

describe('stopping an application', () => {
  test('deletes one in use only once its name is typed, and can be taken back', async () => {
    const used = { ...radius, lastUsedAt: Date.now() - 1_000 }
    const { screen, sent } = await show({
      more: {
        [`GET /identities/${principalId}/blast-radius`]: () => Response.json(used),
        [`DELETE ${path}`]: () => Response.json({ propagation: { replicas: 1, agents: 0 } }),
        [`POST ${path}/restore`]: () => Response.json(exampleApplication),
      },
    })
    await screen.getByRole('button', { name: 'Delete' }).click()
    const dialog = screen.getByRole('alertdialog')
    await expect.element(dialog.getByRole('button', { name: 'Delete' })).toHaveAttribute('aria-disabled', 'true')
    await dialog.getByLabelText('Type Build pipeline to confirm').fill('build pipeline')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await expect.poll(() => sent.find(({ method }) => method === 'DELETE')?.headers.get('if-match')).toBe('"2"')
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => sent.some(({ path: to }) => to.endsWith('/restore'))).toBe(true)
  })

  test('shows what hangs on it before it is deleted', async () => {
    const appRoles = { total: 1, items: [{ id: crypto.randomUUID(), role: 'Orders.Read', audience: 'Orders' }] }
    const much = {
      ...radius,
      appRoles,
      clientSecrets: 2,
      week: [{ audience: 'api://orders', tokens: 12 }],
      lastUsedAt: 1,
    }
    const { screen } = await show({
      more: { [`GET /identities/${principalId}/blast-radius`]: () => Response.json(much) },
    })
    const dialog = screen.getByRole('alertdialog')
    await screen.getByRole('button', { name: 'Delete' }).click()
    await expect.element(dialog.getByText(/in the last 7 days: 12 tokens/)).toBeVisible()
    await expect.element(dialog.getByText('Orders.Read')).toBeVisible()
    await expect.element(dialog.getByText('1 certificate, 2 client secrets')).toBeVisible()
    await expect.element(dialog.getByLabelText('Type Build pipeline to confirm')).toBeVisible()
  })

  test('asks for its name where what hangs on it is not known', async () => {
    const { screen } = await show({
      more: { [`GET /identities/${principalId}/blast-radius`]: () => problem('conflict', 409, 'The disk is on fire.') },
    })
    await screen.getByRole('button', { name: 'Pause' }).click()
    const dialog = screen.getByRole('alertdialog')
    await expect.element(dialog.getByText('The disk is on fire.')).toBeVisible()
    await expect.element(dialog.getByLabelText('Type Build pipeline to confirm')).toBeVisible()
  })

  test('restores a deleted one, of which nothing else can be changed', async () => {
    const deleted = { ...exampleApplication, state: 'deleted', deletedAt: 1, purgeAt: Date.now() + 86_400_000 } as const
    const { screen, sent } = await show({
      tab: 'secrets',
      application: deleted,
      more: { [`POST ${path}/restore`]: () => Response.json(exampleApplication) },
    })
    await expect
      .element(screen.getByRole('button', { name: 'Create secret' }))
      .toHaveAccessibleDescription('It is deleted; restore it first.')
    await screen.getByRole('button', { name: 'Restore' }).click()
    await screen.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
    await expect.poll(() => sent.some(({ path: to }) => to.endsWith('/restore'))).toBe(true)
  })

  test('renames under the version that is shown, and shows the difference when somebody else was faster', async () => {
    let answer = () => problem('precondition_failed', 412)
    let current = exampleApplication
    const { screen, sent } = await show({
      more: { [`GET ${path}`]: () => Response.json(current), [`PUT ${path}`]: () => answer() },
    })
    await screen.getByRole('button', { name: 'Rename' }).click()
    const dialog = screen.getByRole('dialog')
    await dialog.getByLabelText('Name').fill('Deployer')
    current = { ...exampleApplication, name: 'Releaser', version: 4 }
    await dialog.getByRole('button', { name: 'Rename' }).click()
    await dialog.getByRole('button', { name: 'See difference' }).click()
    await expect.element(dialog.getByRole('row', { name: 'Name (differs) Releaser Deployer' })).toBeVisible()
    answer = () => Response.json({ ...exampleApplication, name: 'Deployer', version: 5 })
    await dialog.getByRole('button', { name: 'Keep mine' }).click()
    await dialog.getByRole('button', { name: 'Rename' }).click()
    await expect.element(dialog).not.toBeInTheDocument()
    expect(sent.findLast(({ method }) => method === 'PUT')?.headers.get('if-match')).toBe('"4"')
  })
})
