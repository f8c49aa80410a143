import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { decodeJwt } from 'jose'
import { freshToken } from '../fresh-token.ts'
import { Stack } from '../stack.ts'
import { expect, expectAccessible, test } from './fixtures.ts'

const workload = fileURLToPath(new URL('../workloads/azure-identity.ts', import.meta.url))
const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/

let stack: Stack
let link: string
let name: string

test.beforeAll(async () => {
  stack = await Stack.open()
  link = await stack.start()
  name = (await stack.json<{ name: string }[]>('instance', 'list'))[0]?.name ?? ''
})
test.afterAll(() => stack.close())

/** What an operator does, a developer tests and an auditor reads, in the order they do it. */
test('the main job: switch on, use it from code, test, rotate under load, review, switch off', async ({
  page,
  provokes,
}) => {
  test.setTimeout(240_000)
  const origin = new URL(link).origin
  const rail = page.getByRole('navigation', { name: 'Main' })

  await test.step('the printed link signs the first administrator in, once', async () => {
    await page.goto(link)
    await expect(page).toHaveURL(`${origin}/`)
    await expect(page.getByRole('heading', { name: 'First steps' })).toBeVisible()
    await expect(page.getByText('1 of 6 done')).toBeVisible()
    await expectAccessible(page)
    await rail.getByRole('link', { name: 'Instances' }).click()
    await expect(page.getByRole('link', { name, exact: true })).toBeVisible()
    await expectAccessible(page)
  })

  await test.step('switching on shows IDs, certificate and state', async () => {
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })
    await expect(row).toContainText('Off')
    await page.getByRole('switch').click()
    await expect(row.getByText('On', { exact: true })).toBeVisible()
    await expect(row).toContainText(/[0-9a-f]{8}…/)
    await expect(row).toContainText(/\d+ d left/)
    await expect(row.getByRole('button', { name: 'Copy principal ID' })).toBeVisible()
  })

  await test.step('the instance page shows what to paste, and it works in a shell', async () => {
    await page.getByRole('link', { name, exact: true }).click()
    await expect(page.getByText(guid).first()).toBeVisible()
    const sourced = await page.getByText('identity.env').first().textContent()
    expect(sourced).toMatch(/^\. ".*identity\.env"$/)
    const output = await shell(`${sourced}\nexec "${process.execPath}" "${workload}"`)
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['ok', 'ok'])
    await expectAccessible(page)
  })

  await test.step('a token is tested through the real path, hop by hop', async () => {
    await page
      .getByRole('link', { name: 'Test token' })
      .or(page.getByRole('button', { name: 'Test token' }))
      .first()
      .click()
    await page.getByLabel('Audience').fill('https://vault.azure.net')
    await page.getByLabel('Audience').press('Control+Enter')
    await expect(page.getByText('Token received')).toBeVisible()
    for (const hop of ['Test reached the agent', 'Identity selected', 'Token cache']) {
      await expect(page.getByText(hop, { exact: true })).toBeVisible()
    }
    for (const check of ['Signature', 'Issuer', 'Audience', 'Validity', 'Principal']) {
      await expect(page.getByText(`${check} passed`)).toBeVisible()
    }
    await expect(page.getByText('Object (principal) ID of the identity')).toBeVisible()
    expect(await page.content()).not.toMatch(/eyJ[\w-]{20,}\.eyJ/)
    await expectAccessible(page)
  })

  await test.step('a pause refuses the next answer, and a resume gives it again', async () => {
    const { SIGNET_IMDS_URL } = stack.clientVariables()
    const url = `${SIGNET_IMDS_URL}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net`
    const ask = () => fetch(url, { headers: { Metadata: 'true' } })
    const shown = page.url()
    await rail.getByRole('link', { name: 'Instances' }).click()
    await page.getByRole('link', { name, exact: true }).click()
    await page.getByRole('button', { name: 'Pause' }).click()
    const dialog = page.getByRole('alertdialog')
    await dialog.getByLabel(`Type ${name} to confirm`).fill(name)
    await dialog.getByRole('button', { name: 'Pause' }).click()
    await expect(page.getByText('Paused', { exact: true })).toBeVisible()
    await expect.poll(async () => (await ask()).status).toBe(400)
    expect(await (await ask()).json()).toMatchObject({ error_description: 'The managed identity is paused.' })
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect(page.getByText('On', { exact: true })).toBeVisible()
    await expect.poll(async () => (await ask()).status).toBe(200)
    await page.goto(shown)
    await page.getByLabel('Audience').fill('https://vault.azure.net')
    await page.getByLabel('Audience').press('Control+Enter')
    await expect(page.getByText('Token received')).toBeVisible()
  })

  await test.step('the raw token comes on demand and is checked in the browser too', async () => {
    await page.getByRole('button', { name: 'Reveal' }).click()
    const token = /eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/
    const shown = await page.getByText(token).first().textContent()
    expect(decodeJwt(token.exec(shown ?? '')?.[0] ?? '').aud).toBe('https://vault.azure.net')
    await expect(page.getByText('Checked again in this browser')).toBeVisible()
  })

  await test.step('tokens keep flowing while certificates rotate: by hand, then by themselves', async () => {
    const { SIGNET_IMDS_URL } = stack.clientVariables()
    const asking = spawn(process.execPath, [workload, '--every-second', '600'], {
      env: { PATH: process.env['PATH'] ?? '', AZURE_POD_IDENTITY_AUTHORITY_HOST: SIGNET_IMDS_URL },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const answers = linesOf(asking)
    // The agent answers the workload from its cache: only tokens past it show that each new certificate is accepted.
    const utis = new Set<string>()
    const useNewCertificate = async () => utis.add(await freshToken(stack, name, { known: utis }))
    try {
      await useNewCertificate()
      await rail.getByRole('link', { name: 'Rotations' }).click()
      await expect(page.getByRole('list', { name: 'Certificates of every identity' })).toBeVisible()
      await page.getByRole('tab', { name: 'History' }).click()
      await page
        .getByRole('button', { name: /^Actions of/ })
        .first()
        .click()
      await page.getByRole('menuitem', { name: 'Rotate now…' }).click()
      await page.getByLabel('Reason (optional)').fill('quarterly check')
      await page.getByRole('dialog').getByRole('button', { name: 'Rotate now' }).click()
      await expect(page).toHaveURL(/\/rotations\/[0-9a-f-]{36}$/)
      const stages = page.getByRole('list', { name: 'Stages' })
      await expect(stages).toContainText('planned')
      await expect(page.locator('main')).toContainText(/overlap/i)
      await expect(page.getByText('Not active yet')).toBeHidden()
      const thumbprints = await page.getByText(/^[0-9A-F]{40}$/).allTextContents()
      // Of both certificates, and of the authority that issued them.
      expect(new Set(thumbprints).size).toBe(3)
      await expectAccessible(page)
      await useNewCertificate()

      await rail.getByRole('link', { name: 'Rotations' }).click()
      await page.getByRole('tab', { name: 'History' }).click()
      await setLifetimeOneMinute(stack)
      const active = page.getByRole('row').filter({ hasText: /Active, overlap runs|Completed/ })
      await expect(active.filter({ hasText: 'Schedule' }).first()).toBeVisible({ timeout: 60_000 })
      await expectAccessible(page)
      await useNewCertificate()
    } finally {
      asking.kill()
    }
    const lines = await answers
    expect(lines.length).toBeGreaterThan(5)
    expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([])
    expect(utis.size).toBe(3)
  })

  await test.step('the tokens of the agent are in the usage, by audience and instance, with its host', async () => {
    await rail.getByRole('link', { name: 'Usage' }).click()
    const used = page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })
    await expect(used.getByRole('img', { name: /^\d+ tokens on 1 of the last 90 days/ })).toBeVisible()
    await page.getByRole('link', { name: 'Never used' }).click()
    await expect(page.getByText(/^No identity matches/)).toBeVisible()
    await page.getByRole('link', { name: 'All', exact: true }).click()
    await page.getByRole('link', { name, exact: true }).click()
    const vault = page.getByRole('table', { name: 'Use by audience' }).getByRole('row', { name: /vault\.azure\.net/ })
    await expect(vault).toContainText(/\d+ tokens/)
    await expect(page.getByRole('table', { name: 'Hosts' })).toContainText(`Agent of ${name}`)
    await expectAccessible(page)
    const usage = await stack.json<{ cells: { audience: string; tokens: number }[] }>('usage', name)
    expect(usage.cells.find(({ audience }) => audience === 'https://vault.azure.net')?.tokens).toBeGreaterThan(2)
  })

  await test.step('switching off refuses the next answer', async () => {
    await rail.getByRole('link', { name: 'Instances' }).click()
    await page.getByRole('switch').click()
    const dialog = page.getByRole('alertdialog')
    await expect(dialog).toContainText(/used in the last 24 h: \d+ tokens/)
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await expectAccessible(page)
    await dialog.getByLabel(`Type ${name} to confirm`).fill(name)
    await dialog.getByRole('button', { name: 'Turn off' }).click()
    await expect(page.getByRole('row').filter({ hasText: name })).toContainText(/Off|Turning off/)
    const { SIGNET_IMDS_URL } = stack.clientVariables()
    const url = `${SIGNET_IMDS_URL}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net`
    const answer = await fetch(url, { headers: { Metadata: 'true' } })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({ error: 'invalid_request', error_description: 'Identity not found' })
    await expect(page.getByRole('row').filter({ hasText: name }).getByText('Off', { exact: true })).toBeVisible()
  })

  await test.step('the audit log has every one of these acts', async () => {
    await rail.getByRole('link', { name: 'Audit' }).click()
    const table = page.getByRole('table')
    for (const act of ['Identity turned off', 'Certificate revoked', 'Rotation policy changed', 'Rotation requested']) {
      await expect(table.getByText(act).first()).toBeVisible()
    }
    const actions = await auditActions(stack)
    for (const action of [
      'operator.created',
      'session.started',
      'identity.turned_on',
      'token.tested',
      'token.revealed',
      'agent.enrolled',
    ]) {
      expect(actions).toContain(action)
    }
    await expectAccessible(page)
  })

  await test.step('signing out ends the session on the server', async () => {
    await page.getByRole('button', { name: 'Administrator', exact: true }).click()
    await page.getByRole('menuitem', { name: /sign out/i }).click()
    await expect(page).toHaveURL(/sign-in/)
    await page.goto(`${origin}/instances`)
    await expect(page).toHaveURL(/sign-in/)
    provokes(/ 401 \(Unauthorized\) \S+\/api\/session$/)
    await page.goto(link)
    await expect(page.getByText(/signet operator recover/).first()).toBeVisible()
  })
})

function shell(script: string): Promise<string> {
  const child = spawn('sh', ['-ec', script], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return linesOf(child).then((lines) => lines.join('\n'))
}

function linesOf(child: ChildProcess): Promise<string[]> {
  return new Promise((resolve) => {
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
    })
    child.once('close', () => resolve(text.trim().split('\n')))
  })
}

/** Through the admin API on the host's own socket, as `signet` itself does it. */
async function setLifetimeOneMinute({ admin }: Stack): Promise<void> {
  const { items } = await admin<{ items: { id: string }[] }>('GET', '/rotation-policies')
  const policy = { lifetimeSeconds: 60, rotateAt: 0.5, overlapSeconds: 60, keyAlgorithm: 'rsa2048' }
  await admin('PUT', `/rotation-policies/${items[0]?.id}`, { policy })
}

async function auditActions({ admin }: Stack): Promise<string[]> {
  const { items } = await admin<{ items: { action: string }[] }>('GET', '/audit?limit=200')
  return items.map((event) => event.action)
}
