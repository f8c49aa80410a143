import type { Page } from '@playwright/test'
import { Stack } from '../stack.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { inFourWays, journey } from './journey.ts'

interface Instance {
  readonly id: string
  readonly name: string
  readonly identityState: string
  readonly identity: { readonly principalId: string } | null
  /** The last principal, while it can come back. */
  readonly restorable: { readonly principalId: string } | null
}

interface Trace {
  readonly token: { readonly claims: { readonly exp: number; readonly nbf: number } } | null
}

let stack: Stack
let instance: Instance

test.beforeAll(async () => {
  stack = await Stack.open()
  await stack.start()
  const [first] = (await stack.admin<{ items: Instance[] }>('GET', '/instances')).items
  if (first === undefined) throw new Error('no instance')
  instance = first
})
test.afterAll(() => stack.close())
test.afterEach(() => turn(false))

const read = () => stack.admin<Instance>('GET', `/instances/${instance.id}`)

/** Turns the identity on or off, until it is. */
async function turn(enabled: boolean): Promise<void> {
  await stack.admin('PUT', `/instances/${instance.id}/identity`, { enabled })
  const state = async () => (await read()).identityState
  await expect.poll(state, { timeout: 30_000 }).toBe(enabled ? 'on' : 'off')
}

const signInLink = async () => (await stack.admin<{ url: string }>('POST', '/console/codes', {})).url

const title = 'a developer finds why a token is refused and mends it from the tester'

journey(title, inFourWays, signInLink, async ({ page, hand, step, expectAccessible }) => {
  const { name } = instance
  const result = page.getByRole('region', { name: 'Result' })
  const steps = page.getByRole('list', { name: 'Steps of the token request' })
  const audience = page.getByLabel('Audience')
  const ask = async (resource: string) => {
    await hand.write(audience, resource)
    await page.keyboard.press('Control+Enter')
  }

  await step(
    'a test of an identity that is off names the failing step, its cause and the answer to the byte',
    async () => {
      await hand.goTo('Token tester')
      await ask('https://vault.azure.net')
      await expect(result.getByText('No token', { exact: true })).toBeVisible()
      await expect(result.getByText('Failed at: Identity selected')).toBeVisible()
      await expect(result.getByText(`The managed identity of ${name} is off.`)).toBeVisible()
      await expect(result).toContainText('HTTP 400')
      await expect(result).toContainText('{"error":"invalid_request","error_description":"Identity not found"}')
      await expectAccessible()
    },
  )

  await step('one button turns the identity on, under its former IDs where it had any, and asks again', async () => {
    const { restorable: last } = await read()
    await hand.press(result.getByRole('button', { name: `${last ? 'Restore' : 'Turn on'} the identity of ${name}` }))
    await expect(result.getByText('Token received')).toBeVisible({ timeout: 30_000 })
    if (last) expect((await read()).identity).toMatchObject({ principalId: last.principalId })
    for (const hop of ['Client assertion and certificate checked', 'Token signed', 'Issuance on durable record']) {
      await expect(steps.getByText(hop, { exact: true })).toBeVisible()
    }
    for (const check of ['Signature', 'Issuer', 'Audience', 'Validity', 'Principal']) {
      await expect(page.getByText(`${check} passed`)).toBeVisible()
    }
    await hand.press(steps.locator('summary').filter({ hasText: 'Details of POST' }))
    await expect(steps.getByText('grant_type=client_credentials')).toBeVisible()
    expect(await page.content()).not.toMatch(/eyJ[\w-]{20,}\.eyJ/)
    await expectAccessible()
  })

  await step(
    'an audience that is not registered is named by the authority, and the way back is one button',
    async () => {
      await ask('https://orders.example')
      await expect(result.getByText('No token', { exact: true })).toBeVisible()
      await expect(result.getByText('Failed at: Audience is a registered resource')).toBeVisible()
      await expect(result).toContainText('AADSTS500011')
      await hand.press(result.getByRole('button', { name: 'Pick an audience that is registered' }))
      await expect(audience).toBeFocused()
      await ask('https://vault.azure.net')
      await expect(result.getByText('Token received')).toBeVisible()
    },
  )
})

