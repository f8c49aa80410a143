import { type CDPSession, chromium } from '@playwright/test'
import { quietFlags, requireChromium } from './browser.ts'

/**
 * Scrolls the list of instances sixty pages down, or as many as are asked for, and says how long frames took and whether a row was ever blank:
 * `pnpm bench:scroll LINK [PAGES]`, where LINK signs in at a server with a seeded data folder (P22).
 */
const pages = Number(process.argv[3] ?? 60)

const link = process.argv[2]
if (link === undefined) {
  console.error('give the sign-in link of a server with instances')
  process.exit(1)
}
const browser = await chromium.launch({ executablePath: requireChromium(), args: quietFlags })
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(link)
  await page.getByRole('heading', { name: 'Overview', exact: true }).waitFor()
  await page.goto(new URL('/instances', link).href)
  await page.locator('tbody [role="row"]').nth(10).waitFor()
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable')
  const before = await busySeconds(cdp)
  const { frames, blanks, reached } = await page.evaluate(scrolled, pages)
  const after = await busySeconds(cdp)
  frames.sort((a, b) => a - b)
  const at = (share: number) => (frames[Math.floor(share * (frames.length - 1))] ?? 0).toFixed(1)
  const perPage = (name: 'script' | 'layout') => (((after[name] - before[name]) * 1_000) / pages).toFixed(1)
  console.log(`${pages} pages, to row ${reached}; frames with a blank row: ${blanks}`)
  console.log(`frames p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`)
  console.log(`a page of rows takes ${perPage('script')} ms of script, ${perPage('layout')} ms of style and layout`)
} finally {
  await browser.close()
}

/** What the page's main thread has spent so far. */
async function busySeconds(cdp: CDPSession) {
  const { metrics } = await cdp.send('Performance.getMetrics')
  const metricOf = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0
  return { script: metricOf('ScriptDuration'), layout: metricOf('LayoutDuration') + metricOf('RecalcStyleDuration') }
}

/** Runs in the page. */
async function scrolled(pages: number) {
  const scroller = document.querySelector('[data-table-scroller]')
  if (scroller === null) throw new Error('there is no list')
  const frames: number[] = []
  let blanks = 0
  const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
  let last = await nextFrame()
  const stepsAPage = 10
  for (let step = 0; step < pages * stepsAPage; step += 1) {
    scroller.scrollTop += scroller.clientHeight / stepsAPage
    const now = await nextFrame()
    frames.push(now - last)
    last = now
    const { top, bottom } = scroller.getBoundingClientRect()
    const isBlank = [top + 60, (top + bottom) / 2, bottom - 10].some((y) => {
      const row = document.elementFromPoint(400, y)?.closest('tr')
      return row === null || row === undefined || row.hasAttribute('data-skeleton')
    })
    if (isBlank) blanks += 1
  }
  const rows = [...document.querySelectorAll('tbody [role="row"]')].map((row) =>
    Number(row.getAttribute('aria-rowindex')),
  )
  return { frames, blanks, reached: Math.max(...rows) }
}
