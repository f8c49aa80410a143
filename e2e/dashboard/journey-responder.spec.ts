import { Stack } from '../stack.ts'
import { expect, test } from './fixtures.ts'
import { inFourWays, journey } from './journey.ts'

interface Instance {
  readonly id: string
  readonly name: string
  readonly identity: { readonly principalId: string } | null
}

let stack: Stack
let instance: Instance

/** An identity that is in use: its workload has a token, and so has the cache of its agent. */
test.beforeAll(async () => {
  test.setTimeout(120_000)
  stack = await Stack.open()
  await stack.start()
  const [first] = (await stack.admin<{ items: Instance[] }>('GET', '/instances')).items
  if (first === undefined) throw new Error('no instance')
  instance = first
  await stack.admin('PUT', `/instances/${instance.id}/identity`, { enabled: true })
  await expect.poll(async () => (await workload()).status, { timeout: 30_000 }).toBe(200)
})
test.afterAll(() => stack.close())

/** A journey that broke off leaves it paused. */
test.afterEach(async () => {
  const { identity } = await stack.admin<Instance>('GET', `/instances/${instance.id}`)
  await stack.admin('POST', `/identities/${identity?.principalId}/resume`, {})
})

/** Asks the local endpoint as code on the instance does. */
function workload(): Promise<Response> {
  const { SIGNET_IMDS_URL } = stack.clientVariables()
  const query = 'api-version=2018-02-01&resource=https://vault.azure.net'
  return fetch(`${SIGNET_IMDS_URL}/metadata/identity/oauth2/token?${query}`, { headers: { Metadata: 'true' } })
}

const signInLink = async () => (await stack.admin<{ url: string }>('POST', '/console/codes', {})).url

const title = 'a responder pauses an identity and sees when every agent has dropped its tokens'

journey(title, inFourWays, signInLink, async ({ page, hand, step, expectAccessible }) => {
  const { name } = instance
  const main = page.locator('main')
  const pause = main.getByRole('list', { name: 'How far it has come' }).getByRole('listitem')

  await step('the identity is found by its name', async () => {
    await hand.goTo('Instances')
    await hand.write(page.getByRole('combobox', { name: 'Filter instances' }), `name:${name} `)
    await page.keyboard.press('Enter')
    await expect(main.getByRole('status').first()).toHaveText('1 of 1')
    const rows = page.getByRole('table', { name: 'Instances' }).locator('tbody').getByRole('row')
    await expect(rows.first()).toContainText('vault.azure.net')
    await hand.open(rows.first())
    await expect(main.getByRole('switch', { name: `Managed identity of ${name}` })).toBeChecked()
  })

  await step('what depends on it is said before it is paused', async () => {
    await hand.press(main.getByRole('button', { name: 'Pause' }))
    const dialog = page.getByRole('alertdialog', { name: `Pause the identity of ${name}?` })
    await expect(dialog).toContainText(/It was used in the last 24 h: \d+ tokens?, last/)
    await expect(dialog).toContainText(/\d+ for vault.azure.net, until/)
    await expect(dialog).toContainText('The authority refuses new tokens at once, and so does a connected agent')
    await expect(dialog).toContainText(/\d+ tokens?, the last ends/)
    await expect(dialog).toContainText('Principal and certificates stay')
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
    const confirm = dialog.getByRole('button', { name: 'Pause' })
    await expect(confirm).toHaveAttribute('aria-disabled', 'true')
    await expectAccessible()
    await hand.write(dialog.getByLabel(`Type ${name} to confirm`), name)
    await hand.write(dialog.getByLabel('Reason (optional)'), 'key seen in a build log')
    await hand.press(confirm)
    await expect(dialog).toHaveCount(0)
  })

  await step('the page says when the last agent has dropped its tokens, and the workload is refused', async () => {
    await expect(main.getByText('Paused', { exact: true }).first()).toBeVisible()
    await expect(pause.nth(0)).toContainText('Servers done')
    await expect(pause.nth(1)).toContainText('Agents done')
    await expect(pause.nth(1)).toContainText('1 of 1 have said that they dropped tokens')
    await expect(pause.nth(2)).toContainText(/Tokens that are out waiting\s*the last ends/)
    await expect(main).toContainText(/In force everywhere\s*Since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/)
    const answer = await workload()
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({
      error: 'invalid_request',
      error_description: 'The managed identity is paused.',
    })
    await expectAccessible()
  })

  await step('a resume gives tokens out again, and ends the report of the pause', async () => {
    await hand.press(main.getByRole('button', { name: 'Resume' }))
    await expect(main.getByText('On', { exact: true }).first()).toBeVisible()
    await expect(pause).toHaveCount(0)
    await expect.poll(async () => (await workload()).status).toBe(200)
  })
})
