import type { CertificateAuthority } from '@signet/shared/api/certificate-authorities'
import type { SigningKey } from '@signet/shared/api/signing-keys'
import type { Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { KeysPage } from './keys-page.tsx'

afterEach(() => vi.restoreAllMocks())

const day = 86_400_000
const now = Date.now()
const none = { tokens: 0, principals: 0, audiences: 0, until: null }
const active: SigningKey = {
  ...{ kid: 'AAAAaaaa1111', purpose: 'tokens', state: 'active', createdAt: now - 91 * day, activateAt: now - day },
  ...{ retiringAt: null, retireAt: null, held: false },
  live: { tokens: 412, principals: 38, audiences: 3, until: now + 3_600_000 },
}
const next: SigningKey = {
  ...{ ...active, kid: 'BBBBbbbb2222', state: 'prepared', createdAt: now - day, activateAt: now + 89 * day },
  live: none,
}
const old: SigningKey = {
  ...{ ...active, kid: 'CCCCcccc3333', state: 'retiring', createdAt: now - 200 * day, activateAt: now - 91 * day },
  ...{ retiringAt: now - day, retireAt: now + day, live: { ...active.live, tokens: 9 } },
}
const root: CertificateAuthority = {
  ...{ id: 'r', scope: 'root', name: 'Signet Root CA 1a2b', state: 'active', thumbprint: 'ab'.repeat(20) },
  ...{ notBefore: now - day, notAfter: now + 3_649 * day, leavesUntil: now + 3_648 * day },
  ...{ prepareAt: now + 1_825 * day, activateAt: now + 3_041 * day },
}
const tls: CertificateAuthority = {
  ...{ ...root, id: 't', scope: 'tls', name: 'Signet Server CA 3c4d', notAfter: now + 1_800 * day },
  ...{ prepareAt: now + 900 * day, activateAt: now + 1_500 * day },
}

async function show(answers: Parameters<typeof fakeServer>[0] = {}, role: Role = 'admin', width = 1280) {
  await page.viewport(width, 900)
  const sent = fakeServer({
    'GET /signing-keys': () => Response.json({ items: [next, active, old] }),
    'GET /certificate-authorities': () => Response.json({ items: [root, tls] }),
    ...answers,
  })
  const content = () => (
    <>
      <KeysPage />
      <Toaster />
    </>
  )
  const { screen } = await showPage('/settings/keys', content, '/settings/keys', role)
  const keys = screen.getByRole('table', { name: 'Signing keys' })
  const authorities = screen.getByRole('table', { name: 'Certificate authorities' })
  await expect.element(keys.getByRole('row').nth(3)).toBeVisible()
  await expect.element(authorities.getByRole('row').nth(2)).toBeVisible()
  return { screen, keys, authorities, writes: () => sent.filter(({ method }) => method !== 'GET') }
}

test('shows the keys over time, each with its state and the tokens that are out under it', async () => {
  const { screen, keys } = await show()
  await expect.element(screen.getByText('planned rotation')).toBeVisible()
  const rows = [
    ['Prepared', '0'],
    ['Active', '412'],
    ['Retiring', '9'],
  ] as const
  for (const [index, words] of rows.entries()) {
    for (const word of words) {
      await expect
        .element(
          keys
            .getByRole('row')
            .nth(index + 1)
            .getByText(word, { exact: true }),
        )
        .toBeVisible()
    }
  }
})

test('asks before the key that signs is revoked, with what that puts an end to in numbers (SEC-89)', async () => {
  const { screen, writes } = await show({
    'POST /signing-keys/AAAAaaaa1111/emergency-rotation': () =>
      Response.json({ revoked: { ...active, state: 'revoked' }, active: { ...next, state: 'active' } }),
  })
  await screen.getByRole('button', { name: 'Rotate AAAAaaaa' }).click()
  const dialog = screen.getByRole('alertdialog')
  for (const words of ['412', '38', '3']) await expect.element(dialog.getByText(words, { exact: true })).toBeVisible()
  const confirm = dialog.getByRole('button', { name: 'Revoke and rotate' })
  await expect.element(confirm).toHaveAttribute('aria-disabled', 'true')
  await dialog.getByLabelText('Type AAAAaaaa to confirm').fill('aaaaaaaa')
  await dialog.getByLabelText(/Reason/).fill('the disk was sold')
  await confirm.click()
  await expect.element(screen.getByText('BBBBbbbb signs now; AAAAaaaa is revoked').first()).toBeInTheDocument()
  expect(writes().map(({ body }) => body)).toEqual([{ reason: 'the disk was sold' }])
})

test('asks for a fresh code where the server wants one, and goes on from there (SEC-22)', async () => {
  const { screen } = await show({
    'POST /signing-keys/AAAAaaaa1111/emergency-rotation': () => problem('step_up_required', 403, 'Confirm.'),
  })
  await screen.getByRole('button', { name: 'Rotate AAAAaaaa' }).click()
  await screen.getByLabelText('Type AAAAaaaa to confirm').fill('AAAAaaaa')
  await screen.getByRole('button', { name: 'Revoke and rotate' }).click()
  await expect.element(screen.getByText('Confirm that it is you')).toBeVisible()
})

test('shows the refusal of the server before a key that is needed can be removed all the same (SEC-88)', async () => {
  const needed = 'Tokens that it signed are out until 2026-12-01 10:00.'
  const { screen, writes } = await show({
    'DELETE /signing-keys/CCCCcccc3333': () => problem('conflict', 409, needed),
  })
  await screen.getByRole('button', { name: 'Remove CCCCcccc' }).click()
  const dialog = screen.getByRole('alertdialog')
  await expect.element(dialog.getByText(/It leaves by itself at/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect.element(dialog.getByText(needed)).toBeVisible()
  const force = dialog.getByRole('button', { name: 'Remove all the same' })
  await expect.element(force).toHaveAttribute('aria-disabled', 'true')
  await dialog.getByLabelText('Type CCCCcccc to confirm').fill('CCCCcccc')
  await force.click()
  await expect
    .poll(() => writes().map(({ body }) => body))
    .toEqual([
      { reason: '', force: false },
      { reason: '', force: true },
    ])
})

test('a key that is held back is not removed by force either', async () => {
  const { screen, writes } = await show({
    'DELETE /signing-keys/CCCCcccc3333': () => problem('conflict', 409, 'The key is held back.'),
    'GET /signing-keys': () => Response.json({ items: [next, active, { ...old, held: true }] }),
  })
  await screen.getByRole('button', { name: 'Remove CCCCcccc' }).click()
  const dialog = screen.getByRole('alertdialog')
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect.element(dialog.getByText('The key is held back.')).toBeVisible()
  await expect.element(dialog.getByRole('button', { name: 'Remove', exact: true })).toBeVisible()
  expect(writes().map(({ body }) => body)).toEqual([{ reason: '', force: false }])
})

test('holds a key and releases it', async () => {
  const { screen, writes } = await show({
    'POST /signing-keys/CCCCcccc3333/hold': () => Response.json({ ...old, held: true }),
  })
  await screen.getByRole('button', { name: 'Hold CCCCcccc' }).click()
  await expect.element(screen.getByText('CCCCcccc is held back from removal').first()).toBeInTheDocument()
  expect(writes().map(({ body }) => body)).toEqual([{ held: true }])
})

test('shows the authorities with what is next, the root too, and rotates one (SEC-51)', async () => {
  const { screen, authorities, writes } = await show({
    'POST /certificate-authorities/t/rotation': () =>
      Response.json({
        retiring: { ...tls, state: 'retiring' },
        active: { ...tls, id: 'u', name: 'Signet Server CA 5e6f' },
      }),
  })
  for (const row of [1, 2]) {
    await expect
      .element(
        authorities
          .getByRole('row')
          .nth(row)
          .getByText(/Next one made/),
      )
      .toBeVisible()
  }
  expect(authorities.getByRole('button', { name: /^Rotate/ }).elements()).toHaveLength(2)
  await authorities.getByRole('button', { name: 'Rotate Signet Server CA 3c4d' }).click()
  await screen.getByRole('alertdialog').getByRole('button', { name: 'Rotate', exact: true }).click()
  await expect.element(screen.getByText('Signet Server CA 5e6f signs from now on').first()).toBeInTheDocument()
  expect(writes().map(({ path }) => path)).toEqual(['/certificate-authorities/t/rotation'])
})

test('lets a viewer look and do nothing (SEC-27)', async () => {
  const { screen, writes } = await show({}, 'viewer')
  for (const name of [/^Rotate AAAA/, /^Remove BBBB/, /^Hold AAAA/, /^Rotate Signet Root/, /^Rotate Signet Server/]) {
    const button = screen.getByRole('button', { name })
    await expect.element(button).toHaveAttribute('aria-disabled', 'true')
    await button.click({ force: true })
  }
  expect(writes()).toEqual([])
})

test.each([1280, 390])('fits a window of %i px', async (width) => {
  await show({}, 'admin', width)
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width)
})
