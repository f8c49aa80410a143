import { Stack } from '../stack.ts'
import { expect, expectAccessible, serverAway, test } from './fixtures.ts'
import { expectNoOverflow } from './journey.ts'

interface Instance {
  id: string
  name: string
  resourceId: string
  identity: { principalId: string } | null
  credential: { thumbprint: string } | null
}

let stack: Stack
let instance: Instance

test.beforeAll(async () => {
  stack = await Stack.open()
  await stack.start()
  const name = (await stack.json<{ name: string }[]>('instance', 'list'))[0]?.name ?? ''
  await stack.signet('instance', 'on', name)
  await expect
    .poll(async () => {
      const { items } = await stack.admin<{ items: Instance[] }>('GET', '/instances')
      const [first] = items
      if (first) instance = first
      return first?.credential
    })
    .toBeTruthy()
})
test.afterAll(() => stack.close())

test.beforeEach(async ({ page }) => {
  const { url } = await stack.admin<{ url: string }>('POST', '/console/codes', {})
  await page.goto(url)
  await expect(page.getByRole('heading', { name: 'Overview', exact: true })).toBeVisible()
  await page.goto(`${new URL(url).origin}/instances`)
  await expect(page.getByRole('link', { name: instance.name, exact: true })).toBeVisible()
})

test('the keyboard alone leads anywhere: palette, sequences, filter, sheet, rail', async ({ page }) => {
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox', { name: 'Search or jump to' })).toBeFocused()
  await expectAccessible(page)
  await page.keyboard.type(instance.name)
  await expect(page.getByRole('group', { name: 'Instances' }).getByRole('option')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`/instances/${instance.id}`))

  await page.keyboard.press('g')
  await page.keyboard.press('r')
  await expect(page).toHaveURL(/\/rotations$/)
  await page.keyboard.press('g')
  await page.keyboard.press('i')
  await expect(page).toHaveURL(/\/instances$/)
  await page.keyboard.press('/')
  await expect(page.locator('main search input').first()).toBeFocused()
  await page.keyboard.type('g?[')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.locator('main search input').first().fill('')
  await page.locator('main search input').first().blur()

  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await page.keyboard.press('[')
  await expect(page.getByRole('button', { name: 'Widen the menu' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('button', { name: 'Widen the menu' })).toBeVisible()
  await expectAccessible(page)
})

test('any identifier leads to its page, and what names nothing says what was looked for', async ({ page }) => {
  const { origin } = new URL(page.url())
  const go = (text: string) => page.goto(`${origin}/go/${text.startsWith('/') ? text : encodeURIComponent(text)}`)
  await go(instance.credential?.thumbprint ?? '')
  await expect(page).toHaveURL(new RegExp(`/instances/${instance.id}/certificates#row-`))
  await go(instance.identity?.principalId ?? '')
  await expect(page).toHaveURL(new RegExp(`/instances/${instance.id}/identity`))
  await go(instance.resourceId)
  await expect(page).toHaveURL(new RegExp(`/instances/${instance.id}$`))
  await go('no-such-thing')
  await expect(page.getByText('Nothing here is called “no-such-thing”')).toBeVisible()
  await expectAccessible(page)
})

test('theme, density and zone hold from the first paint of the next visit', async ({ page, provokes }) => {
  await page.getByRole('button', { name: 'Administrator' }).click()
  await page.getByRole('menuitemradio', { name: 'Dark' }).click()
  await page.getByRole('button', { name: 'Administrator' }).click()
  await page.getByRole('menuitemradio', { name: 'Compact' }).click()
  await page.getByRole('button', { name: /^Time zone/ }).click()
  await page.getByRole('menuitem', { name: 'Another zone…' }).click()
  await page.getByLabel('Name of the zone').fill('Asia/Kolkata')
  await page.getByRole('button', { name: 'Use this zone' }).click()
  await expect(page.getByRole('button', { name: 'Time zone: GMT+5:30' })).toBeVisible()
  // The look is there before the dashboard's own code runs.
  provokes(/ERR_FAILED \S+\/assets\/[^/]+\.js$/)
  await page.route('**/assets/*.js', (route) => route.abort())
  await page.reload({ waitUntil: 'commit' })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(page.locator('html')).toHaveAttribute('data-density', 'compact')
})

test('nothing overflows on a phone, and the rail is a menu there', async ({ page }) => {
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 })
    await expectNoOverflow(page)
  }
  await page.getByRole('button', { name: 'Menu' }).click()
  await expectAccessible(page)
  await page.getByRole('dialog', { name: 'Menu' }).getByRole('link', { name: 'Audit' }).click()
  await expect(page).toHaveURL(/\/audit$/)
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expectNoOverflow(page)
})

test('the admin API is described on a page of its own, under the same policy', async ({ page }) => {
  await page.goto(`${new URL(page.url()).origin}/api/docs`)
  await expect(page.getByText('/api/resolve/{anything}')).toBeVisible()
  await page.getByLabel('Filter operations').fill('identities.write')
  await expect(page.locator('details')).not.toHaveCount(0)
  await page.locator('summary').first().click()
  await expect(page.getByText('Needs the permission identities.write.').first()).toBeVisible()
  await expectAccessible(page)
  const document = await page.request.get(`${new URL(page.url()).origin}/api/openapi.json`)
  expect((await document.json()).openapi).toMatch(/^3\.1/)
})

test('a sign-in that ends leaves the form as it is and goes on after a new code', async ({
  page,
  context,
  provokes,
}) => {
  provokes(/ 401 \(Unauthorized\) \S+\/api\/instances$/)
  await page.getByRole('button', { name: 'Register instance' }).click()
  await page.getByLabel('Name', { exact: true }).fill('kept-while-away')
  await context.clearCookies()
  await page.getByRole('dialog').getByRole('button', { name: 'Register' }).click()
  const dialog = page.getByRole('dialog', { name: 'Your sign-in has ended' })
  await expect(dialog).toBeVisible()
  await expectAccessible(page)
  const { url } = await stack.admin<{ url: string }>('POST', '/console/codes', {})
  await dialog.getByLabel('One-time code').fill(url.split('code=')[1] ?? '')
  await dialog.getByRole('button', { name: 'Sign in' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('kept-while-away')
})

test('while the server is away nothing can be changed, and it goes on by itself', async ({ page, provokes }) => {
  await expect(page.getByTestId('live-dot')).toHaveText('Live')
  provokes(serverAway)
  await stack.stop()
  const banner = page.getByText('The server cannot be reached', { exact: true })
  await expect(banner).toBeVisible({ timeout: 20_000 })
  await expect(page.getByTestId('live-dot')).toContainText('Offline')
  await expect(page.getByRole('button', { name: 'Register instance' })).toHaveAttribute('aria-disabled', 'true')
  await expectAccessible(page)
  await stack.start()
  await expect(page.getByTestId('live-dot')).toHaveText('Live', { timeout: 30_000 })
  await expect(banner).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Register instance' })).not.toHaveAttribute('aria-disabled', 'true')
})
