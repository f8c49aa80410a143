import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { quietFlags, requireChromium } from './browser.ts'
import { Stack } from './stack.ts'

/** Makes the README's pictures of the real dashboard: `node e2e/screenshots.ts`. */
const folder = fileURLToPath(new URL('../docs/images/', import.meta.url))
mkdirSync(folder, { recursive: true })

const stack = await Stack.open()
const browser = await chromium.launch({ executablePath: requireChromium(), args: quietFlags })
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 })
  await page.goto(await stack.start())
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Instances' }).click()
  await page.getByRole('switch').click()
  await page.getByText(/d left/).waitFor()
  await page.getByRole('table').getByRole('link').first().click()
  await page.getByText('Use it from code').waitFor()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: `${folder}instance-${colorScheme}.png` })
  }
} finally {
  await browser.close()
  await stack.close()
}
