import type { ServerResponse } from 'node:http'
import helmet from 'helmet'

/** Where browsers report what the policy kept from happening; not a contract route, since its media type is theirs. */
export const violationsPath = '/api/csp-violations'

/** Headers of every page and every answer of the dashboard's origin (SEC-161, SEC-162). */
export const pageHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'"],
      'img-src': ["'self'", 'data:'],
      'font-src': ["'self'"],
      'connect-src': ["'self'"],
      'form-action': ["'self'"],
      'base-uri': ["'none'"],
      'frame-ancestors': ["'none'"],
      'object-src': ["'none'"],
      'require-trusted-types-for': ["'script'"],
      'report-uri': [violationsPath],
    },
  },
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'no-referrer' },
  crossOriginOpenerPolicy: { policy: 'same-origin' },
  crossOriginResourcePolicy: { policy: 'same-origin' },
})

export const permissionsPolicy =
  'publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=(), payment=(), usb=()'

/** Headers of every answer of an API plane (SEC-161), as name, value, name, value; published documents are `cross-origin`. */
export function apiHeaderList(resourcePolicy: 'same-origin' | 'cross-origin' = 'same-origin'): string[] {
  return [
    ...['X-Content-Type-Options', 'nosniff'],
    ...['Referrer-Policy', 'no-referrer'],
    ...['Cross-Origin-Resource-Policy', resourcePolicy],
  ]
}

/** Sets them one by one, where others join them later. */
export function apiHeaders(response: ServerResponse): void {
  const list = apiHeaderList()
  for (let index = 0; index < list.length; index += 2) response.setHeader(list[index] ?? '', list[index + 1] ?? '')
}

/** The path with repeated slashes collapsed and one trailing slash dropped (wire-protocol rule 1), and the raw query. */
export function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?')
  const rawPath = mark < 0 ? target : target.slice(0, mark)
  const collapsed = rawPath.replaceAll(/\/{2,}/g, '/')
  const path = collapsed.length > 1 && collapsed.endsWith('/') ? collapsed.slice(0, -1) : collapsed
  return { path, query: mark < 0 ? '' : target.slice(mark + 1) }
}
