import { type ErrorCode, errorCatalogue, Problem } from '@signet/shared/errors'

/** A refusal or failure of the admin API, or of the way to it. */
export class ApiError extends Error {
  readonly code: ErrorCode
  readonly title: string
  readonly detail: string
  readonly requestId: string | undefined
  readonly fix: string | undefined
  /** The permission of the route, when the role lacks it. */
  readonly missingPermission: string | undefined

  constructor(given: {
    code: ErrorCode
    detail: string
    title?: string
    requestId?: string | undefined
    fix?: string | undefined
    missingPermission?: string | undefined
    cause?: unknown
  }) {
    super(given.detail, { cause: given.cause })
    this.name = 'ApiError'
    this.code = given.code
    this.title = given.title ?? errorCatalogue[given.code].title
    this.detail = given.detail
    this.requestId = given.requestId
    this.fix = given.fix
    this.missingPermission = given.missingPermission
  }
}

/** Reads an unsuccessful answer; one that is no problem document becomes `internal` or `unavailable`. */
export async function readProblem(response: Response, permission: string): Promise<ApiError> {
  const parsed = Problem.safeParse(await response.json().catch(() => null))
  if (!parsed.success) {
    return new ApiError({
      code: response.status >= 502 ? 'unavailable' : 'internal',
      detail: `The server answered ${response.status} without saying why.`,
      requestId: response.headers.get('x-request-id') ?? undefined,
    })
  }
  const { code, title, detail, requestId, fix } = parsed.data
  const missingPermission = code === 'forbidden' ? permission : undefined
  return new ApiError({ code, title, detail, requestId, fix, missingPermission })
}

/** What the error panel of the design system shows of any error. */
export function problemOf(error: unknown) {
  if (error instanceof ApiError) {
    const { title, detail, requestId, fix, missingPermission } = error
    const [notFound, isSignedOut] = [error.code === 'not_found', error.code === 'unauthenticated']
    return { title, detail, requestId, fix, missingPermission, notFound, isSignedOut }
  }
  return { title: 'This page hit an error', detail: error instanceof Error ? error.message : String(error) }
}

export function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof ApiError && error.code === code
}
