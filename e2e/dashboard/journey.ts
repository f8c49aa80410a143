import type { Page } from '@playwright/test'
import { expect, expectAccessible, test } from './fixtures.ts'
import { fingerOn, type Hand, keyboardOn, mouseOn } from './hands.ts'

/** A screen, a theme and a way to work: what a journey is taken in. */
interface Way {
  readonly width: 1440 | 390
  readonly theme: 'light' | 'dark'
  readonly hand: keyof typeof hands
}

const hands = { mouse: mouseOn, touch: fingerOn, keyboard: keyboardOn }
const handWords = { mouse: 'by mouse', touch: 'by touch', keyboard: 'by keyboard alone' } as const

/** Every two values of different axes meet once. */
export const inFourWays: readonly Way[] = [
  { width: 1440, theme: 'light', hand: 'mouse' },
  { width: 1440, theme: 'dark', hand: 'keyboard' },
  { width: 390, theme: 'light', hand: 'keyboard' },
  { width: 390, theme: 'dark', hand: 'touch' },
]

/** Somebody on their way through the dashboard. */
export interface Traveller {
  readonly page: Page
  readonly hand: Hand
  /** A part of the journey; afterwards nothing scrolls sideways. */
  step(title: string, act: () => Promise<void>): Promise<void>
  /** WCAG 2.2 AA, in both themes; in the first way of each width that uses a pointer. */
  expectAccessible(): Promise<void>
}

/** Defines a journey in each of the ways. Whoever takes it is signed in and sees the overview. */
export function journey(
  title: string,
  ways: readonly Way[],
  signInLink: () => Promise<string>,
  take: (traveller: Traveller) => Promise<void>,
): void {
  const checkedWidths = new Set<number>()
  for (const { width, theme, hand } of ways) {
    const checks = hand !== 'keyboard' && !checkedWidths.has(width)
    if (checks) checkedWidths.add(width)
    test.describe(() => {
      const isPhone = hand === 'touch'
      const viewport = { width, height: width === 390 ? 844 : 900 }
      test.use({ viewport, colorScheme: theme, hasTouch: isPhone, isMobile: isPhone })
      test(`${title}, ${handWords[hand]}, ${theme}, at ${width} px`, async ({ page, context }) => {
        test.setTimeout(240_000)
        await context.grantPermissions(['clipboard-read', 'clipboard-write'])
        await page.goto(await signInLink())
        await expect(page.getByRole('heading', { name: 'Overview', exact: true })).toBeVisible({ timeout: 30_000 })
        await take(travellerOn(page, { width, theme, hand }, checks))
      })
    })
  }
}

function travellerOn(page: Page, { theme, hand }: Way, checks: boolean): Traveller {
  return {
    page,
    hand: hands[hand](page),
    step: (title, act) =>
      test.step(title, async () => {
        await act()
        await expectNoOverflow(page)
      }),
    expectAccessible: async () => {
      if (!checks) return
      await expectAccessible(page)
      await page.emulateMedia({ colorScheme: theme })
    },
  }
}

export function expectNoOverflow(page: Page): Promise<void> {
  return expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth))
    .toBe(0)
}
