import { readFileSync } from 'node:fs'
import type { Locator, Page } from '@playwright/test'
import { Stack } from '../stack.ts'
import { expect, expectAccessible, test } from './fixtures.ts'

interface Instance {
  readonly id: string
  readonly name: string
  readonly identityState: string
  readonly identity: { readonly principalId: string } | null
}

interface Run {
  readonly id: string
  readonly state: string
  readonly trigger: string
}

let stack: Stack
let link: string
let instance: Instance
let principalId: string

/** An identity that was turned on and rotated twice by hand. */
test.beforeAll(async () => {
  test.setTimeout(120_000)
  stack = await Stack.open()
  link = await stack.start()
  const { admin } = stack
  const [first] = (await admin<{ items: Instance[] }>('GET', '/instances')).items
  const id = first?.id ?? ''
  await admin('PUT', `/instances/${id}/identity`, { enabled: true })
  const shown = () => admin<Instance>('GET', `/instances/${id}`)
  await expect.poll(async () => (await shown()).identityState, { timeout: 30_000 }).toBe('on')
  instance = await shown()
  principalId = instance.identity?.principalId ?? ''
  for (const reason of ['quarterly check', 'drill']) {
    const run = await admin<Run>('POST', `/identities/${principalId}/rotations`, { reason })
    const state = async () => (await admin<Run>('GET', `/rotations/${run.id}`)).state
    await expect.poll(state, { timeout: 30_000 }).toBe('activated')
  }
})
test.afterAll(() => stack.close())

const filter = () => `identity:${principalId} trigger:manual requested:<1h `

async function expectProof(page: Page): Promise<void> {
  const proof = page.getByRole('region', { name: 'Proof' })
  await expect(proof).toContainText('At no moment without an accepted certificate')
  await expect(proof).toContainText(/Old until .+, new from .+, overlap (23 h 59 min 5\d s|1 d)/)
  const stages = page.getByRole('list', { name: 'Stages' })
  await expect(stages).toContainText('Reason: drill')
  await expect(stages).toContainText(/serial number\s*[0-9a-f]+/i)
  await expect(page.locator('main')).toContainText(/SHA-256 thumbprint/)
}

async function linesOf(page: Page, act: () => Promise<void>): Promise<{ name: string; lines: string[] }> {
  const [file] = await Promise.all([page.waitForEvent('download'), act()])
  return {
    name: file.suggestedFilename(),
    lines: readFileSync(await file.path(), 'utf8')
      .trimEnd()
      .split('\n'),
  }
}

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const isThere = () => target.evaluate((element) => element === document.activeElement)
  for (let presses = 0; presses < 120 && !(await isThere()); presses += 1) await page.keyboard.press('Tab')
  await expect(target).toBeFocused()
}

