import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RequestHandler } from 'express'
import sirv from 'sirv'

const builtDashboard = fileURLToPath(new URL('../../../../web/dist', import.meta.url))

/** The built dashboard: assets are immutable, every other path that a browser navigates to is the one page. */
export function staticDashboard(folder = builtDashboard): RequestHandler {
  if (!existsSync(join(folder, 'index.html'))) {
    return (_request, response) => {
      response.status(503).type('text/plain').send('The dashboard is not built: run `pnpm --filter @signet/web build`.')
    }
  }
  return sirv(folder, {
    single: true,
    etag: true,
    setHeaders: (response, path) => {
      const isAsset = path.startsWith('/assets/')
      response.setHeader('Cache-Control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}
