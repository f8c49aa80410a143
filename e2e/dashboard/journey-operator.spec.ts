import { Fleet, type Member } from '../fleet.ts'
import { Stack } from '../stack.ts'
import { expect, test } from './fixtures.ts'
import { inFourWays, journey } from './journey.ts'

interface Instance {
  readonly name: string
  readonly identityState: string
  readonly identity: { readonly principalId: string } | null
}

const filter = 'tag:team=payments'
const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(2, '0')}`)
const alreadyOn = numbered('card', 7)
const stillOff = numbered('order', 31)
const others = numbered('web', 2)

let stack: Stack
let fleet: Fleet

/** 38 instances of one team, 31 of them off, beside three others; every one with an agent of its own. */
test.beforeAll(async () => {
  test.setTimeout(180_000)
  stack = await Stack.open()
  await stack.start()
  const { items } = await stack.admin<{ items: { id: string }[] }>('GET', '/rotation-policies')
  const policy = { lifetimeSeconds: 86_400, rotateAt: 0.5, overlapSeconds: 3_600, keyAlgorithm: 'p256' }
  await stack.admin('PUT', `/rotation-policies/${items[0]?.id}`, { policy })
  const ofTeam =
    (team: string) =>
    (name: string): Member => ({ name, tags: { team } })
  fleet = await Fleet.join(stack, [
    ...[...alreadyOn, ...stillOff].map(ofTeam('payments')),
    ...others.map(ofTeam('storefront')),
  ])
  for (const name of alreadyOn) {
    await stack.admin('PUT', `/instances/${fleet.ids.get(name)}/identity`, { enabled: true })
  }
  await expect.poll(async () => (await namesOf('state:on')).length, { timeout: 60_000 }).toBe(alreadyOn.length)
})
test.afterAll(async () => {
  await fleet?.close()
  await stack.close()
})

/** A journey that broke off leaves some of them on. */
test.afterEach(async () => {
  const ids = stillOff.flatMap((name) => fleet.ids.get(name) ?? [])
  await stack.admin('POST', '/bulk', { list: 'instances', kind: 'turn-off', selection: { ids } })
  await expect.poll(() => namesOf('state:off'), { timeout: 30_000 }).toEqual(stillOff)
})

async function listed(states: string): Promise<readonly Instance[]> {
  const wanted = encodeURIComponent(`${filter} ${states}`)
  return (await stack.admin<{ items: Instance[] }>('GET', `/instances?limit=200&filter=${wanted}`)).items
}
const principals = async () => (await listed('')).flatMap(({ identity }) => identity?.principalId ?? [])
const namesOf = async (states: string) => (await listed(states)).map(({ name }) => name).sort()

const signInLink = async () => (await stack.admin<{ url: string }>('POST', '/console/codes', {})).url

journey('an operator turns on 31 of 38 filtered instances and undoes it', inFourWays, signInLink, async (traveller) => {
  const { page, hand, step, expectAccessible } = traveller
  const rows = page.getByRole('table', { name: 'Instances' }).locator('tbody').getByRole('row')
  const main = page.locator('main')
  const badge = (state: string) =>
    main.getByRole('heading', { level: 1 }).locator('..').getByText(state, { exact: true })
  const filterBy = async (text: string, count: string) => {
    const clear = page.getByRole('button', { name: 'Clear filters' })
    if (await clear.isVisible()) await hand.press(clear)
    await hand.write(page.getByRole('combobox', { name: 'Filter instances' }), `${text} `)
    await page.keyboard.press('Enter')
    await expect(main.getByRole('status').first()).toHaveText(count, { timeout: 20_000 })
  }
  const principalsBefore = new Set(await principals())

  await step('38 of 41 instances match the filter, 31 of them off', async () => {
    await hand.goTo('Instances')
    await filterBy(`${filter} state:off`, '31 of 41')
    await expect(rows.first()).toContainText('order-01')
    await expect(rows.first()).toContainText('Off')
    await filterBy(filter, '38 of 41')
    await expect(rows.first()).toContainText('card-01')
    await expect(rows.first()).toContainText('On')
  })

  await step('all that match are selected, and what turning on would do is said first', async () => {
    await hand.select(rows.first())
    const selection = page.getByRole('region', { name: 'Selection' })
    await expect(selection).toContainText('1 selected')
    await hand.press(selection.getByRole('button', { name: 'Select all 38 matching' }))
    await expect(selection).toContainText('All 38 matching selected')
    await expectAccessible()
    await hand.press(selection.getByRole('button', { name: 'Turn on', exact: true }))
    const preview = page.getByRole('dialog', { name: 'Turn on: 38 selected' })
    await expect(preview).toContainText('31 will change · 7 need no change')
    expect(await namesOf('state:off')).toEqual(stillOff)
    await expectAccessible()
    await hand.write(preview.getByLabel('Reason (optional)'), 'opening day')
    await hand.press(preview.getByRole('button', { name: 'Turn on 31' }))
  })

  await step('the job tells how far it is, and that 31 are done and 7 needed no change', async () => {
    await expect(page).toHaveURL(/\/jobs\/[0-9a-f-]{36}$/)
    await expect(main.getByRole('heading', { level: 1 })).toHaveText('Turn on 38 identities')
    const bar = main.getByRole('progressbar', { name: 'Items done' })
    await expect(bar).toHaveAttribute('max', '38')
    await expect(badge('Finished')).toBeVisible({ timeout: 30_000 })
    await expect(bar).toHaveAttribute('value', '38')
    await expect(main.getByText('31 changed · 7 unchanged')).toBeVisible()
    await expect(main).toContainText(filter)
    await expect(main).toContainText('opening day')
    await expectAccessible()
    await hand.choose(main.getByLabel('Result', { exact: true }), 'No change needed')
    await expect(page.getByRole('table', { name: 'Items of the job' }).locator('tbody').getByRole('row')).toHaveCount(7)
  })

  await step('the list shows each of them on, with a principal ID of its own', async () => {
    await hand.goTo('Instances')
    await filterBy(`${filter} state:on`, '38 of 41')
    await hand.press(page.getByRole('columnheader', { name: 'Name' }).getByRole('button'))
    await expect(rows.first()).toContainText('order-31')
    await expect(rows.first()).toContainText('On')
    await expect(rows.first()).toContainText(/[0-9a-f]{8}…/)
    await expect(rows.first().getByRole('button', { name: 'Copy principal ID' })).toBeVisible()
    const now = await principals()
    expect(new Set(now).size).toBe(38)
    expect(now.filter((id) => !principalsBefore.has(id))).toHaveLength(31)
  })

  await step('the undo says what it takes back and does it', async () => {
    await hand.goTo('Jobs')
    await hand.press(
      page.getByRole('table', { name: 'Jobs' }).getByRole('link', { name: 'Turn on 38 identities' }).first(),
    )
    await hand.press(main.getByRole('button', { name: 'Undo' }))
    const dialog = page.getByRole('alertdialog', { name: 'Undo: turn off 31 again?' })
    await expect(dialog).toContainText('A new job takes back what this one has changed: 31 of 38.')
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await expectAccessible()
    await hand.press(dialog.getByRole('button', { name: 'Undo' }))
    await expect(main.getByRole('heading', { level: 1 })).toHaveText('Undo: Turn off 31 identities')
    await expect(badge('Finished')).toBeVisible({ timeout: 30_000 })
    await expect(main.getByText('31 changed', { exact: true })).toBeVisible()
  })

  await step('the 31 are off again, and what was on stays on', async () => {
    await hand.goTo('Instances')
    await filterBy(`${filter} state:off`, '31 of 41')
    await expect(rows.first()).toContainText('order-01')
    await hand.open(rows.first())
    await expect(main).toContainText(/The identity is off; its last principal can be restored for (29|30) d/)
    expect(await namesOf('state:off')).toEqual(stillOff)
    expect(new Set(await principals())).toEqual(principalsBefore)
  })
})
