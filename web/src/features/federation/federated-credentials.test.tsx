import type { FederatedCredential } from '@signet/shared/api/federation'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { FederatedCredentials } from './federated-credentials.tsx'
import { exampleRule } from './testing/examples.ts'

beforeEach(() => page.viewport(1280, 900))
afterEach(() => vi.restoreAllMocks())

const { principalId } = exampleRule
const all = `/identities/${principalId}/federated-credentials`
const one = `${all}/${exampleRule.id}`
const broad: FederatedCredential = {
  ...exampleRule,
  match: 'prefix',
  subject: 'repo:contoso',
  warnings: ['It matches names that only begin alike.'],
  version: 4,
}

async function show(items: FederatedCredential[], more: Parameters<typeof fakeServer>[0] = {}, role: Role = 'admin') {
  const sent = fakeServer({ [`GET ${all}`]: () => Response.json({ items, nextCursor: null }), ...more })
  const content = () => (
    <>
      <FederatedCredentials principalId={principalId} />
      <Toaster />
    </>
  )
  return { ...(await showPage('/', content, '/', role)), sent }
}

describe('federated credentials', () => {
  test('are listed in plain words, a subject with its tricks spelt out (SEC-25)', async () => {
    const { screen } = await show([{ ...broad, subject: 'repo:\u202econtoso' }])
    const row = screen.getByRole('table').getByRole('row').nth(1)
    await expect.element(row.getByText('repo:⟨U+202E⟩contoso')).toBeVisible()
    await expect.element(row.getByText('begins with')).toBeVisible()
    await expect.element(row.getByText('By discovery')).toBeVisible()
    await expect.element(row.getByText('Perhaps too much')).toBeVisible()
    await screen.getByRole('button', { name: /^Details of/ }).click()
    await expect.element(screen.getByText('It matches names that only begin alike.')).toBeVisible()
  })

  test('say what they are for where there is none', async () => {
    const { screen } = await show([])
    await expect.element(screen.getByText('No external token is trusted')).toBeVisible()
  })

  test('show one who may not change them why', async () => {
    const { screen } = await show([], {}, 'viewer')
    await expect
      .element(screen.getByRole('button', { name: 'Add federated credential' }))
      .toHaveAccessibleDescription(/identities\.write/)
  })

  test('are made from the preset of a Kubernetes cluster, with the subject shown as it will be', async () => {
    const { screen, sent } = await show([], { [`POST ${all}`]: () => Response.json(exampleRule, { status: 201 }) })
    await screen.getByRole('button', { name: 'Add federated credential' }).click()
    const dialog = screen.getByRole('dialog', { name: 'Add federated credential' })
    await dialog.getByLabelText('Name').fill('cluster')
    await dialog.getByLabelText('Issuer of the cluster').fill('http://oidc.example')
    await dialog.getByLabelText('Service account').fill('payments')
    await expect.element(dialog.getByText('system:serviceaccount:default:payments')).toBeVisible()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect.element(dialog.getByLabelText('Issuer of the cluster')).toHaveAccessibleDescription(/https address/)
    expect(sent.filter(({ method }) => method === 'POST')).toEqual([])
    await dialog.getByLabelText('Issuer of the cluster').fill('https://oidc.example')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect.element(dialog).not.toBeInTheDocument()
    expect(sent.find(({ method }) => method === 'POST')?.body).toMatchObject({
      issuer: 'https://oidc.example',
      match: 'exact',
      subject: 'system:serviceaccount:default:payments',
    })
  })

  test('that trust too much say so while they are written, and can be saved all the same', async () => {
    const { screen, sent } = await show([], { [`POST ${all}`]: () => Response.json(broad, { status: 201 }) })
    await screen.getByRole('button', { name: 'Add federated credential' }).click()
    const dialog = screen.getByRole('dialog')
    await dialog.getByLabelText('Who issues the tokens').selectOptions('Another issuer')
    await dialog.getByLabelText('Name').fill('deploy')
    await dialog.getByLabelText('Issuer', { exact: true }).fill(broad.issuer)
    await dialog.getByLabelText('How the subject is compared').selectOptions('Subject begins with')
    await dialog.getByLabelText('Subject', { exact: true }).fill('repo:contoso/shop:ref:')
    await expect.element(dialog.getByRole('button', { name: 'Save', exact: true })).toBeVisible()
    await dialog.getByLabelText('Subject', { exact: true }).fill(broad.subject)
    await expect.element(dialog.getByText(/It matches names that only begin alike/)).toBeVisible()
    expect(sent.filter(({ method }) => method === 'POST')).toEqual([])
    await dialog.getByRole('button', { name: 'Save all the same' }).click()
    await expect.element(dialog).not.toBeInTheDocument()
    expect(sent.find(({ method }) => method === 'POST')?.body).toMatchObject({ subject: broad.subject })
  })

  test('show the difference when somebody else was faster, and overwrite nothing before that', async () => {
    let answer = () => problem('precondition_failed', 412)
    const { screen, sent } = await show([exampleRule], {
      [`PUT ${one}`]: () => answer(),
      [`GET ${one}`]: () => Response.json({ ...exampleRule, name: 'release', version: 9 }),
    })
    await screen.getByRole('button', { name: /^Details of/ }).click()
    await screen.getByRole('button', { name: 'Change' }).click()
    const dialog = screen.getByRole('dialog')
    await dialog.getByLabelText('Name').fill('shipping')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByRole('button', { name: 'See difference' }).click()
    await expect.element(dialog.getByRole('row', { name: 'Name (differs) release shipping' })).toBeVisible()
    answer = () => Response.json({ ...exampleRule, version: 10 })
    await dialog.getByRole('button', { name: 'Keep mine' }).click()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect.element(dialog).not.toBeInTheDocument()
    expect(sent.findLast(({ method }) => method === 'PUT')?.headers.get('if-match')).toBe('"9"')
  })

  test('that were used lately are removed only once their name is typed', async () => {
    const { screen, sent } = await show([{ ...exampleRule, lastUsedAt: Date.now() - 1_000 }], {
      [`DELETE ${one}`]: () => new Response(null, { status: 204 }),
    })
    await screen.getByRole('button', { name: /^Details of/ }).click()
    await screen.getByRole('button', { name: 'Remove' }).click()
    const dialog = screen.getByRole('alertdialog')
    await expect.element(dialog.getByRole('button', { name: 'Remove' })).toHaveAttribute('aria-disabled', 'true')
    await dialog.getByLabelText('Type deploy to confirm').fill('deploy')
    await dialog.getByRole('button', { name: 'Remove' }).click()
    await expect.element(dialog).not.toBeInTheDocument()
    expect(sent.find(({ method }) => method === 'DELETE')?.headers.get('if-match')).toBe('"3"')
  })
})
