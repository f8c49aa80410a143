import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { Stack } from '../stack.ts'
import { expect, test } from './fixtures.ts'
import { journey } from './journey.ts'

const issuer = 'https://oidc.cluster.example/'
const subject = 'system:serviceaccount:shop:payments'
const audience = 'api://AzureADTokenExchange'

let stack: Stack
/** Each walk makes things of its own. */
let walks = 0
let machine: { readonly id: string; readonly name: string }
/** Tokens of an issuer that nobody can reach; its keys are pinned. */
let outsider: { readonly jwks: string; readonly tokenFor: (sub: string) => Promise<string> }

test.beforeAll(async () => {
  test.setTimeout(120_000)
  stack = await Stack.open()
  await stack.start()
  const [first] = (await stack.admin<{ items: (typeof machine)[] }>('GET', '/instances')).items
  if (first === undefined) throw new Error('the machine is not enrolled')
  machine = first
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const header = { alg: 'RS256', kid: 'cluster-1' }
  outsider = {
    jwks: JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: header.kid }] }),
    tokenFor: (sub) =>
      new SignJWT({ sub, iss: issuer, aud: audience })
        .setProtectedHeader(header)
        .setIssuedAt()
        .setExpirationTime('10 min')
        .sign(privateKey),
  }
})
test.afterAll(() => stack.close())

const signInLink = async () => (await stack.admin<{ url: string }>('POST', '/console/codes', {})).url
const ways = [
  { width: 1440, theme: 'light', hand: 'mouse' },
  { width: 1440, theme: 'dark', hand: 'keyboard' },
  { width: 390, theme: 'dark', hand: 'touch' },
] as const

