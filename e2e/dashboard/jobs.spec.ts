import { readFile } from 'node:fs/promises'
import type { Locator, Page } from '@playwright/test'
import { Stack } from '../stack.ts'
import { expect, test } from './fixtures.ts'

/** At ten a second this takes a quarter of a minute: long enough to look at a job while it runs. */
const count = 150

let stack: Stack
let ids: string[]

test.beforeAll(async () => {
  test.setTimeout(120_000)
  stack = await Stack.open()
  await stack.start()
  ids = []
  for (let index = 0; index < count; index += 1) {
    const name = `shop-${String(index + 1).padStart(3, '0')}`
    ids.push((await stack.admin<{ id: string }>('POST', '/instances', { name, kind: 'vm' })).id)
  }
})
test.afterAll(() => stack.close())

test.beforeEach(async ({ page }) => {
  test.setTimeout(120_000)
  const { url } = await stack.admin<{ url: string }>('POST', '/console/codes', {})
  await page.goto(url)
  await expect(page.getByRole('heading', { name: 'Overview', exact: true })).toBeVisible({ timeout: 30_000 })
})

const start = (kind: string, selected: readonly string[]) =>
  stack.admin<{ id: string }>('POST', '/bulk', { list: 'instances', kind, selection: { ids: selected } })
const barOf = (page: Page) => page.locator('main').getByRole('progressbar', { name: 'Items done' })
const doneOn = async (bar: Locator) => Number(await bar.getAttribute('value'))
const badge = (page: Page, state: string) =>
  page.locator('main').getByRole('heading', { level: 1 }).locator('..').getByText(state, { exact: true })
const act = (page: Page, name: string) => page.locator('main').getByRole('button', { name, exact: true })

/** Writes down each value that the bar has from now on. */
async function watch(bar: Locator): Promise<() => Promise<number[]>> {
  await bar.evaluate((element) => {
    const values: number[] = []
    const note = () => {
      const value = Number(element.getAttribute('value'))
      if (values.at(-1) !== value) values.push(value)
      element.setAttribute('data-values', values.join())
    }
    note()
    new MutationObserver(note).observe(element, { attributeFilter: ['value'] })
  })
  return async () => ((await bar.getAttribute('data-values')) ?? '').split(',').map(Number)
}

test('a running job moves by itself in every tab, holds while it is paused, and leaves the rest when cancelled', async ({
  page,
  context,
}) => {
  const origin = new URL(page.url()).origin
  const job = await start('turn-on', ids)
  const other = await context.newPage()
  // The paced reading that stands in for a broken stream is every three seconds; a live bar moves more often.
  for (const tab of [page, other]) await tab.goto(`${origin}/jobs/${job.id}`)
  await expect(badge(other, 'Running')).toBeVisible()
  const [here, there] = [barOf(page), barOf(other)]
  const seen = [await watch(here), await watch(there)]
  const from = await doneOn(there)
  const started = Date.now()
  await expect.poll(() => doneOn(there), { intervals: [50] }).toBeGreaterThanOrEqual(from + 20)
  const seconds = (Date.now() - started) / 1_000
  for (const values of await Promise.all(seen.map((read) => read()))) {
    expect(values.toSorted((a, b) => a - b)).toEqual(values)
    expect(values.length, 'moved with each portion').toBeGreaterThan(seconds / 3 + 1)
  }
  await expect(page.getByRole('banner').getByRole('link', { name: /^Turn on 150 identities: \d+ %$/ })).toBeVisible()

  await act(page, 'Pause').click()
  await expect(badge(other, 'Paused')).toBeVisible()
  await expect(act(other, 'Resume')).toBeVisible()
  const held = await doneOn(here)
  expect(held).toBeLessThan(count)
  const paused = await stack.admin<{ waiting: number }>('GET', `/jobs/${job.id}`)
  expect(count - paused.waiting).toBe(held)

  await act(other, 'Resume').click()
  await expect.poll(() => doneOn(here)).toBeGreaterThan(held)
  await act(page, 'Cancel the rest').click()
  await expect(badge(other, 'Cancelled')).toBeVisible()
  const done = await doneOn(there)
  expect(done).toBeLessThan(count)
  await expect(page.locator('main').getByText(`${done} changed · ${count - done} cancelled`)).toBeVisible()
  await expect(page.getByRole('banner').getByRole('link', { name: /Turn on/ })).toHaveCount(0)
  const off = await stack.admin<{ count: { shown: number } }>('GET', '/instances?filter=shop%20state:off')
  expect(off.count.shown).toBe(count - done)
  await other.close()
})

test('what a job was refused is tried again, and only that', async ({ page }) => {
  const some = ids.slice(-3)
  await stack.admin('PUT', `/instances/${some[0]}/identity`, { enabled: true })
  const job = await start('pause', some)
  await page.goto(`${new URL(page.url()).origin}/jobs/${job.id}`)
  await expect(badge(page, 'Finished')).toBeVisible()
  const main = page.locator('main')
  await expect(main.getByText('1 changed · 2 not allowed')).toBeVisible()
  await expect(main.getByRole('row').filter({ hasText: 'there is nothing to pause' })).toHaveCount(2)
  await stack.admin('PUT', `/instances/${some[1]}/identity`, { enabled: true })
  await act(page, 'Retry failed').click()
  await expect(main.getByText('2 changed · 1 not allowed')).toBeVisible()
  await expect(badge(page, 'Finished')).toBeVisible()
  await expect(main.getByRole('row').filter({ hasText: 'there is nothing to pause' })).toHaveCount(1)
})

test('exactly what is selected is saved as a file', async ({ page }) => {
  await page.goto(`${new URL(page.url()).origin}/instances?sort=-name`)
  for (const name of ['shop-149', 'shop-150']) await page.getByRole('checkbox', { name: `Select ${name}` }).check()
  const bar = page.getByRole('region', { name: 'Selection' })
  const save = async (format: string) => {
    await bar.getByRole('button', { name: 'Export' }).click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: format }).click(),
    ])
    return (await readFile(await file.path(), 'utf8')).trim().split(/\r?\n/)
  }
  const rows = await save('NDJSON')
  expect(rows.map((row) => (JSON.parse(row) as { name: string }).name)).toEqual(['shop-150', 'shop-149'])
  await bar.getByRole('button', { name: /^Select all 15\d matching$/ }).click()
  expect((await save('CSV')).length).toBeGreaterThan(count)
})
