import { readFileSync } from 'node:fs'
import { decodeJwt } from 'jose'
import { ServiceCaller } from '../service-call.ts'
import { Stack } from '../stack.ts'
import { expect, test } from './fixtures.ts'
import { journey } from './journey.ts'

const getSecret = 'Microsoft.KeyVault/vaults/secrets/getSecret/action'
const readMetadata = 'Microsoft.KeyVault/vaults/secrets/readMetadata/action'

let stack: Stack
let machine: { readonly id: string; readonly name: string }
let principalId: string
let vault: { readonly url: string; readonly resourceId: string }
let caller: ServiceCaller
/** Each walk makes a role of its own. */
let walks = 0

test.beforeAll(async () => {
  test.setTimeout(120_000)
  stack = await Stack.open()
  await stack.start()
  const [first] = (await stack.admin<{ items: (typeof machine)[] }>('GET', '/instances')).items
  if (first === undefined) throw new Error('the machine is not enrolled')
  machine = first
  const { identity } = await stack.json<{ identity: { principalId: string } }>('instance', 'on', machine.name)
  principalId = identity.principalId
  vault = await stack.admin('POST', '/vaults', { name: 'acme' })
  await stack.admin('POST', '/vaults/acme/secrets/Db-Password/versions', { value: 'correct horse' })
  const { SIGNET_AUTHORITY = '', SIGNET_CA_FILE = '' } = stack.clientVariables()
  caller = new ServiceCaller(Number(new URL(SIGNET_AUTHORITY).port), readFileSync(SIGNET_CA_FILE, 'utf8'))
})
test.afterAll(async () => {
  caller?.close()
  await stack?.close()
})

/** A token as any code on the machine gets it, from the agent's cache or not. */
async function localToken(resource: string): Promise<string> {
  const { SIGNET_IMDS_URL = '' } = stack.clientVariables()
  const query = new URLSearchParams({ 'api-version': '2018-02-01', resource })
  const response = await fetch(`${SIGNET_IMDS_URL}/metadata/identity/oauth2/token?${query}`, {
    headers: { metadata: 'true' },
  })
  if (!response.ok) throw new Error(await response.text())
  return ((await response.json()) as { access_token: string }).access_token
}

const signInLink = async () => (await stack.admin<{ url: string }>('POST', '/console/codes', {})).url
const ways = [
  { width: 1440, theme: 'light', hand: 'mouse' },
  { width: 1440, theme: 'dark', hand: 'keyboard' },
  { width: 390, theme: 'dark', hand: 'touch' },
] as const

