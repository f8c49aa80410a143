import type { Page } from '@playwright/test'
import type { LivelyStack } from './lively-stack.ts'
import type { Screen } from './screens.ts'

/** Brings a page that is signed in as the screen asks to it, and waits until all of it is there. */
export async function visit(page: Page, screen: Screen, stack: LivelyStack): Promise<void> {
  const path = typeof screen.path === 'string' ? screen.path : screen.path(stack.landmarks)
  await page.goto(stack.address(path, screen.as === 'newcomer' ? 'fresh' : 'demo'))
  await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
  if (screen.act) {
    await settled(page)
    await screen.act(page)
  }
  await screen.ready(page).waitFor()
  await settled(page)
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
