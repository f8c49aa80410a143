import { ArmError, type ArmRoute } from './arm-call.ts'

export interface MatchedRoute {
  readonly route: ArmRoute
  readonly params: Readonly<Record<string, string>>
}

/** Which route a path means: case does not matter, and a segment is one whatever is encoded in it (SEC-117). */
export class RouteTable {
  readonly #routes: readonly { route: ArmRoute; segments: readonly string[] }[]
  readonly #namespaces: ReadonlySet<string>
  readonly all: readonly ArmRoute[]

  /** @param all the first that matches is taken */
  constructor(all: readonly ArmRoute[]) {
    this.all = all
    this.#routes = all.map((route) => ({ route, segments: segmentsOf(route.path) }))
    this.#namespaces = new Set(
      this.#routes.flatMap(({ segments }) => {
        const namespace = segments[segments.indexOf('providers') + 1]
        return segments.includes('providers') && namespace ? [namespace] : []
      }),
    )
  }

  /** @throws ArmError 404 when nothing has that path, 405 when it does not take the method, 400 for a segment that is none */
  find(method: string, path: string): MatchedRoute {
    const segments = segmentsOf(path).map(decoded)
    const matched = this.#routes.flatMap(({ route, segments: wanted }) => {
      const params = paramsOf(wanted, segments)
      return params ? [{ route, params }] : []
    })
    const exact = matched.find(({ route }) => route.method === method)
    const found = exact ?? (method === 'HEAD' ? matched.find(({ route }) => route.method === 'GET') : undefined)
    if (found) return found
    if (matched.length > 0) throw new ArmError(405, 'HttpMethodNotSupported', 'The resource does not take this method.')
    throw this.#unknown(segments.map((segment) => segment.toLowerCase()))
  }

  #unknown(segments: readonly string[]): ArmError {
    const at = segments.lastIndexOf('providers')
    if (at === -1) return new ArmError(404, 'ResourceNotFound', 'There is nothing at this path.')
    if (!this.#namespaces.has(segments[at + 1] ?? '')) {
      return new ArmError(404, 'InvalidResourceNamespace', 'The resource namespace is not known here.')
    }
    return new ArmError(404, 'InvalidResourceType', 'The resource type is not known here.')
  }
}

function segmentsOf(path: string): string[] {
  const text = path.startsWith('/') ? path.slice(1) : path
  return text === '' ? [] : text.split('/')
}

function decoded(segment: string): string {
  let text: string
  try {
    text = decodeURIComponent(segment)
  } catch {
    throw malformed()
  }
  if (/[/\\\p{Cc}\p{Cf}]/u.test(text) || /^\.+$/.test(text) || text.length > 1_024) throw malformed()
  return text
}

function malformed(): ArmError {
  return new ArmError(400, 'InvalidResourceName', 'A segment of the path is no name of a resource.')
}

function paramsOf(wanted: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const isScoped = wanted[0] === '{scope}'
  const tail = isScoped ? wanted.slice(1) : wanted
  const start = given.length - tail.length
  if (start < 0 || (!isScoped && start > 0)) return undefined
  const params: Record<string, string> = isScoped ? { scope: `/${given.slice(0, start).join('/')}` } : {}
  for (const [index, segment] of tail.entries()) {
    const actual = given[start + index] ?? ''
    if (segment.startsWith('{')) params[segment.slice(1, -1)] = actual
    else if (segment !== actual.toLowerCase()) return undefined
  }
  return params
}
