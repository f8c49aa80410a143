import type { SecretSummary } from '@signet/shared/api/vault'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { SecretPage } from './secret-page.tsx'
import { exampleHolder, exampleSecret, exampleUse, exampleVault, exampleVersion } from './testing/examples.ts'

beforeEach(() => page.viewport(1280, 900))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const vaultPath = '/vaults/shop-prod'
const path = `${vaultPath}/secrets/db-password`
const earlier = { ...exampleVersion, id: 'b2'.repeat(16), isCurrent: false, enabled: false }
const value = 'hunter2-sentinel'
const revealPath = `POST ${path}/versions/${exampleVersion.id}/reveal`
const session = {
  operator: { id: '01890000-0000-4000-8000-000000000099', displayName: 'Ada', role: 'admin' },
  permissions: ['vaults.write', 'secrets.reveal', 'instances.read'],
  ...{ csrfToken: 'c', idleExpiresAt: 9e12, absoluteExpiresAt: 9e12, stepUpUntil: 9e12 },
}
const paged = (...items: unknown[]) => Response.json({ items, nextCursor: null })

interface Shown {
  version?: string
  role?: Role
  secret?: SecretSummary
  more?: Parameters<typeof fakeServer>[0]
}

async function show({ version = '', role = 'admin', secret = exampleSecret, more = {} }: Shown = {}) {
  const sent = fakeServer({
    [`GET ${vaultPath}`]: () => Response.json(exampleVault),
    [`GET ${path}`]: () => Response.json(secret),
    [`GET ${path}/versions`]: () => paged(exampleVersion, earlier),
    [`GET ${path}/versions/${earlier.id}`]: () => Response.json(earlier),
    [`GET ${path}/uses`]: () => paged(exampleUse),
    'GET /access/holders': () => paged(exampleHolder),
    [revealPath]: () => Response.json({ value }),
    ...more,
  })
  const content = () => (
    <>
      <SecretPage />
      <Toaster />
    </>
  )
  const route = '/vaults/$vaultName/secrets/$secretName/{-$version}'
  const shown = await showPage(route, content, `${path}/${version}`, role)
  await expect.element(shown.screen.getByRole('heading', { level: 1, name: 'db-password' })).toBeVisible()
  return { ...shown, sent }
}

type Screen = Awaited<ReturnType<typeof show>>['screen']

async function reveal(screen: Screen): Promise<void> {
  await screen.getByRole('button', { name: 'Reveal' }).click()
  const dialog = screen.getByRole('dialog')
  await dialog.getByLabelText('Reason').fill('on call')
  await dialog.getByRole('button', { name: 'Reveal' }).click()
}

describe('the page of a secret', () => {
  test('shows versions, who read it and who can, and asks for no value', async () => {
    const { screen, sent } = await show()
    await expect.element(screen.getByRole('table', { name: 'Who read it' }).getByText('orders-worker')).toBeVisible()
    const readers = screen.getByRole('table', { name: 'Who can read it' })
    await expect.element(readers.getByText('Key Vault Secrets User')).toBeVisible()
    await expect.element(screen.getByRole('row', { name: /^a1a1a1a1… current shown above Enabled/ })).toBeVisible()
    expect(sent.filter(({ method }) => method !== 'GET')).toEqual([])
  })

  test('shows the version that the address names', async () => {
    const { screen } = await show({ version: earlier.id })
    await expect.element(screen.getByRole('heading', { name: 'Earlier version' })).toBeVisible()
    await expect
      .element(screen.getByTitle(`https://shop-prod.vault.signet.test/secrets/db-password/${earlier.id}`))
      .toBeVisible()
    await expect.element(screen.getByRole('row', { name: /^b2b2b2b2… shown above Disabled/ })).toBeVisible()
  })

  test('names refused tries as what they are', async () => {
    const refused = { ...exampleUse, action: 'secret.refused', outcome: 'refused', reason: 'forbidden' }
    const { screen } = await show({ more: { [`GET ${path}/uses`]: () => paged(refused) } })
    await expect.element(screen.getByRole('table', { name: 'Who read it' }).getByText('Refused')).toBeVisible()
  })

  test('lets an operator set and not reveal, and says which permission that takes', async () => {
    const { screen } = await show({ role: 'operator' })
    await expect.element(screen.getByRole('button', { name: 'Reveal' })).toHaveAccessibleDescription(/secrets\.reveal/)
    await expect.element(screen.getByRole('button', { name: 'Set new version' })).not.toHaveAttribute('aria-disabled')
  })
})

