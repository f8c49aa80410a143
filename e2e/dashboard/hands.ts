import { expect, type Locator, type Page } from '@playwright/test'

/** How a person works the dashboard. The steps of a journey are written once, for both. */
export interface Hand {
  /** Follows a link, presses a button, picks a menu item or a tab, ticks a box. */
  press(target: Locator): Promise<void>
  /** Replaces what a field holds. */
  write(field: Locator, text: string): Promise<void>
  /** Picks an option of a list. */
  choose(select: Locator, label: string): Promise<void>
  /** Selects a row of a list. */
  select(row: Locator): Promise<void>
  /** Opens the page of a row of a list. */
  open(row: Locator): Promise<void>
  /** Goes to a screen of the rail from wherever one is. */
  goTo(screen: Screen): Promise<void>
}

/** Screens of the rail, with the key that follows `g`. */
const screens = {
  ...{ Instances: 'i', Identities: 'd', Applications: 'p', Audiences: 'e' },
  ...{ Rotations: 'r', Access: 'a', Jobs: 'j', 'Token tester': 't', Audit: 'u' },
} as const
export type Screen = keyof typeof screens

/** A mouse; only what is typed comes from the keyboard. */
export function mouseOn(page: Page): Hand {
  return pointerOn(page, (target) => target.click())
}

/** A finger on a touch screen: it never hovers. */
export function fingerOn(page: Page): Hand {
  return pointerOn(page, (target) => target.tap())
}

function pointerOn(page: Page, press: Hand['press']): Hand {
  return {
    press,
    write: async (field, text) => {
      await press(field)
      await field.fill(text)
    },
    choose: async (select, label) => void (await select.selectOption({ label })),
    select: async (row) => {
      await press(row.getByRole('checkbox'))
      await expect(row.getByRole('checkbox')).toBeChecked()
    },
    open: (row) => press(row.getByRole('link').first()),
    goTo: async (screen) => {
      const menu = page.getByRole('banner').getByRole('button', { name: 'Menu', exact: true })
      const isNarrow = await menu.isVisible()
      if (isNarrow) await press(menu)
      const rail = isNarrow
        ? page.getByRole('dialog', { name: 'Menu' })
        : page.getByRole('navigation', { name: 'Main' })
      const entry = rail.getByRole('link', { name: screen, exact: true })
      await expect(rail).toBeVisible()
      // What is set once and seldom looked at stands below the settings.
      if (!(await entry.isVisible())) await press(rail.getByRole('link', { name: 'Settings', exact: true }))
      await press(entry)
      await expect(page.getByRole('dialog', { name: 'Menu' })).toHaveCount(0)
    },
  }
}

/**
 * Keys alone: Tab to come to a thing, arrows inside of what is one stop, Enter or Space to use it. Wherever the focus comes to,
 * it has to be where somebody sees it.
 */
export function keyboardOn(page: Page): Hand {
  const { keyboard } = page
  return {
    press: async (target) => {
      if ((await target.getAttribute('role')) === 'option') return pickOption(page, target)
      await reach(page, target)
      const isBox = (await target.evaluate(kindOf)) === 'box'
      await keyboard.press(isBox ? 'Space' : 'Enter')
    },
    write: async (field, text) => {
      await reach(page, field)
      await keyboard.press('Control+a')
      await keyboard.type(text)
    },
    choose: async (select, label) => {
      await reach(page, select)
      await keyboard.type(label)
      await expect(select.locator('option:checked')).toHaveText(label)
    },
    select: async (row) => {
      await reach(page, row)
      await keyboard.press('x')
    },
    open: async (row) => {
      await reach(page, row)
      await keyboard.press('Enter')
    },
    goTo: async (screen) => {
      // In a field a letter is what is typed.
      const isField = () => document.activeElement?.matches('input, select, textarea') ?? false
      while (await page.evaluate(isField)) await keyboard.press('Tab')
      await keyboard.press('g')
      await keyboard.press(screens[screen])
      await expect(page.getByRole('heading', { level: 1, name: screen })).toBeVisible()
    },
  }
}

/** More presses than a page has stops. */
const mostPresses = 150

/** Picks what a field offers; the focus stays in the field. */
async function pickOption(page: Page, option: Locator): Promise<void> {
  const isActive = async () => (await option.getAttribute('aria-selected')) === 'true'
  for (let presses = 0; presses < mostPresses && !(await isActive()); presses += 1)
    await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
}

/** Brings the focus to a thing by keys alone, as its kind is reached. */
async function reach(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible()
  const kind = await target.evaluate(kindOf)
  if (kind === 'tab') await walk(page, page.getByRole('tab', { selected: true }), 'Tab')
  if (kind === 'row') await walk(page, page.locator('tbody [role="row"][tabindex="0"]'), 'Tab')
  await walk(page, target, { tab: 'ArrowRight', row: 'ArrowDown', item: 'ArrowDown', box: 'Tab', other: 'Tab' }[kind])
  await expectFocusSeen(target)
}

async function walk(page: Page, target: Locator, key: string): Promise<void> {
  const isThere = () => target.evaluate((element) => element === document.activeElement)
  for (let presses = 0; presses < mostPresses && !(await isThere()); presses += 1) await page.keyboard.press(key)
  await expect(target).toBeFocused()
}

function kindOf(element: Element): 'tab' | 'row' | 'item' | 'box' | 'other' {
  const role = element.getAttribute('role') ?? ''
  if (role === 'tab' || role === 'row') return role
  if (role.startsWith('menuitem')) return 'item'
  return role === 'switch' || element.matches('[type="checkbox"]') ? 'box' : 'other'
}

/** What has the focus is on screen, not under anything else, and marked (WCAG 2.4.7, 2.4.11). */
async function expectFocusSeen(target: Locator): Promise<void> {
  await expect(target).toBeInViewport()
  const faults = () =>
    target.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect()
      const at = document.elementFromPoint(left + Math.min(width / 2, 40), top + height / 2)
      const isOnTop = at !== null && (element.contains(at) || at.contains(element))
      // A field in a frame is marked by its frame, and an entry of a menu by its ground.
      const marked = [element, element.parentElement].some((each) => {
        const style = each && getComputedStyle(each)
        return style && (style.outlineStyle !== 'none' || each.hasAttribute('data-highlighted'))
      })
      return [!isOnTop && `under ${at?.outerHTML.slice(0, 200)}`, !marked && 'not marked'].filter(Boolean)
    })
  await expect.poll(faults, { message: 'the focus is seen' }).toEqual([])
}
