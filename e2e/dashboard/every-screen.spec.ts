import type { Page } from '@playwright/test'
import { LivelyStack } from '../lively-stack.ts'
import { type Screen, type Seats, seatBeside, takeSeats, visit } from '../screen-visit.ts'
import { screens } from '../screens.ts'
import { axeFor, expect, rulesOfColour, standards, test } from './fixtures.ts'

let stack: LivelyStack
/** Two look at a time, each with pages of their own, since an examination keeps one core busy. */
let lanes: readonly { readonly seats: Seats; readonly screens: readonly Screen[] }[]

test.beforeAll(async ({ browser }) => {
  test.setTimeout(600_000)
  stack = await LivelyStack.open()
  const seats = await takeSeats(browser, stack)
  const isOfFirst = (screen: Screen, index: number) => screen.as !== undefined || index % 2 === 0
  lanes = [
    { seats, screens: screens.filter(isOfFirst) },
    { seats: await seatBeside(browser, seats), screens: screens.filter((screen, index) => !isOfFirst(screen, index)) },
  ]
})
test.afterAll(() => stack.close())

const wide = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }
/** 1280 by 1024 at 400 % (WCAG 1.4.10). */
const zoomed = { width: 320, height: 256 }

/** One test, since making the demo takes longer than a screen; what is wrong with one does not hide the others. */
test('every screen is WCAG 2.2 AA in both themes and densities, in forced colours, at 400 % zoom and without motion', async ({
  provokes,
}) => {
  test.setTimeout(1_500_000)
  for (const screen of screens) if (screen.provokes) provokes(screen.provokes)
  await Promise.all(
    lanes.map(async ({ seats, screens: own }) => {
      for (const screen of own) await test.step(screen.name, () => look(screen, seats))
    }),
  )
})

async function look(screen: Screen, seats: Seats): Promise<void> {
  const page = seats[screen.as ?? 'administrator']
  const none = (found: unknown, what: string) => expect.soft(found, `${screen.name}: ${what}`).toEqual([])
  await page.setViewportSize(screen.isOfPhones ? phone : wide)
  await visit(page, screen, stack)
  await setDensity(page, 'comfortable')
  none(await violations(page), 'WCAG, light, comfortable')
  // In one go: a theme changes no size, and a density no colour.
  await page.emulateMedia({ colorScheme: 'dark' })
  await setDensity(page, 'compact')
  none(await violations(page, [...rulesOfColour, ...rulesOfSize]), 'WCAG, dark, compact')
  if (!screen.isBrief) {
    none(await page.evaluate(moving), 'moves although motion is reduced')
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' })
    none(await violations(page, rulesOfColour), 'WCAG, forced colours')
    none(await page.evaluate(shapeless), 'told by colour alone')
  }
  await setDensity(page, 'default')
  await page.emulateMedia({ colorScheme: 'light', forcedColors: null })

  await page.setViewportSize(zoomed)
  none(await page.evaluate(tooWide), 'scrolls sideways at 400 %')
  none(await page.evaluate(outOfReach), 'cannot be reached at 400 %')
}

/** Those of axe's rules that a density can break, which is sizes and nothing else. */
const rulesOfSize = ['target-size', 'scrollable-region-focusable']

/** Rows, lanes and operations after the first few are made of the same, and axe would take most of its time with them. */
const moreOfTheSame = [
  'tbody [role=row]:nth-child(n+6)',
  'li:nth-child(n+6):has(> [data-lane])',
  'details:nth-child(n+6)',
]

/** Menus and dialogs pass the focus on from these at once; none ever stays on one. */
const focusGuards = '[data-base-ui-focus-guard]'

async function violations(page: Page, rules?: string[]) {
  await page.evaluate(drawn)
  const axe = [...moreOfTheSame, focusGuards].reduce((builder, each) => builder.exclude(each), await axeFor(page))
  const found = await (rules === undefined ? axe.withTags(standards) : axe.withRules(rules)).analyze()
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(({ target, failureSummary }) => ({ id, where: target, why: failureSummary })),
  )
}

/** As another tab of the browser would change it. */
async function setDensity(page: Page, density: string): Promise<void> {
  await page.evaluate((next) => {
    const key = 'signet.preferences'
    localStorage.setItem(key, JSON.stringify({ zone: 'UTC', density: next }))
    window.dispatchEvent(new StorageEvent('storage', { key, newValue: localStorage.getItem(key) }))
  }, density)
}

/** Runs in the page. Ends when a change of theme or size is on the screen. */
function drawn(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
}

/** Runs in the page. Elements that take time to become what they are; the style sheet allows 1 ms. */
function moving(): string[] {
  const allowedSeconds = 0.001
  // A table that is read again says so for a moment, which no picture is sure to catch.
  for (const bar of document.querySelectorAll<HTMLElement>('[class*="_progress_"]')) bar.dataset['on'] = ''
  const longest = (durations: string) => Math.max(...durations.split(',').map((each) => Number.parseFloat(each)))
  return [...document.querySelectorAll('*')].flatMap((element) =>
    [undefined, '::before', '::after'].flatMap((pseudo) => {
      const style = getComputedStyle(element, pseudo)
      const animates = style.animationName !== 'none' && longest(style.animationDuration) > allowedSeconds
      return animates || longest(style.transitionDuration) > allowedSeconds
        ? [`${element.tagName} ${element.className} ${pseudo ?? ''}`]
        : []
    }),
  )
}

