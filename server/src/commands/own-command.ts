import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How this very program is called from where one is: what pages and messages call `signet` is not on the path of a checkout. */
export function ownCommand(): string {
  const installed = fileURLToPath(new URL('../../../node_modules/.bin/signet', import.meta.url))
  if (!existsSync(installed)) return 'signet'
  const near = relative(process.cwd(), installed)
  return near.startsWith('..') ? installed : near
}
