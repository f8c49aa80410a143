import type { BlastRadius, InstanceSummary } from '@signet/shared/api/resources'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { exampleRadius } from '../../api/testing/example-radius.ts'
import { fakeServer, problem, WithQueries } from '../../api/testing/fake-server.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { StopDialog } from './blast-dialog.tsx'

afterEach(() => vi.restoreAllMocks())

const principalId = exampleRadius.principalId
const radiusPath = `GET /identities/${principalId}/blast-radius`
const offPath = `PUT /instances/${exampleInstance.id}/identity`
const pausePath = `POST /identities/${principalId}/pause`
const paused = { ...exampleInstance, health: { state: 'paused', reason: '', fix: null }, version: 5 }

const used: BlastRadius = {
  ...exampleRadius,
  lastUsedAt: Date.now() - 120_000,
  day: [
    { audience: 'https://vault.azure.net', tokens: 1_106, lastAt: Date.now() - 120_000 },
    { audience: 'https://management.azure.com/', tokens: 98, lastAt: Date.now() - 240_000 },
  ],
  week: [{ audience: 'https://vault.azure.net', tokens: 9_000 }],
  live: {
    tokens: 3,
    until: Date.now() + 3_600_000,
    audiences: [{ audience: 'https://vault.azure.net', tokens: 3, until: Date.now() + 3_600_000 }],
  },
  grants: { total: 1, items: [{ id: crypto.randomUUID(), role: 'Key Vault Secrets User', scope: '/kv' }] },
  secrets: {
    total: 2,
    items: [
      { vault: 'prod-kv', secret: null, secrets: 4 },
      { vault: 'dev-kv', secret: 'db', secrets: 1 },
    ],
  },
  federations: { total: 1, items: [{ id: crypto.randomUUID(), name: 'ci', issuer: 'https://issuer', subject: 's' }] },
}

async function open(
  radius: () => Response,
  more: Parameters<typeof fakeServer>[0] = {},
  act: 'turn-off' | 'pause' = 'turn-off',
) {
  const sent = fakeServer({ [radiusPath]: radius, ...more })
  const onClose = vi.fn()
  const dialog = (instance: InstanceSummary) => (
    <WithQueries>
      <StopDialog instance={instance} principalId={principalId} act={act} onClose={onClose} />
      <Toaster />
    </WithQueries>
  )
  const screen = await render(dialog(exampleInstance))
  return { sent, onClose, screen, confirm: screen.getByRole('button', { name: 'Turn off' }) }
}

