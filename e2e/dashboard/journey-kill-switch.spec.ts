import { readFileSync } from 'node:fs'
import { Fleet } from '../fleet.ts'
import { ServiceCaller } from '../service-call.ts'
import { Stack } from '../stack.ts'
import { Wire } from '../wire.ts'
import { expect, test } from './fixtures.ts'
import { inFourWays, journey } from './journey.ts'

const secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
const [near, away] = ['near-01', 'away-01'] as const
const name = 'payments'

let stack: Stack
let wire: Wire
let nearFleet: Fleet
let awayFleet: Fleet
let caller: ServiceCaller
let principalId: string
let clientId: string
let vault: { url: string; resourceId: string }
let tokens: { arm: string; vault: string }

/** One identity on two agents, one of them behind a network that can be cut; its workload has tokens. */
test.beforeAll(async () => {
  test.setTimeout(180_000)
  stack = await Stack.open()
  await stack.start()
  wire = await Wire.to(Number(stack.environment['SIGNET_AGENTS_PORT']))
  nearFleet = await Fleet.join(stack, [{ name: near, tags: {} }])
  awayFleet = await Fleet.join(stack, [{ name: away, tags: {} }], wire.port)
  const created = await stack.admin<{ principalId: string; clientId: string }>('POST', '/user-identities', { name })
  principalId = created.principalId
  clientId = created.clientId
  const instanceIds = [nearFleet.ids.get(near), awayFleet.ids.get(away)]
  await stack.admin('POST', `/user-identities/${principalId}/attach`, { instanceIds })
  vault = await stack.admin('POST', '/vaults', { name: 'acme' })
  await stack.admin('POST', '/vaults/acme/secrets/Db-Password/versions', { value: 'correct horse' })
  const [, subscription] = /^\/subscriptions\/([^/]+)/.exec(vault.resourceId) ?? []
  const scope = `/subscriptions/${subscription}`
  await stack.admin('POST', '/role-assignments', { principalId, roleId: secretsUser, scope: vault.resourceId })
  await stack.admin('POST', '/role-assignments', { principalId, roleId: reader, scope })
  const { SIGNET_CA_FILE = '' } = stack.clientVariables()
  caller = new ServiceCaller(Number(stack.environment['SIGNET_AUTHORITY_PORT']), readFileSync(SIGNET_CA_FILE, 'utf8'))
})
test.afterAll(async () => {
  caller?.close()
  await nearFleet?.close()
  await awayFleet?.close()
  await wire?.close()
  await stack?.close()
})

test.beforeEach(async () => {
  wire.mend()
  await stack.admin('POST', `/user-identities/${principalId}/resume`, {})
  await expect.poll(isAwayConnected, { timeout: 60_000 }).toBe(true)
  await expect.poll(() => localToken(awayFleet, 'https://vault.azure.net'), { timeout: 30_000 }).toBeTruthy()
  await expect.poll(() => localToken(nearFleet, 'https://vault.azure.net'), { timeout: 30_000 }).toBeTruthy()
  const [arm, forVault] = await Promise.all([
    localToken(nearFleet, 'https://management.azure.com'),
    localToken(nearFleet, 'https://vault.azure.net'),
  ])
  tokens = { arm: arm ?? '', vault: forVault ?? '' }
  expect(await atServices()).toEqual([200, 200])
  wire.cut()
  await expect.poll(isAwayConnected).toBe(false)
})

async function isAwayConnected(): Promise<boolean> {
  const { items } = await stack.admin<{ items: { name: string; agent: { connected: boolean } | null }[] }>(
    'GET',
    '/instances',
  )
  return items.find((each) => each.name === away)?.agent?.connected === true
}

async function localToken(fleet: Fleet, resource: string): Promise<string | undefined> {
  const [endpoint] = fleet.endpoints()
  const query = `api-version=2018-02-01&resource=${resource}&client_id=${clientId}`
  const answer = await fetch(`${endpoint}/metadata/identity/oauth2/token?${query}`, { headers: { metadata: 'true' } })
  if (!answer.ok) return undefined
  return ((await answer.json()) as { access_token: string }).access_token
}

/** What resource manager and vault say to the tokens of before. */
function atServices(): Promise<number[]> {
  const { SIGNET_ARM_URL } = stack.clientVariables()
  return Promise.all([
    caller.get(`${SIGNET_ARM_URL}/subscriptions?api-version=2022-12-01`, tokens.arm),
    caller.get(`${vault.url}/secrets/Db-Password?api-version=7.4`, tokens.vault),
  ])
}

const signInLink = async () => (await stack.admin<{ url: string }>('POST', '/console/codes', {})).url
const ways = inFourWays.filter(({ hand }) => hand !== 'keyboard')
const title = 'a responder stops an identity that two agents hold, and waits for the one that is away'

journey(title, ways, signInLink, async ({ page, hand, step, expectAccessible }) => {
  const main = page.locator('main')
  const waiting = main.getByRole('list', { name: 'Agents that have not confirmed' }).getByRole('listitem')

  await step('everything that hangs on it is said before it is paused', async () => {
    await page.goto(new URL(`/identities/${principalId}`, page.url()).href)
    await hand.press(main.getByRole('button', { name: 'Pause' }))
    const dialog = page.getByRole('alertdialog', { name: `Pause ${name}?` })
    await expect(dialog).toContainText('Key Vault Secrets User at …/vaults/acme')
    await expect(dialog).toContainText(/Reader at \S*subscriptions/)
    await expect(dialog).toContainText('every secret of acme (1)')
    await expect(dialog).toContainText('2 agents, 1 connected')
    await expect(dialog).toContainText(/\d+ tokens?, the last ends/)
    await expectAccessible()
    await hand.write(dialog.getByLabel(`Type ${name} to confirm`), name)
    await hand.press(dialog.getByRole('button', { name: 'Pause' }))
    await expect(dialog).toHaveCount(0)
  })

  await step(
    'resource manager and vault refuse what it has, one agent has confirmed and one is waited for',
    async () => {
      await expect.poll(atServices, { timeout: 1_000, intervals: [50] }).toEqual([401, 401])
      await expect(main.getByText('1 of 2 agents have confirmed')).toBeVisible({ timeout: 5_000 })
      await expect(waiting).toHaveCount(1)
      await expect(waiting).toContainText(away)
      await expect(waiting).toContainText('Not connected')
      await expect(main).toContainText(/What it may give out until then ends by/)
      expect(await localToken(nearFleet, 'https://vault.azure.net')).toBeUndefined()
      expect(await localToken(awayFleet, 'https://vault.azure.net')).toBeTruthy()
      await expectAccessible()
    },
  )

  await step('the agent that comes back drops its tokens, and the page turns green by itself', async () => {
    wire.mend()
    await expect(main.getByText('In force everywhere')).toBeVisible({ timeout: 60_000 })
    await expect(main.getByText('2 of 2 agents have confirmed')).toBeVisible()
    await expect(waiting).toHaveCount(0)
    expect(await localToken(awayFleet, 'https://vault.azure.net')).toBeUndefined()
    await expectAccessible()
  })
})
