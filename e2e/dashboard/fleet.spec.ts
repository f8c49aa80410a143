import { askAllTheWhile, Fleet, type Member } from '../fleet.ts'
import { Stack } from '../stack.ts'
import { expect, expectAccessible, test } from './fixtures.ts'

/** As many as there are agents, all in one process; `pnpm fleet` has 200. A multiple of 5. */
const count = Number(process.env['SIGNET_FLEET'] ?? 20)
const waveSize = count / 5
const names = Array.from({ length: count }, (_, index) => `node-${String(index + 1).padStart(3, '0')}`)
/** So many that a client meets the same one again after minutes: agents have nearly nothing in their caches for it. */
const audiences = Array.from({ length: 60 }, (_, index) => `api://fleet-${index + 1}`)
/** Of the third wave: more than may fail. */
const broken = names.slice(2 * waveSize, 2 * waveSize + 3)
const mostFailed = 1

interface Detail {
  readonly id: string
  readonly state: string
  readonly counts: Readonly<Record<string, number>>
}

let stack: Stack
let fleet: Fleet

test.beforeAll(async () => {
  test.setTimeout(300_000)
  stack = await Stack.open()
  await stack.start()
  fleet = await Fleet.join(
    stack,
    names.map((name): Member => ({ name, tags: { fleet: 'yes' } })),
  )
  await stack.admin('POST', '/bulk', { list: 'instances', kind: 'turn-on', selection: { q: 'tag:fleet=yes' } })
  for (const uri of audiences) await stack.admin('POST', '/audiences', { uri, name: uri.slice(6) })
  const on = async () => {
    const { items } = await stack.admin<{ items: unknown[] }>('GET', '/instances?limit=200&filter=state:on')
    return items.length
  }
  await expect.poll(on, { timeout: 180_000 }).toBe(count)
})
test.afterAll(async () => {
  await fleet?.close()
  await stack.close()
})

const newestRollout = async () => {
  const { items } = await stack.admin<{ items: Detail[] }>('GET', '/rollouts?limit=1')
  return items[0] ?? { id: '', state: '', counts: {} }
}

test(`${count} identities rotate in waves: one fails, it halts, is rolled back, goes on and ends, and no client ever waits for a token in vain`, async ({
  page,
}) => {
  test.setTimeout(420_000)
  const { url } = await stack.admin<{ url: string }>('POST', '/console/codes', {})
  await page.goto(url)
  await expect(page.getByRole('heading', { name: 'Overview', exact: true })).toBeVisible()
  const endAsking = await askAllTheWhile(fleet, audiences, count > 50 ? 6_000 : 1_000)
  const main = page.locator('main')
  const state = (word: string) => main.getByRole('heading', { level: 1 }).locator('..').getByText(word, { exact: true })
  const waves = page.getByRole('table', { name: 'Waves' }).locator('tbody').getByRole('row')
  for (const name of broken) fleet.breakDisk(name)

  await test.step('what a rollout would do is said before it starts', async () => {
    await page.goto(`${new URL(url).origin}/rotations/rollouts`)
    await main.getByRole('button', { name: 'Rotate many…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Rotate in waves' })
    await dialog.getByLabel('Filter').fill('tag:fleet=yes')
    await dialog.getByLabel('Wave size').fill(String(waveSize))
    await dialog.getByLabel('Pause between waves', { exact: true }).fill('0')
    await dialog.getByLabel('Halt when more than … % fail').fill(String((100 * mostFailed) / count))
    await dialog.getByLabel('Reason').fill('quarterly rollover')
    await expect(dialog).toContainText(`${count} certificates`)
    await expect(dialog).toContainText('5 waves')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: /^(Rotate|Start)/ }).click()
    await expect(main.getByRole('heading', { level: 1 })).toHaveText(`Rotate ${count} certificates in 5 waves`)
  })

  await test.step('it runs wave by wave before one’s eyes, and halts by itself when too many have failed', async () => {
    await expect(waves).toHaveCount(5)
    await expect(waves.nth(0)).toContainText(`${waveSize} of ${waveSize}`, { timeout: 60_000 })
    await expect(waves.nth(1)).toContainText('Done', { timeout: 90_000 })
    await expect(state('Halted')).toBeVisible({ timeout: 120_000 })
    await expect(main.getByText('Halted by itself')).toBeVisible()
    await expect(waves.nth(3)).toContainText('Waiting')
    await expect(waves.nth(4)).toContainText('Waiting')
    await expectAccessible(page)
  })

  await test.step('what is in use is rolled back to the certificates before', async () => {
    await main.getByRole('button', { name: 'Roll back…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('one rack has a failing disk')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Roll back', exact: true }).click()
    await expect(waves.nth(0)).toContainText('Rolled back', { timeout: 60_000 })
    await expect(waves.nth(1)).toContainText('Rolled back', { timeout: 60_000 })
    const stillNew = async () => {
      const { counts } = await newestRollout()
      return (counts['activated'] ?? 0) + (counts['returning'] ?? 0)
    }
    await expect.poll(stillNew, { timeout: 60_000 }).toBe(0)
  })

  await test.step('with the disks mended it goes on, takes in turn what was rolled back, and ends', async () => {
    for (const name of broken) fleet.mendDisk(name)
    await main.getByRole('button', { name: 'Resume' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('disks are mended')
    await dialog.getByRole('button', { name: 'Resume', exact: true }).click()
    await expect(state('Completed')).toBeVisible({ timeout: 180_000 })
    await expect(waves.nth(4)).toContainText('Done')
    expect((await newestRollout()).counts).toEqual({ activated: count })
    await expectAccessible(page)
  })

  const seen = await endAsking()
  console.log(`clients: ${JSON.stringify(seen)}`)
  expect(seen.failures).toEqual([])
  expect(seen.failed).toBe(0)
  expect(seen.least).toBeGreaterThan(3)
  // Several of each client under every certificate it had.
  expect(seen.distinct).toBeGreaterThan(2 * count)
})