test('an auditor finds every rotation of one identity in a period, opens one as proof and exports, by mouse', async ({
  page,
  context,
}) => {
  test.setTimeout(180_000)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(link)
  const rail = page.getByRole('navigation', { name: 'Main' })
  const rows = page.getByRole('table', { name: 'Rotations' }).locator('tbody').getByRole('row')

  await test.step('the filter finds the rotations of that identity in that period', async () => {
    await rail.getByRole('link', { name: 'Rotations' }).click()
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('combobox', { name: 'Filter rotations' }).fill(filter())
    await page.keyboard.press('Enter')
    await expect(rows).toHaveCount(2)
    await expectAccessible(page)
  })

  await test.step('they are saved as a file, as the filter shows them', async () => {
    await page.getByRole('button', { name: 'Export' }).click()
    const { name, lines } = await linesOf(page, () => page.getByRole('menuitem', { name: /^CSV/ }).click())
    expect(name).toMatch(/^rotations-[\dTZ-]+\.csv$/)
    expect(lines).toHaveLength(3)
    expect(lines[0]).toContain('old_thumbprint_sha256,new_serial')
  })

  await test.step('one of them proves that there was no gap', async () => {
    await rows.first().getByRole('link').first().click()
    await expectProof(page)
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Copy proof as text' }).click()
    const text = await page.evaluate(() => navigator.clipboard.readText())
    expect(text).toContain('At no moment without an accepted certificate.')
    expect(text).toMatch(/SHA-1 [0-9A-F]{40}/)
  })

  await test.step('and leads to what the audit log has of it', async () => {
    await page.getByRole('link', { name: 'Audit events of this rotation' }).click()
    const events = page.getByRole('table', { name: 'Audit events' })
    for (const act of ['Rotation requested', 'Certificate issued', 'Certificate in use']) {
      await expect(events.getByText(act).first()).toBeVisible()
    }
  })

  await test.step('which is saved as NDJSON with a manifest', async () => {
    await page.getByRole('button', { name: 'Export' }).click()
    const { name, lines } = await linesOf(page, () => page.getByRole('menuitem', { name: /^NDJSON/ }).click())
    expect(name).toMatch(/^audit-[\dTZ-]+\.ndjson$/)
    const records = lines.map((line): Record<string, unknown> => JSON.parse(line))
    expect(records.at(-1)).toMatchObject({ manifest: { count: records.length - 1, firstId: records[0]?.['id'] } })
    await page.goto(`${new URL(link).origin}/audit?filter=action:audit.exported`)
    await expect(page.getByText('Audit log exported').first()).toBeVisible()
  })
})

test('an auditor does the same by keyboard alone, and takes an act back', async ({ page }) => {
  test.setTimeout(180_000)
  await page.goto((await stack.signet('operator', 'recover')).trim())
  await expect(page.getByRole('heading', { name: 'Overview', exact: true })).toBeVisible()
  const rows = page.getByRole('table', { name: 'Rotations' }).locator('tbody').getByRole('row')

  await test.step('finds the rotations', async () => {
    await tabTo(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Rotations' }))
    await page.keyboard.press('Enter')
    await tabTo(page, page.getByRole('tab', { name: 'Timeline' }))
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(/\/rotations\/history/)
    await tabTo(page, page.getByRole('combobox', { name: 'Filter rotations' }))
    await page.keyboard.type(filter())
    await page.keyboard.press('Enter')
    await expect(rows).toHaveCount(2)
  })

  await test.step('opens one as proof', async () => {
    await tabTo(page, rows.first())
    await page.keyboard.press('Enter')
    await expectProof(page)
  })

  await test.step('exports its audit events', async () => {
    await tabTo(page, page.getByRole('link', { name: 'Audit events of this rotation' }))
    await page.keyboard.press('Enter')
    await expect(page.getByRole('table', { name: 'Audit events' })).toBeVisible()
    await tabTo(page, page.getByRole('button', { name: 'Export' }))
    await page.keyboard.press('Enter')
    await expect(page.getByRole('menuitem', { name: /^CSV/ })).toBeFocused()
    const { lines } = await linesOf(page, () => page.keyboard.press('Enter'))
    expect(lines[0]).toMatch(/^id,at,actor_kind/)
  })

  await test.step('takes a pause back from its own event', async () => {
    await stack.admin('POST', `/identities/${principalId}/pause`, { reason: 'by mistake' })
    await page.goto(`${new URL(link).origin}/audit?filter=action:identity.paused`)
    const row = page.getByRole('table', { name: 'Audit events' }).locator('tbody').getByRole('row').first()
    await expect(row).toContainText('Identity paused')
    await tabTo(page, row)
    await page.keyboard.press('Enter')
    await tabTo(page, page.getByRole('button', { name: 'Revert…' }))
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText('it gets tokens again at once')
    await expectAccessible(page)
    await tabTo(page, dialog.getByLabel('Reason (optional)'))
    await page.keyboard.type('not meant')
    await page.keyboard.press('Enter')
    await expect(page.getByText('Reverted: Identity paused')).toBeVisible()
    const { items } = await stack.admin<{ items: { action: string; reason: string }[] }>(
      'GET',
      '/audit?filter=action:identity.resumed',
    )
    expect(items[0]).toMatchObject({ action: 'identity.resumed', reason: 'not meant' })
  })
})
