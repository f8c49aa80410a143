import AxeBuilder from '@axe-core/playwright'
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test'

interface Quiet {
  /** Excuses the errors of a failure that the test brings about itself: what is written or thrown, a space, and its address. */
  readonly provokes: (fault: RegExp) => void
  readonly quiet: undefined
}

/**
 * A test fails when any page of it threw, wrote an error to the console, or broke its content security policy. Chromium
 * writes an error for each answer of 400 and more too: pages are built so that a healthy server gives them none.
 */
export const test = base.extend<Quiet & { excused: RegExp[] }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to know what a fixture depends on
  excused: async ({}, use) => use([]),
  provokes: async ({ excused }, use) => use((fault) => void excused.push(fault)),
  quiet: [
    async ({ browser, excused }, use) => {
      const faults: string[] = []
      const listen = (context: BrowserContext) => {
        context.on('weberror', (error) => faults.push(`${error.error().message} ${error.page()?.url()}`))
        context.on('console', (message) => {
          const isFault = message.type() === 'error' || policy.test(message.text())
          if (isFault) faults.push(`${message.text()} ${message.location().url}`)
        })
        context.on('request', (request) => {
          if (request.url().endsWith('/api/csp-violations')) faults.push(`${request.postData()} ${request.url()}`)
        })
      }
      for (const context of browser.contexts()) listen(context)
      browser.on('context', listen)
      await use(undefined)
      browser.off('context', listen)
      // Pages left open would go on asking a server that is about to stop, in the next test of this browser.
      for (const context of browser.contexts()) await context.close()
      expect(faults.filter((fault) => !excused.some((excuse) => excuse.test(fault)))).toEqual([])
    },
    { auto: true },
  ],
})

/** What Chromium writes while a server is away that the test took away. */
export const serverAway = /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING) /

const policy = /Content Security Policy|Trusted(HTML|Script)/

export { expect }

/** Axe's names for WCAG 2.2 AA and all that it builds on. */
export const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/**
 * Axe for a page, in the way that costs least. What holds is not told element by element, which takes axe a good part of its
 * time, and is not sent either. Nor is a second page opened for each answer: that is for pages made of frames, and the
 * policy of these allows none. A document that was looked at before has axe still.
 */
export async function axeFor(page: Page): Promise<AxeBuilder> {
  const isThere = await page.evaluate(() => 'axe' in window)
  const axe = new AxeBuilder({ page, ...(isThere && { axeSource: 'window.axe' }) })
  return axe.setLegacyMode().options({ resultTypes: ['violations'] })
}

/**
 * Those of axe's rules that a theme can break: it is colours and nothing else. The other rules ask for elements, which are
 * the same in all of them.
 */
export const rulesOfColour = ['color-contrast', 'link-in-text-block']

/** Waits for what comes to an end by itself: half way between two colours no contrast is what it will be. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
    await Promise.allSettled(ending.map(({ finished }) => finished))
  })
}

/** WCAG 2.2 AA in both themes. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await atRest(page)
    const axe = await axeFor(page)
    const { violations } = await (colorScheme === 'light'
      ? axe.withTags(standards)
      : axe.withRules(rulesOfColour)
    ).analyze()
    expect(violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.target).slice(0, 3) }))).toEqual([])
  }
  await page.emulateMedia({ colorScheme: null })
}
