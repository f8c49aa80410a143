import type { Browser, Locator, Page } from '@playwright/test'
import type { Landmarks, LivelyStack } from './lively-stack.ts'

/** One screen of the dashboard, or one state of it that looks like nothing else. */
export interface Screen {
  readonly name: string
  /** What somebody sees there, in one line. */
  readonly about: string
  readonly path: string | ((landmarks: Landmarks) => string)
  /** What is done there before there is something to see. What it has the page be told instead of the server's answers ends with it. */
  readonly act?: (page: Page, stack: LivelyStack) => Promise<unknown>
  /** What shows that it is complete. */
  readonly ready: (page: Page) => Locator
  /** Who looks, if not the administrator of the demo; newcomer and viewer are at the Signet beside it. */
  readonly as?: 'nobody' | 'newcomer' | 'viewer'
  /** There is no such thing on a wide screen. */
  readonly isOfPhones?: true
  /** Of parts that other screens have too, which have been looked at there in every way. */
  readonly isBrief?: true
  /** What Chromium writes about a refusal that has to be, to come there. */
  readonly provokes?: RegExp
}

/** A page of everybody who looks, signed in. */
export type Seats = Record<NonNullable<Screen['as']> | 'administrator', Page>

/** Times are in UTC, and what moves only for show stands still. */
const setting = { reducedMotion: 'reduce', timezoneId: 'UTC', locale: 'en-GB' } as const

export async function takeSeats(browser: Browser, stack: LivelyStack): Promise<Seats> {
  const seat = () => browser.newContext(setting)
  const [administrator, newcomer, nobody] = [await seat(), await seat(), await seat()]
  await stack.signIn(administrator, 'demo')
  await stack.signIn(newcomer, 'fresh')
  return {
    administrator: await administrator.newPage(),
    newcomer: await newcomer.newPage(),
    viewer: await newcomer.newPage(),
    nobody: await nobody.newPage(),
  }
}

/** The same people, the administrator in a browser of their own beside the first; the rest is shared. */
export async function seatBeside(browser: Browser, seats: Seats): Promise<Seats> {
  const storageState = await seats.administrator.context().storageState()
  const context = await browser.newContext({ ...setting, storageState })
  return { ...seats, administrator: await context.newPage() }
}

/** Brings a page that is signed in as the screen asks to it, and waits until all of it is there. */
export async function visit(page: Page, screen: Screen, stack: LivelyStack): Promise<void> {
  const path = typeof screen.path === 'string' ? screen.path : screen.path(stack.landmarks)
  const isFresh = screen.as === 'newcomer' || screen.as === 'viewer'
  if (isFresh) stack.giveRole(screen.as === 'viewer' ? 'viewer' : 'admin')
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await page.goto(stack.address(path, isFresh ? 'fresh' : 'demo'))
  await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
  if (screen.act) {
    await settled(page)
    await screen.act(page, stack)
  }
  await screen.ready(page).waitFor()
  await settled(page)
}

/** Waits a moment for lines of progress to go; on a lively demo the next one is never far. */
export async function withoutProgress(page: Page): Promise<void> {
  const isQuiet = () => document.querySelector('[data-active][aria-hidden], [data-on][aria-hidden]') === null
  await page.waitForFunction(isQuiet, undefined, { timeout: 2_000 }).catch(() => undefined)
}

/** Nothing is read any more, and nothing moves. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(isStill)
}

/** Runs in the page. */
function isStill(): boolean {
  const isReading = document.querySelector('[aria-busy=true], [data-skeleton]') !== null
  return !isReading && document.getAnimations().every(({ playState }) => playState !== 'running')
}
