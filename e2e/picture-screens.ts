import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { quietFlags, requireChromium } from './browser.ts'
import { LivelyStack } from './lively-stack.ts'
import { type Screen, takeSeats, visit, withoutProgress } from './screen-visit.ts'
import { screens } from './screens.ts'
import { smallPng } from './small-png.ts'

/**
 * Makes a picture of every screen in both themes and at both widths: `pnpm screens [NAME...]`, of the named ones alone,
 * in that order, where names are given. Times are in UTC and nothing moves; IDs and times of the demo are new with each run.
 */
const folder = fileURLToPath(new URL('../docs/screens/', import.meta.url))
const phone = { width: 390, height: 844 }
const sizes = [{ width: 1440, height: 900 }, phone]
const themes = ['light', 'dark'] as const

async function main(names: readonly string[]): Promise<void> {
  const chosen = names.length === 0 ? screens : names.flatMap((each) => screens.filter(({ name }) => name === each))
  if (names.length === 0) rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const stack = await LivelyStack.open()
  const browser = await chromium.launch({ executablePath: requireChromium(), args: quietFlags })
  try {
    const seats = await takeSeats(browser, stack)
    for (const context of browser.contexts()) await disguise(context, stack.machineWords)
    for (const screen of chosen) await take(seats[screen.as ?? 'administrator'], screen, stack)
  } finally {
    await browser.close()
    await stack.close()
  }
  writeFileSync(join(folder, 'README.md'), contents())
}

async function take(page: Page, screen: Screen, stack: LivelyStack): Promise<void> {
  for (const size of sizesOf(screen)) {
    await page.setViewportSize(size)
    await visit(page, screen, stack)
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme })
      await withoutProgress(page)
      const png = await page.screenshot({ animations: 'disabled', caret: 'hide' })
      writeFileSync(join(folder, `${screen.name}-${colorScheme}-${size.width}.png`), smallPng(png))
    }
  }
  process.stdout.write(`${screen.name}\n`)
}

function sizesOf({ isOfPhones }: Screen) {
  return isOfPhones ? [phone] : sizes
}

/** What is of the machine that takes the pictures alone reads as on any other. */
async function disguise(context: BrowserContext, words: LivelyStack['machineWords']): Promise<void> {
  // All but the streams, which do not end.
  await context.route(/\/api\/(?!events|.*\/events)/, async (route) => {
    if (route.request().method() !== 'GET') return route.continue()
    const response = await route.fetch()
    const own = await response.text()
    const body = words.reduce((text, [mine, usual]) => text.replaceAll(mine, usual), own)
    return route.fulfill({ response, body })
  })
}

function contents(): string {
  const lines = screens.map((screen) => {
    const { name, about } = screen
    const links = sizesOf(screen).flatMap(({ width }) =>
      themes.map((theme) => `[${theme} ${width}](${name}-${theme}-${width}.png)`),
    )
    return `| ${name} | ${about} | ${links.join(' · ')} |`
  })
  return `# Every screen\n\nMade by \`pnpm screens\` from the demo, in both themes, 1440 and 390 pixels wide.\n\n| Screen | What it shows | Pictures |\n| --- | --- | --- |\n${lines.join('\n')}\n`
}

await main(process.argv.slice(2))