describe('revealing', () => {
  test('needs a reason and a fresh confirmation, shows nothing by itself, and keeps the value in no cache (SEC-19)', async () => {
    let isConfirmed = false
    const { screen, client, sent } = await show({
      more: {
        [revealPath]: () => (isConfirmed ? Response.json({ value }) : problem('step_up_required', 403)),
        'POST /session/step-up': () => {
          isConfirmed = true
          return Response.json(session)
        },
      },
    })
    await screen.getByRole('button', { name: 'Reveal' }).click()
    const dialog = screen.getByRole('dialog')
    await expect.element(dialog.getByRole('button', { name: 'Reveal' })).toHaveAttribute('aria-disabled', 'true')
    await dialog.getByLabelText('Reason').fill('on call')
    await dialog.getByRole('button', { name: 'Reveal' }).click()
    await screen.getByLabelText('One-time code').fill('0123456789abcdef')
    await screen.getByRole('button', { name: 'Confirm' }).click()
    await expect.element(screen.getByText('Copy without showing')).toBeVisible()
    await expect.element(screen.getByText(value)).not.toBeInTheDocument()
    await screen.getByRole('button', { name: 'Show' }).click()
    await expect.element(screen.getByText(value)).toBeVisible()
    expect(sent.findLast(({ method }) => method === 'POST')?.body).toEqual({ reason: 'on call' })
    const kept = [...client.getMutationCache().getAll(), ...client.getQueryCache().getAll()]
    expect(JSON.stringify(kept.map((each): unknown => each.state))).not.toContain(value)
  })

  test('is copied without being shown', async () => {
    const copied: string[] = []
    vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(async (text) => void copied.push(text))
    const { screen } = await show()
    await reveal(screen)
    await screen.getByRole('button', { name: 'Copy without showing' }).click()
    expect(copied).toEqual([value])
    await expect.element(screen.getByText(value)).not.toBeInTheDocument()
  })

  test('hides by itself after half a minute, and is forgotten where another version is looked at', async () => {
    const { screen, history } = await show()
    await reveal(screen)
    const button = screen.getByRole('button', { name: 'Show' })
    await expect.element(button).toBeVisible()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    button.element().dispatchEvent(new MouseEvent('click', { bubbles: true }))
    await expect.element(screen.getByText(value)).toBeVisible()
    vi.advanceTimersByTime(29_000)
    await expect.element(screen.getByText(value)).toBeVisible()
    vi.advanceTimersByTime(1_000)
    vi.useRealTimers()
    await expect.element(screen.getByText(value)).not.toBeInTheDocument()
    await expect.element(screen.getByText('Copy without showing')).toBeVisible()
    history.push(`${path}/${earlier.id}`)
    await expect.element(screen.getByRole('heading', { name: 'Earlier version' })).toBeVisible()
    await expect.element(screen.getByText('Copy without showing')).not.toBeInTheDocument()
    history.push(path)
    await expect.element(screen.getByRole('heading', { name: 'Current version' })).toBeVisible()
    await expect.element(screen.getByRole('button', { name: 'Reveal' })).toBeVisible()
  })

  test('shows the read at once where reads are listed', async () => {
    let uses = [exampleUse]
    const own = { ...exampleUse, auditEventId: exampleHolder.id, action: 'secret.revealed', reason: 'on call' } as const
    const { screen } = await show({
      more: {
        [revealPath]: () => {
          uses = [own, exampleUse]
          return Response.json({ value })
        },
        [`GET ${path}/uses`]: () => paged(...uses),
      },
    })
    await reveal(screen)
    await expect.element(screen.getByRole('row', { name: /Revealed to a person .* on call/ })).toBeVisible()
  })
})