journey('an identity for many instances, from its making to its restoring', ways, signInLink, async (traveller) => {
  const { page, hand, step, expectAccessible } = traveller
  const main = page.locator('main')
  const dialog = page.getByRole('dialog')
  const button = (name: string | RegExp) => main.getByRole('button', { name, exact: true })
  const openTab = (name: string) => hand.press(page.getByRole('tab', { name }))
  walks += 1
  const [name, uri] = [`payments-${walks}`, `api://orders-${walks}`]
  const rowOf = (one: string) =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name: one, exact: true }) })
  const ids = () => main.locator('dd code').allTextContents()
  let before: string[] = []

  await step('it is created, and has IDs at once', async () => {
    await hand.goTo('Identities')
    await hand.press(button('Create identity'))
    await hand.write(dialog.getByLabel('Name', { exact: true }), name)
    await hand.write(dialog.getByLabel('Resource group'), 'rg-shop')
    await hand.press(dialog.getByRole('button', { name: 'Create', exact: true }))
    await expect(main.getByRole('heading', { level: 1 })).toHaveText(name)
    await expect(main).toContainText('0 instances')
    before = await ids()
    await expectAccessible()
  })

  await step('an instance gets it, and its agent has a certificate for it soon', async () => {
    await openTab('Instances')
    await hand.press(button('Attach to instances'))
    await hand.press(dialog.getByRole('checkbox', { name: machine.name }))
    await expectAccessible()
    await hand.press(dialog.getByRole('button', { name: 'Attach', exact: true }))
    const table = page.getByRole('table', { name: 'Instances it is assigned to' })
    await expect(table).toContainText(machine.name)
    await expect(table).toContainText('In force', { timeout: 30_000 })
  })

  await step('the tester asks for it by its name, and its activity shows the request', async () => {
    await hand.goTo('Token tester')
    await hand.choose(main.getByLabel('Identity', { exact: true }), `${name}, user-assigned`)
    await expect(main.getByLabel('Named by')).toHaveValue('client_id')
    await hand.press(main.getByRole('button', { name: /^Get token/ }))
    const result = page.getByRole('region', { name: 'Result' })
    await expect(result.getByText('Token received')).toBeVisible({ timeout: 30_000 })
    await expectAccessible()
    await hand.goTo('Identities')
    await hand.open(rowOf(name))
    await openTab('Activity')
    await expect(page.getByRole('table', { name: 'Token requests' })).toContainText('Token issued')
    await expect(page.getByRole('table', { name: 'What was done to it' })).toContainText(
      'User-assigned identity created',
    )
    await expectAccessible()
  })

  await step('it trusts a service account elsewhere, and the tester says what it makes of a token', async () => {
    await openTab('Federated credentials')
    await hand.press(button('Add federated credential'))
    await hand.choose(dialog.getByLabel('Who issues the tokens'), 'Another issuer')
    await hand.write(dialog.getByLabel('Name', { exact: true }), 'cluster')
    await hand.write(dialog.getByLabel('Issuer', { exact: true }), issuer)
    await hand.write(dialog.getByLabel('Subject', { exact: true }), subject)
    await hand.choose(dialog.getByLabel('Keys of the issuer'), 'Pin them here, for closed networks')
    await hand.write(dialog.getByLabel('Key set'), outsider.jwks)
    await expectAccessible()
    await hand.press(dialog.getByRole('button', { name: 'Save', exact: true }))
    await expect(page.getByRole('table', { name: 'Federated credentials' })).toContainText(subject)
    const field = main.getByLabel('Token of the external issuer')
    await hand.write(field, await outsider.tokenFor(subject))
    await hand.press(button('Test'))
    await expect(main.getByText('It would be accepted')).toBeVisible()
    await hand.write(field, await outsider.tokenFor('system:serviceaccount:shop:orders'))
    await hand.press(button('Test'))
    await expect(main.getByText(/^It would be refused/)).toBeVisible()
    const checks = main.getByRole('region', { name: 'Verdict of cluster' })
    await expect(checks.getByText('Subject failed')).toBeVisible()
    await expectAccessible()
  })

  await step('a service is registered as an audience, and gives it a role', async () => {
    await hand.goTo('Audiences')
    await hand.press(button('Register audience'))
    await hand.write(dialog.getByLabel('Identifier URI'), uri)
    await hand.write(dialog.getByLabel('Name', { exact: true }), 'Orders')
    await hand.press(dialog.getByRole('button', { name: 'Add role' }))
    await hand.write(dialog.getByLabel('Value of role 1'), 'Orders.Read')
    await expectAccessible()
    await hand.press(dialog.getByRole('button', { name: 'Register', exact: true }))
    await expect(main.getByRole('heading', { level: 1 })).toHaveText('Orders')
    await hand.press(button('Assign a role'))
    await hand.write(dialog.getByLabel('Principal'), name)
    await hand.press(dialog.getByRole('option').filter({ hasText: name }))
    await hand.press(dialog.getByRole('button', { name: 'Assign' }))
    await expect(page.getByRole('table', { name: 'Role assignments' })).toContainText(name)
    await expectAccessible()
  })

  await step('deleting it shows what hangs on it first', async () => {
    await hand.press(page.getByRole('table', { name: 'Role assignments' }).getByRole('link', { name }))
    await hand.press(button('Delete'))
    const question = page.getByRole('alertdialog', { name: `Delete ${name}?` })
    await expect(question).toContainText(machine.name)
    await expect(question).toContainText('1 agent, 1 connected')
    await expect(question).toContainText('Federated credentials')
    await expect(question).toContainText('App roles')
    // It was used a moment ago.
    await hand.write(question.getByLabel(`Type ${name} to confirm`), name)
    await expectAccessible()
    await hand.press(question.getByRole('button', { name: 'Delete', exact: true }))
    await expect(main.getByText('It is deleted')).toBeVisible()
    await expectAccessible()
  })

  await step('it comes back under the same IDs, with its instance, its trust and its role', async () => {
    await hand.press(button('Restore'))
    await hand.press(dialog.getByRole('button', { name: 'Restore', exact: true }))
    await expect(button('Delete')).toBeVisible()
    expect(await ids()).toEqual(before)
    for (const words of ['1 instance', '1 federated credential', '1 role']) await expect(main).toContainText(words)
    await openTab('Instances')
    const table = page.getByRole('table', { name: 'Instances it is assigned to' })
    await expect(table).toContainText('In force', { timeout: 30_000 })
    await openTab('App roles')
    await expect(page.getByRole('table', { name: 'App roles' })).toContainText('Orders.Read')
  })

  await step('picked in the list it is paused by a job, after a look at what would change', async () => {
    await hand.goTo('Identities')
    await hand.select(rowOf(name))
    const bar = page.getByRole('region', { name: 'Selection' })
    await expect(bar).toContainText('1 selected')
    await hand.press(bar.getByRole('button', { name: 'Pause', exact: true }))
    await expect(dialog.getByText('1 will change')).toBeVisible()
    await expectAccessible()
    await hand.press(dialog.getByRole('button', { name: 'Pause 1', exact: true }))
    await expect(main.getByRole('heading', { level: 1 })).toHaveText('Pause 1 identity')
    await expect(main.getByRole('table', { name: 'Items of the job' })).toContainText('Changed', { timeout: 30_000 })
    await expectAccessible()
    await hand.press(main.getByRole('table', { name: 'Items of the job' }).getByRole('link', { name }))
    await expect(button('Resume')).toBeVisible()
  })
})