describe('the dialog before an identity is stopped', () => {
  test('shows what uses it, and confirms only once its name is typed', async () => {
    const { screen, confirm, sent, onClose } = await open(() => Response.json(used), {
      [offPath]: () => Response.json(exampleInstance),
    })
    await expect.element(screen.getByText(/1204 tokens/)).toBeVisible()
    for (const words of [
      /1106 for vault.azure.net, 98 for management.azure.com/,
      /^3 tokens, the last ends/,
      /^3 for vault.azure.net, until/,
      'Key Vault Secrets User at /kv',
      'every secret of prod-kv (4)',
      'dev-kv/db',
      'ci of https://issuer',
    ]) {
      await expect.element(screen.getByText(words)).toBeVisible()
    }
    await expect.element(confirm).toHaveAttribute('aria-disabled', 'true')
    await screen.getByLabelText('Type web-01 to confirm').fill('web-0')
    await expect.element(confirm).toHaveAttribute('aria-disabled', 'true')
    await screen.getByLabelText('Type web-01 to confirm').fill('WEB-01')
    await screen.getByLabelText('Reason (optional)').fill('decommission')
    await confirm.click()
    await expect.poll(() => onClose).toHaveBeenCalled()
    const request = sent.find((one) => one.method === 'PUT')
    expect(request?.body).toEqual({ enabled: false, reason: 'decommission' })
    expect(request?.headers.get('if-match')).toBe('"4"')
    expect(request?.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('asks for no name when nobody uses it', async () => {
    const { screen, confirm } = await open(() => Response.json(exampleRadius))
    await expect.element(screen.getByText('It was not used yet.')).toBeVisible()
    await expect.element(confirm).not.toHaveAttribute('aria-disabled')
    expect(screen.getByLabelText(/^Type /).query()).toBeNull()
  })

  test('says that it could not look, and asks for the name then', async () => {
    const { screen, confirm } = await open(() => problem('internal', 500, 'The disk is on fire.'))
    await expect.element(screen.getByText('What depends on it could not be looked up')).toBeVisible()
    await expect.element(screen.getByText('The disk is on fire.')).toBeVisible()
    await expect.element(screen.getByLabelText('Type web-01 to confirm')).toBeVisible()
    await expect.element(confirm).toHaveAttribute('aria-disabled', 'true')
  })

  test('starts on Cancel, and Enter never confirms', async () => {
    const { screen, sent, onClose } = await open(() => Response.json(used))
    await expect.element(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus()
    await screen.getByLabelText('Type web-01 to confirm').fill('web-01')
    await userEvent.keyboard('{Enter}')
    await screen.getByLabelText('Reason (optional)').click()
    await userEvent.keyboard('{Enter}')
    expect(sent.filter((one) => one.method !== 'GET')).toEqual([])
    expect(onClose).not.toHaveBeenCalled()
  })

  test('pauses instead when asked to, and can be taken back from the message', async () => {
    const resumePath = `POST /identities/${principalId}/resume`
    const { screen, sent, onClose } = await open(() => Response.json(exampleRadius), {
      [pausePath]: () => Response.json(paused),
      [resumePath]: () => Response.json(exampleInstance),
    })
    await screen.getByLabelText(/pause instead/).click()
    await screen.getByRole('button', { name: 'Pause', exact: true }).click()
    await expect.poll(() => onClose).toHaveBeenCalled()
    await expect.element(screen.getByText('The identity of web-01 is paused')).toBeInTheDocument()
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => sent.some((one) => one.path.endsWith('/resume'))).toBe(true)
  })

  test('tells why the last attempt failed, not why one before it did', async () => {
    const { screen, confirm } = await open(() => Response.json(exampleRadius), {
      [offPath]: () => problem('unavailable', 503, 'The server is busy.'),
      [pausePath]: () => problem('precondition_failed', 412),
    })
    await expect.element(confirm).not.toHaveAttribute('aria-disabled')
    await confirm.click()
    await expect.element(screen.getByText('The server is busy.')).toBeVisible()
    await screen.getByLabelText(/pause instead/).click()
    await screen.getByRole('button', { name: 'Pause', exact: true }).click()
    await expect.element(screen.getByText('It was changed while this was open')).toBeVisible()
    await expect.element(screen.getByText('The server is busy.')).not.toBeInTheDocument()
  })

  test('tells of a change that somebody else made meanwhile, and goes on from there on demand', async () => {
    let answer = () => problem('precondition_failed', 412)
    const server = fakeServer({ [radiusPath]: () => Response.json(exampleRadius), [offPath]: () => answer() })
    const onClose = vi.fn()
    const dialog = (instance: InstanceSummary) => (
      <StopDialog instance={instance} principalId={principalId} act="turn-off" onClose={onClose} />
    )
    const screen = await render(dialog(exampleInstance), { wrapper: WithQueries })
    const confirm = screen.getByRole('button', { name: 'Turn off' })
    await expect.element(confirm).not.toHaveAttribute('aria-disabled')
    await confirm.click()
    await expect.element(screen.getByText('It was changed while this was open')).toBeVisible()
    await screen.rerender(dialog(paused as InstanceSummary))
    await expect.element(screen.getByRole('row', { name: 'Identity (differs) On Paused' })).toBeVisible()
    answer = () => Response.json(exampleInstance)
    await screen.getByRole('button', { name: 'Decide on it as it is now' }).click()
    await confirm.click()
    await expect.poll(() => onClose).toHaveBeenCalled()
    expect(server.at(-1)?.headers.get('if-match') ?? server.at(-2)?.headers.get('if-match')).toBe('"5"')
  })
})
