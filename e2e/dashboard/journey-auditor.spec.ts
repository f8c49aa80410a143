import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { Stack } from '../stack.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { keyboardOn } from './hands.ts'
import { inFourWays, journey } from './journey.ts'

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
let instance: Instance
let principalId: string

/** An identity that was turned on and rotated twice by hand. */
test.beforeAll(async () => {
  test.setTimeout(120_000)
  stack = await Stack.open()
  await stack.start()
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

const signInLink = async () => (await stack.admin<{ url: string }>('POST', '/console/codes', {})).url
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
  const text = readFileSync(await file.path(), 'utf8')
  return { name: file.suggestedFilename(), lines: text.trimEnd().split('\n') }
}

const title = 'an auditor finds every rotation of one identity in a period, opens one as proof and exports'

journey(title, inFourWays, signInLink, async ({ page, hand, step, expectAccessible }) => {
  const rows = page.getByRole('table', { name: 'Rotations' }).locator('tbody').getByRole('row')
  const exported = async (format: RegExp) => {
    await hand.press(page.getByRole('button', { name: 'Export' }))
    return linesOf(page, () => hand.press(page.getByRole('menuitem', { name: format })))
  }

  await step('the filter finds the rotations of that identity in that period', async () => {
    await hand.goTo('Rotations')
    await hand.press(page.getByRole('tab', { name: 'History' }))
    await expect(page).toHaveURL(/\/rotations\/history/)
    await hand.write(page.getByRole('combobox', { name: 'Filter rotations' }), filter())
    await page.keyboard.press('Enter')
    await expect(rows).toHaveCount(2)
    for (const row of await rows.all()) await expect(row).toContainText('By hand')
    await expectAccessible()
  })

  await step('they are saved as a file, as the filter shows them', async () => {
    const { name, lines } = await exported(/^CSV/)
    expect(name).toMatch(/^rotations-[\dTZ-]+\.csv$/)
    expect(lines).toHaveLength(3)
    expect(lines[0]).toContain('old_thumbprint_sha256,new_serial')
  })

  await step('one of them proves that there was no gap', async () => {
    await hand.open(rows.first())
    await expectProof(page)
    await expectAccessible()
    await hand.press(page.getByRole('button', { name: 'Copy proof as text' }))
    const copied = () => page.evaluate(() => navigator.clipboard.readText())
    await expect.poll(copied).toContain('At no moment without an accepted certificate.')
    expect(await copied()).toMatch(/SHA-1 [0-9A-F]{40}/)
  })

  await step('and leads to what the audit log has of it', async () => {
    await hand.press(page.getByRole('link', { name: 'Audit events of this rotation' }))
    const events = page.getByRole('table', { name: 'Audit events' })
    for (const act of ['Rotation requested', 'Certificate issued', 'Certificate in use']) {
      await expect(events.getByText(act).first()).toBeVisible()
    }
  })

  await step('which is saved as NDJSON with a manifest, and that is on record', async () => {
    const { name, lines } = await exported(/^NDJSON/)
    expect(name).toMatch(/^audit-[\dTZ-]+\.ndjson$/)
    const records = lines.map((line): Record<string, unknown> => JSON.parse(line))
    expect(records.at(-1)).toMatchObject({ manifest: { count: records.length - 1, firstId: records[0]?.['id'] } })
    const query = page.getByRole('combobox', { name: 'Filter events' })
    const clear = page.getByRole('button', { name: 'Clear filters' })
    if (await clear.isVisible()) await hand.press(clear)
    await hand.write(query, 'action:audit.exported ')
    await page.keyboard.press('Enter')
    await expect(page.getByText('Audit log exported').first()).toBeVisible()
  })
})

test('an auditor takes an act back from its own event, by keyboard alone', async ({ page }) => {
  const hand = keyboardOn(page)
  const link = await signInLink()
  await page.goto(link)
  await expect(page.getByRole('heading', { name: 'Overview', exact: true })).toBeVisible()
  await stack.admin('POST', `/identities/${principalId}/pause`, { reason: 'by mistake' })
  await page.goto(`${new URL(link).origin}/audit?filter=action:identity.paused`)
  const row = page.getByRole('table', { name: 'Audit events' }).locator('tbody').getByRole('row').first()
  await expect(row).toContainText('Identity paused')
  await hand.open(row)
  await hand.press(page.getByRole('button', { name: 'Revert…' }))
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('it gets tokens again at once')
  await expectAccessible(page)
  await hand.write(dialog.getByLabel('Reason (optional)'), 'not meant')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Reverted: Identity paused')).toBeVisible()
  const { items } = await stack.admin<{ items: { action: string; reason: string }[] }>(
    'GET',
    '/audit?filter=action:identity.resumed',
  )
  expect(items[0]).toMatchObject({ action: 'identity.resumed', reason: 'not meant' })
})
