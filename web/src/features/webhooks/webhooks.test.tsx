import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { exampleDelivery, exampleWebhook } from './testing/examples.ts'
import { WebhookPage } from './webhook-page.tsx'
import { WebhooksPage } from './webhooks-page.tsx'

afterEach(() => vi.restoreAllMocks())

const at = `/webhooks/${exampleWebhook.id}`
const secret = 'whsec_c2VjcmV0'

async function showList(role: Role = 'admin', items = [exampleWebhook]) {
  await page.viewport(1280, 800)
  const sent = fakeServer({
    'GET /webhooks': () => Response.json({ items }),
    'POST /webhooks': () => Response.json({ webhook: exampleWebhook, secret }, { status: 201 }),
  })
  const content = () => <WebhooksPage />
  const { screen } = await showPage('/settings/webhooks', content, '/settings/webhooks', role)
  return { screen, sent }
}

async function showOne(webhook = exampleWebhook) {
  await page.viewport(1280, 800)
  const sent = fakeServer({
    [`GET ${at}`]: () => Response.json(webhook),
    [`PUT ${at}`]: () => Response.json({ ...webhook, enabled: false }),
    [`GET ${at}/deliveries`]: () => Response.json({ items: [exampleDelivery], nextCursor: null }),
    [`POST ${at}/deliveries/${exampleDelivery.id}/resend`]: () => Response.json(exampleDelivery),
    [`POST ${at}/test`]: () => Response.json(exampleDelivery, { status: 201 }),
    [`POST ${at}/secret`]: () => Response.json({ webhook, secret }),
  })
  const content = () => (
    <>
      <WebhookPage />
      <Toaster />
    </>
  )
  const address = `/settings/webhooks/${exampleWebhook.id}`
  const { screen } = await showPage('/settings/webhooks/$webhookId', content, address)
  return { screen, sent }
}

test('lists webhooks by the host of their address: its path may be a secret', async () => {
  const { screen } = await showList()
  const row = screen.getByRole('table', { name: 'Webhooks' }).getByRole('row').nth(1)
  for (const words of ['pager', 'hooks.example', 'Enabled']) await expect.element(row.getByText(words)).toBeVisible()
  expect(document.body.textContent).not.toContain('key=1')
})

test('adds a webhook and shows its secret this once', async () => {
  const { screen, sent } = await showList('admin', [])
  await screen.getByRole('button', { name: 'Add webhook' }).first().click()
  const dialog = screen.getByRole('dialog')
  await dialog.getByLabelText('Name').fill('pager')
  await dialog.getByLabelText('Address').fill('ftp://x')
  await dialog.getByRole('button', { name: 'Add' }).click()
  await expect.element(dialog.getByText(/^Give an address/)).toBeVisible()
  await dialog.getByLabelText('Address').fill('https://hooks.example/in')
  await dialog.getByLabelText('Somebody acknowledges one').click()
  await dialog.getByRole('button', { name: 'Add' }).click()
  await expect.element(screen.getByText(secret)).toBeVisible()
  expect(sent.find(({ method }) => method === 'POST')?.body).toMatchObject({
    events: ['alert.opened', 'alert.resolved', 'alert.acknowledged'],
  })
  await screen.getByRole('button', { name: 'I have stored it' }).click()
  await expect.element(screen.getByText(secret)).not.toBeInTheDocument()
})

test('shows nothing to a role that may not change webhooks (SEC-27)', async () => {
  const { screen, sent } = await showList('operator')
  await expect.element(screen.getByText('Your role does not allow this')).toBeVisible()
  expect(sent.filter(({ path }) => path.startsWith('/webhooks'))).toEqual([])
})

test('shows each message with what came back, inert, and sends it again (SEC-24)', async () => {
  const { screen, sent } = await showOne()
  await screen.getByRole('button', { name: /^Details of Alert opened/ }).click()
  await expect.element(screen.getByText('<h1>broken</h1>')).toBeVisible()
  await screen.getByRole('button', { name: 'Send again' }).click()
  await expect.element(screen.getByText('The message is sent again').first()).toBeInTheDocument()
  expect(sent.filter(({ path }) => path.endsWith('/resend'))).toHaveLength(1)
})

test('sends a test, rolls the secret after a question, and disables as it was seen', async () => {
  const { screen, sent } = await showOne()
  await screen.getByRole('button', { name: 'Send test message' }).click()
  await expect.element(screen.getByText('A test message is on its way').first()).toBeInTheDocument()
  await screen.getByRole('button', { name: 'Roll secret…' }).click()
  expect(sent.some(({ path }) => path.endsWith('/secret'))).toBe(false)
  await screen.getByRole('alertdialog').getByRole('button', { name: 'Roll secret' }).click()
  await expect.element(screen.getByText(secret)).toBeVisible()
  await screen.getByRole('button', { name: 'I have stored it' }).click()
  await screen.getByRole('button', { name: 'Disable' }).click()
  await expect.poll(() => sent.find(({ method }) => method === 'PUT')?.headers.get('if-match')).toBe('"3"')
})

test('of a receiver that is gone says so, and sends nothing', async () => {
  const { screen } = await showOne({ ...exampleWebhook, enabled: false, disabledBecause: 'gone' })
  await expect.element(screen.getByText('Gone, disabled')).toBeVisible()
  await expect
    .element(screen.getByRole('button', { name: 'Send test message' }))
    .toHaveAttribute('aria-disabled', 'true')
})

test('changes address and events as they were seen, and keeps what it was told of', async () => {
  const { screen, sent } = await showOne()
  await screen.getByRole('button', { name: 'Change…' }).click()
  const dialog = screen.getByRole('dialog')
  await expect.element(dialog.getByLabelText('Address')).toHaveValue(exampleWebhook.url)
  await dialog.getByLabelText('Address').fill('https://other.example/in')
  await dialog.getByLabelText('One is resolved').click()
  await dialog.getByLabelText('Rotation failed').click()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect.element(screen.getByText('pager is changed').first()).toBeInTheDocument()
  const change = sent.find(({ method }) => method === 'PUT')
  expect(change?.headers.get('if-match')).toBe('"3"')
  expect(change?.body).toEqual({
    ...{ name: 'pager', url: 'https://other.example/in', enabled: true },
    ...{ events: ['alert.opened', 'alert.resolved'], kinds: ['rotation_failed'] },
  })
})
