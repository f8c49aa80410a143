import { readFileSync } from 'node:fs'
import { ServiceCaller } from '../service-call.ts'
import { Stack } from '../stack.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { expectNoOverflow } from './journey.ts'

const secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
const value = 'correct-horse-battery'

let stack: Stack

test.beforeAll(async () => {
  stack = await Stack.open()
  await stack.start()
})
test.afterAll(() => stack.close())

interface Event {
  readonly action: string
  readonly actor: { readonly kind: string; readonly id: string | null }
  readonly reason: string | null
}

/** Everything on record of values that left the vault, or would have. */
async function uses(): Promise<Event[]> {
  const filter = encodeURIComponent('action:secret.read,secret.revealed,secret.backed_up,secret.refused')
  return (await stack.admin<{ items: Event[] }>('GET', `/audit?limit=100&filter=${filter}`)).items
}

/** A token for vaults, as the code on this machine gets it. */
async function localToken(): Promise<string> {
  const { SIGNET_IMDS_URL } = stack.clientVariables()
  const query = 'api-version=2018-02-01&resource=https://vault.azure.net'
  const answer = await fetch(`${SIGNET_IMDS_URL}/metadata/identity/oauth2/token?${query}`, {
    headers: { Metadata: 'true' },
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  return access_token
}

test('an operator keeps a secret for an instance and sees who reads it; looking is no read, and revealing is one', async ({
  page,
  context,
  provokes,
}) => {
  test.setTimeout(180_000)
  // The confirmation that a reveal needs is asked for by refusing it.
  provokes(/ 403 \(Forbidden\) \S+\/reveal/)
  // News of a purge may come to its page before that is left.
  provokes(/ 404 \(Not Found\) \S+\/api\/vaults\/acme-kv(\/secrets(\/Db-Password(\/(uses|versions))?)?)?$/)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  const { identity } = await stack.json<{ identity: { principalId: string } }>('instance', 'on', instance?.name ?? '')
  const { url: link } = await stack.admin<{ url: string }>('POST', '/console/codes', {})
  const { origin } = new URL(link)
  await page.goto(link)
  await expect(page.getByRole('heading', { name: 'Overview', exact: true })).toBeVisible({ timeout: 30_000 })
  const main = page.getByRole('main')

  await test.step('a vault is made', async () => {
    await page.keyboard.press('g')
    await page.keyboard.press('v')
    await expect(page.getByText('No vault', { exact: true })).toBeVisible()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'New vault' }).click()
    const dialog = page.getByRole('dialog', { name: 'New vault' })
    await dialog.getByLabel('Name').fill('acme-kv')
    await dialog.getByLabel('Tags').fill('team=payments')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Create' }).click()
    await expect(page).toHaveURL(`${origin}/vaults/acme-kv`)
    await expect(page.getByText('The vault has no secret yet')).toBeVisible()
  })

  await test.step('a secret is set, and its value is nowhere on the page', async () => {
    await main.getByRole('button', { name: 'Set a secret' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('Db-Password')
    await dialog.getByLabel('Value').fill(value)
    await dialog.getByLabel('Content type').fill('text/plain')
    await dialog.getByRole('button', { name: 'Set', exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Db-Password' })).toBeVisible()
    await expect(page.getByText('Nobody has read it yet')).toBeVisible()
    await expect(page.getByText('Nobody can read it')).toBeVisible()
    expect(await page.content()).not.toContain(value)
    await expectAccessible(page)
    await expectNoOverflow(page)
  })

  const vault = await stack.admin<{ url: string; resourceId: string }>('GET', '/vaults/acme-kv')
  const { SIGNET_CA_FILE = '' } = stack.clientVariables()
  const caller = new ServiceCaller(Number(new URL(vault.url).port || 443), readFileSync(SIGNET_CA_FILE, 'utf8'))
  const address = `${vault.url}/secrets/Db-Password?api-version=7.4`

  await test.step('a refused try and a read of the instance appear by themselves, with who and when', async () => {
    const token = await localToken()
    const table = page.getByRole('table', { name: 'Who read it' })
    expect(await caller.get(address, token)).toBe(403)
    await expect(table.getByText('Refused')).toBeVisible()
    await stack.admin('POST', '/role-assignments', {
      ...{ principalId: identity.principalId, roleId: secretsUser, scope: vault.resourceId },
    })
    await expect(page.getByRole('table', { name: 'Who can read it' }).getByText('Key Vault Secrets User')).toBeVisible()
    expect(await caller.get(address, token)).toBe(200)
    await expect(table.getByRole('row', { name: /Read/ }).getByText(instance?.name ?? '')).toBeVisible()
    await expect(table.locator('tbody').getByRole('row')).toHaveCount(2)
    caller.close()
  })

  await test.step('every page of it is opened, and no read comes of that', async () => {
    const before = await uses()
    expect(before.map(({ action }) => action)).toEqual(['secret.read', 'secret.refused'])
    const { items } = await stack.admin<{ items: { id: string }[] }>(
      'GET',
      '/vaults/acme-kv/secrets/db-password/versions',
    )
    const pages = ['', '/acme-kv', '/acme-kv/access', '/acme-kv/settings', '/acme-kv/deleted']
    for (const path of [...pages, '/acme-kv/secrets/db-password', `/acme-kv/secrets/db-password/${items[0]?.id}`]) {
      await page.goto(`${origin}/vaults${path}`)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await expect(page.getByTestId('live-dot')).toHaveText('Live')
      await expect(page.locator('[data-skeleton]')).toHaveCount(0)
      await expectNoOverflow(page)
    }
    await page.goto(`${origin}/vaults`)
    await expect(page.getByRole('row', { name: /acme-kv/ }).getByText('Once')).toBeVisible()
    expect(await uses()).toEqual(before)
  })

  await test.step('an address, an ARM ID and an identifier lead there', async () => {
    for (const text of [vault.url, vault.resourceId]) {
      await page.goto(`${origin}/go/${text}`)
      await expect(page).toHaveURL(`${origin}/vaults/acme-kv`)
    }
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search or jump to' }).fill(`${vault.url}/secrets/db-password`)
    await page.getByRole('option', { name: /Secret Db-Password of acme-kv/ }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Db-Password' })).toBeVisible()
  })

  await test.step('a value is revealed for a reason and by a fresh confirmation, and is on record at once', async () => {
    stack.writeRow('UPDATE operator_sessions SET step_up_at = NULL')
    await main.getByRole('button', { name: 'Reveal' }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByRole('button', { name: 'Reveal' })).toHaveAttribute('aria-disabled', 'true')
    await dialog.getByLabel('Reason').fill('migration on call')
    await dialog.getByRole('button', { name: 'Reveal' }).click()
    const confirm = page.getByRole('dialog', { name: 'Confirm that it is you' })
    const { url } = await stack.admin<{ url: string }>('POST', '/console/codes', {})
    await confirm.getByLabel('One-time code').fill(url.split('code=')[1] ?? '')
    await confirm.getByRole('button', { name: 'Confirm' }).click()
    await expect(main.getByText('Copy without showing')).toBeVisible()
    expect(await page.content()).not.toContain(value)
    await main.getByRole('button', { name: 'Copy without showing' }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(value)
    await main.getByRole('button', { name: 'Show', exact: true }).click()
    await expect(main.getByText(value)).toBeVisible()
    await expectAccessible(page)
    const table = page.getByRole('table', { name: 'Who read it' })
    await expect(table.getByText('migration on call')).toBeVisible()
    const [revealed, ...rest] = await uses()
    expect(revealed).toMatchObject({
      action: 'secret.revealed',
      reason: 'migration on call',
      actor: { kind: 'operator' },
    })
    expect(rest).toHaveLength(2)
    await page.getByRole('link', { name: 'acme-kv' }).first().click()
    await expect(page.getByRole('table', { name: 'Secrets' })).toBeVisible()
    await page.goBack()
    await expect(main.getByRole('button', { name: 'Reveal' })).toBeVisible()
    expect(await page.content()).not.toContain(value)
  })

  await test.step('its record leads back to it', async () => {
    await page.getByRole('table', { name: 'Who read it' }).getByRole('link', { name: 'Audit event' }).first().click()
    await page.getByRole('link', { name: 'acme-kv/Db-Password' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Db-Password' })).toBeVisible()
  })

  await test.step('a secret is deleted, recovered, deleted and purged', async () => {
    await remove('Db-Password')
    await expect(page.getByText('It is deleted', { exact: true })).toBeVisible()
    await main.getByRole('button', { name: 'Recover' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Recover' }).click()
    await expect(main.getByRole('button', { name: 'Set new version' })).toBeVisible()
    await remove('Db-Password')
    await main.getByRole('button', { name: 'Purge…' }).click()
    await purge('Db-Password')
    await expect(page).toHaveURL(`${origin}/vaults/acme-kv/deleted`)
    await expect(page.getByText('No secret is deleted')).toBeVisible()
  })

  await test.step('a vault is deleted, recovered, deleted and purged', async () => {
    await remove('acme-kv')
    await main.getByRole('button', { name: 'Recover' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Recover' }).click()
    await expect(main.getByRole('button', { name: 'Change' })).toBeVisible()
    await remove('acme-kv')
    await expect(main.getByRole('button', { name: 'Purge…' })).toBeVisible()
    await page.goto(`${origin}/vaults?state=deleted`)
    await page
      .getByRole('row', { name: /acme-kv/ })
      .getByRole('button', { name: 'Purge…' })
      .click()
    await purge('acme-kv')
    await expect(page.getByText('No vault is deleted')).toBeVisible()
  })

  async function remove(name: string): Promise<void> {
    await main.getByRole('button', { name: 'Delete', exact: true }).click()
    const dialog = page.getByRole('alertdialog')
    await expect(dialog.getByText(/it can be recovered/)).toBeVisible()
    const field = dialog.getByLabel(`Type ${name} to confirm`)
    if (await field.isVisible()) await field.fill(name)
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await expect(dialog).toHaveCount(0)
  }

  async function purge(name: string): Promise<void> {
    const dialog = page.getByRole('alertdialog')
    await dialog.getByLabel(`Type ${name} to confirm`).fill(name)
    await dialog.getByRole('button', { name: 'Purge' }).click()
    await expect(dialog).toHaveCount(0)
  }
})