/**
 * Runs in the page under forced colours, which take backgrounds and colours away: fields, buttons and switches keep their
 * outlines, on is not off, what is chosen looks different from its neighbours, and focus is seen.
 */
function shapeless(): string[] {
  const faults: string[] = []
  const visible = (selector: string) =>
    [...document.querySelectorAll<HTMLElement>(selector)].filter((element) => element.checkVisibility())
  const hasBorder = (element: Element) =>
    [undefined, '::before'].some((pseudo) => {
      const { borderTopStyle, borderTopWidth } = getComputedStyle(element, pseudo)
      return borderTopStyle !== 'none' && Number.parseFloat(borderTopWidth) >= 1
    })
  const outlined = 'input:not([type=checkbox]), select, textarea, [role=switch], [role=switch] > *, [class*=primary]'
  for (const element of visible(outlined)) {
    // The field of a filter is outlined together with its chips, that of the palette with its list.
    const outlines = [element, element.closest('search > *'), element.closest('[role=dialog]')]
    if (!outlines.some((each) => each !== null && hasBorder(each)))
      faults.push(`no outline: ${element.outerHTML.slice(0, 120)}`)
  }
  const look = (element: Element) => {
    const { backgroundColor, borderBottom, borderLeft, fontWeight, outline, textDecorationLine } =
      getComputedStyle(element)
    return [backgroundColor, borderBottom, borderLeft, fontWeight, outline, textDecorationLine].join(' ')
  }
  const pairs = [
    ['[role=tab][aria-selected=true]', '[role=tab][aria-selected=false]'],
    ['nav a[aria-current=page]', 'nav a:not([aria-current])'],
  ] as const
  for (const [chosen, other] of pairs) {
    const [one] = visible(chosen)
    const neighbour = visible(other).find((each) => each.parentElement?.parentElement?.contains(one ?? null))
    if (one && neighbour && look(one) === look(neighbour)) faults.push(`chosen looks like its neighbour: ${chosen}`)
  }
  const places = visible('[role=switch]').map((each) => {
    const thumb = each.firstElementChild
    return [each.ariaChecked, Math.round((thumb?.getBoundingClientRect().x ?? 0) - each.getBoundingClientRect().x)]
  })
  const [on, off] = ['true', 'false'].map((state) => new Set(places.filter(([is]) => is === state).map(([, at]) => at)))
  if (on && off && [...on].some((place) => off.has(place))) faults.push('switches that are on look off')
  // Bars of a chart draw a ring of their own, within the chart.
  const [first] = visible(
    '[role=dialog] button, [role=alertdialog] button, main button, main a[href]:not(svg *), main input',
  )
  const asByKey = { focusVisible: true, preventScroll: false }
  first?.focus(asByKey)
  const { outlineStyle, outlineWidth } = getComputedStyle(first ?? document.body)
  if (first && (outlineStyle === 'none' || Number.parseFloat(outlineWidth) < 2)) faults.push('focus is not seen')
  return faults
}

/** Runs in the page. What makes the document wider than the window, if anything does. */
function tooWide(): string[] {
  if (document.documentElement.scrollWidth <= window.innerWidth) return []
  const wide = [...document.querySelectorAll('body *')].filter(
    (element) => element.getBoundingClientRect().right > window.innerWidth + 1,
  )
  return wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 100))
}

/**
 * Runs in the page. Controls that are not in the window after they were scrolled to, or have something over them; what
 * scrolls sideways within the page, as tables and code may, can be scrolled to.
 */
function outOfReach(): string[] {
  const layers = [...document.querySelectorAll<HTMLElement>('aside, [role=dialog], [role=alertdialog], [role=menu]')]
  const layer = layers.findLast((each) => each.checkVisibility()) ?? document.querySelector('main') ?? document.body
  const controls = [...layer.querySelectorAll<HTMLElement>('button, a[href], input, select, textarea, [role=menuitem]')]
  return controls
    .filter((control) => control.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .slice(0, 60)
    .flatMap((control) => {
      // For screen readers alone, as are the heads of tables that are drawn as cards.
      const isUnseen = control.closest('.sr-only') !== null || control.closest('thead')?.clientWidth === 1
      if (isUnseen || control.getBoundingClientRect().width <= 1) return []
      control.scrollIntoView({ block: 'center', inline: 'nearest' })
      const { left, right, top, bottom } = control.getBoundingClientRect()
      const [x, y] = [Math.min(right - 2, (left + right) / 2), (top + bottom) / 2]
      const over = document.elementFromPoint(x, Math.max(1, Math.min(y, innerHeight - 1)))
      const isFree =
        over !== null && (control.contains(over) || over.contains(control) || over.closest('label') !== null)
      const isInside = left >= -1 && right <= innerWidth + 1 && bottom > 0 && top < innerHeight
      return isFree && isInside
        ? []
        : [
            `${control.outerHTML.slice(0, 100)} at ${Math.round(left)}, ${Math.round(top)}, under ${over?.outerHTML.slice(0, 60)}`,
          ]
    })
}
