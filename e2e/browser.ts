import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { chromium } from '@playwright/test'

const systemPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The Chromium to use: the one named, Playwright's own, or the system's; undefined when there is none. */
export function findChromium(): string | undefined {
  const named = process.env['SIGNET_E2E_CHROMIUM']
  return [named, chromium.executablePath(), ...systemPlaces].find((path) => path !== undefined && existsSync(path))
}

/** Flags that keep Chromium quiet on a closed network. */
export const quietFlags = [
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** Finds a Chromium or installs one, with Playwright or, as root on Debian, with apt. @throws when none can be had */
export function requireChromium(): string {
  const found = findChromium()
  if (found) return found
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js')
  const run = (command: string, args: string[]) => spawnSync(command, args, { stdio: ['ignore', 2, 2] }).status === 0
  if (run(process.execPath, [cli, 'install', 'chromium'])) {
    const installed = findChromium()
    if (installed) return installed
  }
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    run('apt-get', ['update', '-qq'])
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'])
    const installed = findChromium()
    if (installed) return installed
  }
  throw new Error(
    'No Chromium is on this machine and none could be installed. Run `npx playwright install chromium`, or install the package chromium, or set SIGNET_E2E_CHROMIUM to one.',
  )
}

if (import.meta.main) process.stdout.write(`${requireChromium()}\n`)
