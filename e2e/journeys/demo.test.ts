import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, expectAccessible, serverAway, test } from '../dashboard/fixtures.ts'
import { Stack } from '../stack.ts'

let stack: Stack
test.beforeEach(async () => {
  stack = await Stack.open()
})
test.afterEach(() => stack.close())

interface Instance {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly health: { readonly state: string }
  readonly lastToken: unknown
  readonly tags: Record<string, string>
}

interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

test('a demo has a real history, is removed with one click, and leaves the data beside it as it was', async ({
  page,
  provokes,
}) => {
  test.setTimeout(600_000)
  await stack.start()
  const tenant = await tenantOf()
  await stack.stop()
  const before = fingerprint(join(stack.folder, 'data'))

  const link = await stack.start('--demo')

  await test.step('forty instances, among them one that fails and one that is degraded', async () => {
    await expect
      .poll(async () => (await connected()).length, { timeout: 30_000, message: 'agents are connected' })
      .toBe(38)
    const { items } = await demo<Page<Instance>>('GET', '/instances?limit=200')
    expect(items).toHaveLength(40)
    expect(items.every(({ tags }) => tags['demo'] === 'yes')).toBe(true)
    expect(new Set(items.map(({ kind }) => kind))).toEqual(new Set(['vm', 'app', 'function', 'container', 'host']))
    const states = items.map(({ health }) => health.state)
    for (const state of ['failing', 'degraded', 'paused']) expect(states.filter((one) => one === state)).toHaveLength(1)
    expect(items.filter(({ lastToken }) => lastToken !== null).length).toBeGreaterThan(30)
  })

  await test.step('at least 200 rotations over twelve weeks, each with both of its certificates', async () => {
    const runs = (await rotations()).filter(({ state, from }) => state === 'completed' && from)
    expect(runs.length).toBeGreaterThanOrEqual(200)
    expect(new Set(runs.map(({ to }) => to?.thumbprint)).size).toBe(runs.length)
    const times = runs.map(({ requestedAt }) => requestedAt)
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(60 * 86_400_000)
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.now())
  })

  await test.step('a token is real', async () => {
    const { items } = await demo<Page<Instance>>('GET', '/instances?filter=name:web-01')
    const wanted = { instanceId: items[0]?.id, resource: 'https://vault.azure.net', bypassCache: true, dialect: 'imds' }
    const { id } = await demo<{ id: string }>('POST', '/token-tests', wanted)
    await expect
      .poll(async () => (await demo<{ outcome: string }>('GET', `/token-tests/${id}`)).outcome, { timeout: 30_000 })
      .toBe('ok')
  })
  expect(fingerprint(join(stack.folder, 'data'))).toEqual(before)

  await test.step('every page says that it is a demo', async () => {
    await page.goto(new URL('/sign-in', link).href)
    await expect(page.getByText('Demo', { exact: true })).toBeVisible()
    await page.goto(link)
    const bar = page.getByRole('banner')
    await expect(bar.getByText('Demo', { exact: true })).toBeVisible()
    await expect(page.getByRole('heading', { name: 'Overview', exact: true })).toBeVisible()
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Instances' }).click()
    await expect(page.getByRole('table').getByRole('row')).not.toHaveCount(0)
    await expectAccessible(page)
    await page.emulateMedia({ forcedColors: 'active' })
    await expect(bar.getByText('Demo', { exact: true })).toBeVisible()
    await page.emulateMedia({ forcedColors: null })
  })

  await test.step('one click and a question remove it, and Signet goes on without it', async () => {
    provokes(serverAway)
    const ready = stack.prints('start', /Stop {3}Ctrl-C/)
    await page.getByRole('button', { name: 'Remove demo data' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove demo data' }).click()
    await expect(page.getByText('The link in the terminal signs you in')).toBeVisible({ timeout: 60_000 })
    const output = await ready
    expect(existsSync(join(stack.folder, 'demo'))).toBe(false)
    expect(await tenantOf()).toBe(tenant)
    await page.goto(/http:\/\/localhost:\d+\/sign-in#code=\S+/.exec(output)?.[0] ?? '')
    await expect(page.getByRole('heading', { name: 'Overview', exact: true })).toBeVisible()
    expect(await page.getByText('Demo', { exact: true }).count()).toBe(0)
  })

  await test.step('a removal that was interrupted is finished by the next start', async () => {
    await stack.stop()
    mkdirSync(join(stack.folder, 'demo', 'agents'), { recursive: true, mode: 0o700 })
    writeFileSync(join(stack.folder, 'demo', 'demo.json'), '{"product":"signet-demo","state":"removing"}')
    await stack.start()
    expect(existsSync(join(stack.folder, 'demo'))).toBe(false)
  })
})

const demo = <T>(method: string, path: string, body?: unknown) => stack.admin<T>(method, path, body, 'demo/data')

async function tenantOf(): Promise<string> {
  return (await stack.admin<{ tenantId: string }>('GET', '/console/deployment')).tenantId
}

async function connected(): Promise<readonly Instance[]> {
  return (await demo<Page<Instance>>('GET', '/instances?limit=200&filter=agent:connected')).items
}

interface Run {
  readonly state: string
  readonly from: object | null
  readonly to: { readonly thumbprint: string } | null
  readonly requestedAt: number
}

async function rotations(): Promise<Run[]> {
  const runs: Run[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: Page<Run> = await demo<Page<Run>>('GET', `/rotations?limit=200${query}`)
    runs.push(...page.items)
    cursor = page.nextCursor
  }
  return runs
}

/** Every file of a folder with a hash of what is in it. */
function fingerprint(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  )
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  )
}
