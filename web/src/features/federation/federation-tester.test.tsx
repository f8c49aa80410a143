import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { FederationTester } from './federation-tester.tsx'
import { exampleRule, exampleVerdict } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const { principalId } = exampleRule
const path = `POST /identities/${principalId}/federated-credentials/test`
const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln'

async function show(answer: () => Response = () => Response.json(exampleVerdict), role: Role = 'admin') {
  const sent = fakeServer({ [path]: answer })
  const shown = await showPage('/', () => <FederationTester principalId={principalId} />, '/', role)
  const field = shown.screen.getByLabelText('Token of the external issuer')
  return { ...shown, sent, field, button: shown.screen.getByRole('button', { name: 'Test' }) }
}

describe('the tester of federated credentials', () => {
  test('says what each rule makes of a token, check by check, and why', async () => {
    const { screen, field, button } = await show()
    await field.fill(` ${token}\n`)
    await button.click()
    await expect.element(screen.getByText('It would be refused with AADSTS700213')).toBeVisible()
    await expect.element(screen.getByText('No federated credential trusts this subject.')).toBeVisible()
    const checks = screen.getByRole('list', { name: 'Checks of deploy' }).getByRole('listitem')
    await expect.element(checks.nth(0)).toHaveTextContent('Issuer passedThe same to the last character.')
    await expect.element(checks.nth(1)).toHaveTextContent('Subject failedIt is of another branch.')
    await expect.element(checks.nth(2)).toHaveTextContent('Signature not checkedThe subject does not match.')
  })

  test('spells out tricks in what the token says of itself (SEC-25)', async () => {
    const { screen, field, button } = await show()
    await field.fill(token)
    await button.click()
    await expect.element(screen.getByText('repo:contoso/shop:ref:refs/heads/⟨U+202E⟩test')).toBeVisible()
  })

  test('sends the token to Signet alone, and keeps it in no cache (SEC-19)', async () => {
    const { screen, sent, client, field, button } = await show()
    await field.fill(token)
    await button.click()
    await expect.element(screen.getByText(/It would be refused/)).toBeVisible()
    expect(sent.map(({ method, path: to }) => `${method} ${to}`)).toEqual([path])
    expect(sent[0]?.body).toEqual({ token })
    const mutations = client.getMutationCache().getAll()
    const queries = client.getQueryCache().getAll()
    expect(JSON.stringify([...mutations, ...queries].map((each): unknown => each.state))).not.toContain(token)
  })

  test('forgets the token on demand, and when the page is left', async () => {
    const { screen, field, button } = await show()
    await field.fill(token)
    await button.click()
    await expect.element(screen.getByText(/It would be refused/)).toBeVisible()
    await screen.getByRole('button', { name: 'Forget it' }).click()
    await expect.element(field).toHaveValue('')
    await expect.element(screen.getByText(/It would be refused/)).not.toBeInTheDocument()
    await field.fill(token)
    window.dispatchEvent(new PageTransitionEvent('pagehide'))
    await expect.element(field).toHaveValue('')
  })

  test('tells that a token would be accepted', async () => {
    const { screen, field, button } = await show(() =>
      Response.json({ ...exampleVerdict, accepted: true, aadsts: null, reason: 'deploy trusts it.' }),
    )
    await field.fill(token)
    await button.click()
    await expect.element(screen.getByText('It would be accepted')).toBeVisible()
  })

  test('asks nothing without a token, and says why a test failed', async () => {
    const { screen, sent, field, button } = await show(() => problem('internal', 400, 'The disk is on fire.'))
    await expect.element(button).toHaveAttribute('aria-disabled', 'true')
    await field.fill(token)
    await button.click()
    await expect.element(screen.getByText('The disk is on fire.')).toBeVisible()
    expect(sent).toHaveLength(1)
  })

  test('shows one who may not test why', async () => {
    const { button } = await show(undefined, 'viewer')
    await expect.element(button).toHaveAccessibleDescription(/tokens\.test/)
  })
})