journey('a right from its refusal to its taking away, with one token', ways, signInLink, async (traveller) => {
  const { page, hand, step, expectAccessible } = traveller
  const main = page.locator('main')
  const button = (name: string | RegExp) => main.getByRole('button', { name, exact: true })
  const link = (name: string | RegExp) => main.getByRole('link', { name, exact: true })
  const openTab = (name: string) => hand.press(page.getByRole('tab', { name }))
  const pick = async (label: string, words: string, option: string | RegExp) => {
    await hand.write(main.getByLabel(label, { exact: true }), words)
    await hand.press(page.getByRole('listbox').getByRole('option').filter({ hasText: option }).first())
  }
  walks += 1
  const roleName = `Secret lister ${walks}`
  const token = await localToken('https://vault.azure.net')
  const read = () => caller.get(`${vault.url}/secrets/Db-Password?api-version=7.4`, token)
  const list = () => caller.get(`${vault.url}/secrets?api-version=7.4`, token)

  await step('the explanation of a refusal says what would help', async () => {
    expect(await read()).toBe(403)
    await hand.goTo('Access')
    await openTab('Who can do what')
    await pick('Who', machine.name, machine.name)
    await pick('May do what', 'getSecret', 'Read the value of a secret')
    await pick('Where', 'acme', 'vault acme')
    await expect(main.getByText(`Denied: ${machine.name} may not`)).toBeVisible()
    await expect(main.getByText(/It has no role anywhere/)).toBeVisible()
    await expectAccessible()
  })

  await step('the role is given from there, and the token that is out reads at once', async () => {
    await hand.press(link('Give Key Vault Secrets User'))
    await expect(main.getByText(/will be able to read the secrets of a vault, in vault acme/)).toBeVisible()
    await expectAccessible()
    await hand.press(button('Give the role'))
    await expect(page.getByRole('table', { name: 'Role assignments' })).toContainText('Key Vault Secrets User')
    expect(await read()).toBe(200)
    await expectAccessible()
  })

  await step('the page of the machine says that it was used, and the explanation by what', async () => {
    await hand.goTo('Instances')
    await hand.open(page.getByRole('row').filter({ hasText: machine.name }))
    await openTab('Access')
    const row = page.getByRole('table', { name: 'Role assignments' }).getByRole('row').nth(1)
    await expect(row).toContainText('vault acme')
    await expect(row).not.toContainText('Never')
    await expectAccessible()
    await hand.write(main.getByLabel('Do what'), getSecret)
    await page.keyboard.press('Escape')
    await hand.write(main.getByLabel('Where'), `${vault.resourceId}/secrets/Db-Password`)
    await page.keyboard.press('Escape')
    await hand.press(button('Explain'))
    await expect(main.getByText(`Allowed: ${machine.name} may`)).toBeVisible()
    await expect(main.getByText(/which it has at vault acme/)).toBeVisible()
    await expectAccessible()
  })

  await step('taken away, it is refused with the same token, and the explanation says why', async () => {
    const question = page.url()
    await hand.press(link('Show this role assignment'))
    await hand.press(page.getByRole('button', { name: /^Take away/ }))
    const dialog = page.getByRole('alertdialog')
    await hand.write(dialog.getByLabel(/^Reason/), 'the shop has closed')
    await expectAccessible()
    await hand.press(dialog.getByRole('button', { name: 'Take away', exact: true }))
    await expect(page.getByText(/^Taken away: Key Vault Secrets User/)).toBeVisible()
    expect(await read()).toBe(403)
    await page.goto(question)
    await expect(main.getByText(`Denied: ${machine.name} may not`)).toBeVisible()
  })

  await step('a role of one’s own is made and given, and what it is changed to counts at once', async () => {
    await hand.goTo('Access')
    await openTab('Roles')
    await hand.press(link('New role'))
    await hand.write(main.getByLabel('Name', { exact: true }), roleName)
    await hand.write(main.getByLabel('Data actions', { exact: true }), readMetadata)
    await expectAccessible()
    await hand.press(button('Create role'))
    await expect(main.getByRole('heading', { level: 1 })).toHaveText(roleName)
    await hand.press(link('Give this role'))
    await pick('Principal', machine.name, machine.name)
    await pick('Scope', 'acme', 'vault acme')
    await hand.press(button('Give the role'))
    const table = page.getByRole('table', { name: 'Role assignments' })
    await expect(table).toContainText(roleName)
    expect([await list(), await read()]).toEqual([200, 403])
    await hand.press(table.getByRole('link', { name: roleName }))
    await hand.write(main.getByLabel('Data actions', { exact: true }), `${readMetadata}\n${getSecret}`)
    await hand.press(button('Save role'))
    await expect(page.getByText('Role saved')).toBeVisible()
    expect([await list(), await read()]).toEqual([200, 200])
    await expectAccessible()
  })

  // The next walk begins without roles.
  const { items } = await stack.admin<{ items: { id: string }[] }>(
    'GET',
    `/role-assignments?principalId=${principalId}`,
  )
  for (const { id } of items) await stack.admin('DELETE', `/role-assignments/${id}`, { reason: '' })
})

test('an app role that is given or taken while agent and server run is in the next token, or no longer', async () => {
  const uri = 'api://orders'
  const roles = [{ value: 'Orders.Read', description: 'Reads orders' }]
  const service = { uri, name: 'Orders', tokenVersion: 2, roles, assignmentRequired: false, reason: '' }
  const audience = await stack.admin<{ id: string }>('POST', '/audiences', service)
  const rolesOf = async () => decodeJwt(await localToken(uri))['roles'] ?? []
  await expect.poll(rolesOf).toEqual([])
  // From then on it is the agent's cache that answers.
  const asked = async () => [await localToken(uri), await localToken(uri)]
  await expect.poll(async () => new Set(await asked()).size).toBe(1)

  const path = `/audiences/${audience.id}/assignments`
  const { id } = await stack.admin<{ id: string }>('POST', path, { principalId, role: 'Orders.Read', reason: '' })
  // Pushed to the agent within 5 s, which drops what it has; the token of before has an hour left.
  await expect.poll(rolesOf, { timeout: 5_000 }).toEqual(['Orders.Read'])
  await stack.admin('DELETE', `${path}/${id}`, { reason: '' })
  await expect.poll(rolesOf, { timeout: 5_000 }).toEqual([])
})
