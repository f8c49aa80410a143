import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RequestHandler } from 'express'
import sirv, { type Options } from 'sirv'

const builtDashboard = fileURLToPath(new URL('../../../../web/dist', import.meta.url))

/**
 * The built dashboard, of the files that were there at start (SEC-160): assets are immutable, every other path that a
 * browser navigates to is the one page.
 */
export function staticDashboard(folder = builtDashboard): RequestHandler {
  if (!existsSync(join(folder, 'index.html'))) {
    return (_request, response) => {
      response.status(503).type('text/plain').send('The dashboard is not built: run `pnpm --filter @signet/web build`.')
    }
  }
  const options: Options = {
    etag: true,
    setHeaders: (response, path) => {
      const isAsset = path.startsWith('/assets/')
      response.setHeader('Cache-Control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache')
      const type = textTypes[path.slice(path.lastIndexOf('.'))]
      if (type !== undefined) response.setHeader('Content-Type', `${type}; charset=utf-8`)
    },
  }
  const files = sirv(folder, options)
  // Its own test of what looks like a file takes exponential time on some paths (SEC-155); ours is `isFileName`.
  const page = sirv(folder, { ...options, single: true, ignores: false })
  return (request, response, next) => {
    // Nothing here is worth asking for in parts, and a part that ends before it begins is an error of the file system.
    delete request.headers.range
    if (isFileName(request.path)) files(request, response, next)
    else page(request, response, next)
  }
}

/**
 * A path whose last part has a dot names a file, and is answered with that file or not at all; but below `/go/` there are no
 * files, and what is looked up there may be an address.
 */
function isFileName(path: string): boolean {
  return !path.startsWith('/go/') && path.includes('.', path.lastIndexOf('/'))
}

/** Types that have a character encoding, by the ends of the names that the build gives (SEC-161). */
const textTypes: Record<string, string | undefined> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
}