describe('setting and changing', () => {
  test('sets a version with its dates and keeps its value in no cache, not even while it fails', async () => {
    let answer = () => problem('conflict', 409, 'The disk is on fire.')
    const { screen, sent, client } = await show({ more: { [`POST ${path}/versions`]: () => answer() } })
    await screen.getByRole('button', { name: 'Set new version' }).click()
    const dialog = screen.getByRole('dialog')
    await dialog.getByLabelText('Value').fill(value)
    await dialog.getByLabelText(/^Valid from/).fill('2031-01-02T03:04:05')
    await dialog.getByLabelText(/^Expires/).fill('2030-01-02T03:04:05')
    await dialog.getByRole('button', { name: 'Set' }).click()
    await expect.element(dialog.getByText(/^It has to be after/)).toBeVisible()
    expect(sent.filter(({ method }) => method === 'POST')).toEqual([])
    await dialog.getByLabelText(/^Expires/).fill('2032-01-02T03:04:05')
    await dialog.getByRole('button', { name: 'Set' }).click()
    await expect.element(dialog.getByText('The disk is on fire.')).toBeVisible()
    const kept = [...client.getMutationCache().getAll(), ...client.getQueryCache().getAll()]
    expect(JSON.stringify(kept.map((each): unknown => each.state))).not.toContain(value)
    answer = () => Response.json({ ...exampleSecret, versions: 3 }, { status: 201 })
    await dialog.getByRole('button', { name: 'Set' }).click()
    await expect.element(screen.getByText('db-password has a new version')).toBeVisible()
    expect(sent.findLast(({ method }) => method === 'POST')?.body).toMatchObject({
      ...{ value, enabled: true, contentType: 'text/plain', tags: {} },
    })
  })

  test('disables a version under the secret’s version that is shown, and shows the difference to one that is newer', async () => {
    let answer = () => problem('precondition_failed', 412)
    let current = exampleSecret
    const { screen, sent } = await show({
      more: {
        [`GET ${path}`]: () => Response.json(current),
        [`GET ${path}/versions/${exampleVersion.id}`]: () => Response.json(current.current),
        [`PUT ${path}/versions/${exampleVersion.id}`]: () => answer(),
      },
    })
    await screen.getByRole('button', { name: 'Change' }).click()
    const dialog = screen.getByRole('dialog')
    await dialog.getByLabelText(/^Enabled/).click()
    current = { ...exampleSecret, version: 8, current: { ...exampleVersion, contentType: 'application/json' } }
    await dialog.getByRole('button', { name: 'Save' }).click()
    expect(sent.find(({ method }) => method === 'PUT')?.headers.get('if-match')).toBe('"5"')
    await dialog.getByRole('button', { name: 'See difference' }).click()
    await expect
      .element(dialog.getByRole('row', { name: 'Content type (differs) application/json text/plain' }))
      .toBeVisible()
    answer = () => Response.json(current)
    await dialog.getByRole('button', { name: 'Keep mine' }).click()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect.element(dialog).not.toBeInTheDocument()
    const last = sent.findLast(({ method }) => method === 'PUT')
    expect([last?.headers.get('if-match'), last?.body]).toMatchObject(['"8"', { enabled: false }])
  })

  test('deletes one that was read lately once its name is typed; a deleted one can be recovered, and nothing else', async () => {
    const lastRead = { at: Date.now() - 1_000, by: { kind: 'principal', id: null, label: 'orders-worker' } } as const
    let current: SecretSummary = { ...exampleSecret, lastRead }
    const now = (next: SecretSummary) => {
      current = next
      return Response.json(next)
    }
    const gone = { ...current, deletedAt: 1, purgeAt: Date.now() + 86_400_000, version: 6 }
    const { screen, sent } = await show({
      more: {
        [`GET ${path}`]: () => Response.json(current),
        [`DELETE ${path}`]: () => now(gone),
        [`POST ${path}/recover`]: () => now(exampleSecret),
      },
    })
    await screen.getByRole('button', { name: 'Delete' }).click()
    const dialog = screen.getByRole('alertdialog')
    await expect.element(dialog.getByText('orders-worker')).toBeVisible()
    await dialog.getByLabelText('Type db-password to confirm').fill('db-password')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await expect.element(screen.getByText('It is deleted', { exact: true })).toBeVisible()
    expect(sent.find(({ method }) => method === 'DELETE')?.headers.get('if-match')).toBe('"5"')
    for (const name of ['Reveal', 'Change']) {
      await expect.element(screen.getByRole('button', { name })).toHaveAccessibleDescription(/It is deleted/)
    }
    await screen.getByRole('button', { name: 'Recover' }).click()
    await screen.getByRole('dialog').getByRole('button', { name: 'Recover' }).click()
    await expect.element(screen.getByRole('button', { name: 'Set new version' })).toBeVisible()
  })
})