test('a token is tested in every way that a client can ask, and every test can be read again', async ({ page }) => {
  test.setTimeout(240_000)
  await turn(true)
  const { name } = instance
  const link = await signInLink()
  const { origin } = new URL(link)
  const result = page.getByRole('region', { name: 'Result' })
  await page.goto(link)
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Token tester' }).click()

  await test.step('the header of a token is shown', async () => {
    await page.getByLabel('Audience').fill('https://vault.azure.net')
    await page.getByLabel('Audience').press('Control+Enter')
    await expect(result.getByText('Token received')).toBeVisible()
    await page.getByRole('tab', { name: 'Header' }).click()
    await expect(page.getByText('"alg": "RS256"')).toBeVisible()
    await expectAccessible(page)
  })

  await test.step('a wrong selector is refused where it is read, and the way back is one button', async () => {
    await page.getByLabel('Identity', { exact: true }).selectOption('Another one, by its ID')
    await page.getByLabel('Client ID').fill('00000000-0000-4000-8000-000000000000')
    await page.getByLabel('Client ID').press('Control+Enter')
    await expect(result.getByText('No token', { exact: true })).toBeVisible()
    await expect(page).toHaveURL(/select=client_id&value=00000000/)
    await result.getByRole('button', { name: `Ask for the identity that ${name} has` }).click()
    await expect(result.getByText('Token received')).toBeVisible()
    await expect(page).not.toHaveURL(/select=/)
  })

  await test.step('a short-lived token lives five minutes, and the next workload does not get it', async () => {
    await page.getByLabel('Audience').fill('https://vault.azure.net')
    await page.getByLabel('Short-lived token (5 min)').check()
    await page.getByLabel('Short-lived token (5 min)').press('Control+Enter')
    await expect(result.getByText('Token received')).toBeVisible()
    const { token } = await stack.admin<Trace>('GET', `/traces/${await traceOf(page)}`)
    const claims = token?.claims ?? { exp: 0, nbf: 0 }
    // Tokens are valid from five minutes before they were made.
    expect(claims.exp - claims.nbf).toBe(600)
    const { SIGNET_IMDS_URL } = stack.clientVariables()
    const query = 'api-version=2018-02-01&resource=https://vault.azure.net'
    const url = `${SIGNET_IMDS_URL}/metadata/identity/oauth2/token?${query}`
    const answer = await (await fetch(url, { headers: { Metadata: 'true' } })).json()
    expect(Number(answer.expires_in)).toBeGreaterThan(3_000)
  })

  await test.step('snippets are filled in for this instance', async () => {
    await page.getByRole('tab', { name: 'Python' }).click()
    await expect(page.getByText('credential.get_token("https://vault.azure.net/.default")')).toBeVisible()
  })

  await test.step('traces can be linked and compared', async () => {
    const id = await traceOf(page)
    await page.goto(`${origin}/tokens/traces/${id}`)
    await expect(page.getByText('Token received')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Reveal' })).toHaveCount(0)
    await expectAccessible(page)
    await page.getByRole('navigation', { name: 'Token tester' }).getByRole('link', { name: 'Traces' }).click()
    const table = page.getByRole('table', { name: 'Traces' })
    await expect(table.getByRole('row').nth(4)).toBeVisible()
    await expectAccessible(page)
    await table.getByRole('link', { name: 'Compare…' }).last().click()
    await page.getByLabel('Right').selectOption(id)
    await expect(page.getByRole('status')).toContainText(/\d+ of \d+ steps differ/)
    await expect(page.getByText(/Differs: .*outcome/).first()).toBeVisible()
    await expectAccessible(page)
  })

  await test.step('what a client printed is explained without being sent, until somebody looks an ID up', async () => {
    const id = (await stack.admin<{ items: { id: string }[] }>('GET', '/traces?limit=1')).items[0]?.id ?? ''
    await page.getByRole('navigation', { name: 'Token tester' }).getByRole('link', { name: 'Decode' }).click()
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() !== 'GET' || /token-lookups/.test(request.url())) sent.push(request.url())
    })
    const error = { error: 'invalid_resource', error_description: 'AADSTS500011: gone', correlation_id: id }
    await page.getByLabel(/^Token, error JSON/).fill(JSON.stringify(error))
    await expect(page.getByText('The resource is not registered in this tenant.')).toBeVisible()
    await expectAccessible(page)
    expect(sent).toEqual([])
    await page.getByRole('button', { name: 'Look up this ID' }).click()
    await expect(page.getByRole('list', { name: 'What is known' })).toContainText('Token issued')
    expect(sent).toHaveLength(1)
  })

  await test.step('all of it fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 800 })
    for (const path of ['/tokens/test', '/tokens/traces', '/tokens/compare', '/tokens/decode']) {
      await page.goto(`${origin}${path}`)
      await expect(page.getByRole('navigation', { name: 'Token tester' })).toBeVisible()
      await expect(page.getByTestId('live-dot')).toHaveText('Live')
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(overflow, path).toBeLessThanOrEqual(0)
    }
  })
})

/** ID of the test whose result is shown. */
async function traceOf(page: Page): Promise<string> {
  const address = await page.getByRole('link', { name: 'Link to this trace' }).getAttribute('href')
  return address?.split('/').at(-1) ?? ''
}
