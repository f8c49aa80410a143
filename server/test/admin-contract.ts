import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { consoleApi } from '@signet/shared/api/console'
import type { Route } from '@signet/shared/api/contract'

const folder = fileURLToPath(new URL('../../shared/src/api', import.meta.url))

/** Every operation of the admin API by `METHOD path`, from the contract files themselves: a new one cannot be forgotten. */
export const adminRoutes: [string, Route][] = await readContract()

async function readContract(): Promise<[string, Route][]> {
  const found: [string, Route][] = []
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
    const module: Record<string, unknown> = await import(pathToFileURL(join(folder, file)).href)
    for (const exported of Object.values(module)) {
      if (typeof exported !== 'object' || exported === null || exported === consoleApi) continue
      for (const route of Object.values(exported))
        if (isRoute(route)) found.push([`${route.method} ${route.path}`, route])
    }
  }
  return found.sort(([one], [other]) => one.localeCompare(other))
}

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'access' in value
}
