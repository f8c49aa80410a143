import type { Access } from '@signet/shared/api/contract'
import { csrfHeader, unattendedHeader } from '@signet/shared/api/operators'
import { allows, type Permission } from '@signet/shared/vocabulary/permissions'
import type { RequestContext } from '../platform/request-context.ts'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import { isCsrfToken, type Sessions, type SignedIn } from './sessions.ts'

/** What the guard looks at; nothing else of a request matters to it. */
export interface GuardedRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly ip: string | null
}

/** The cookie of the session. Browsers keep `__Host-` cookies on http://localhost; one that does not gets the other. */
export const cookieNames = ['__Host-signet', 'signet-local'] as const

const nobody = { kind: 'anonymous', id: null, label: 'not signed in' } as const

/** Context of an operator's request, with what only session routes need. */
export interface OperatorContext extends RequestContext {
  readonly signedIn: SignedIn
}

/**
 * Decides who a request is from and whether the route is open to them: a session with the permission, and for anything
 * that changes something all of SEC-20.
 */
export class RequestGuard {
  readonly #sessions: Sessions
  readonly #publicUrl: string

  /** @param publicUrl origin of the dashboard; state-changing requests must name exactly it */
  constructor(sessions: Sessions, publicUrl: string) {
    this.#sessions = sessions
    this.#publicUrl = publicUrl
  }

  /** @throws SignetError `unauthenticated` | `forbidden` | `cross_site_request` | `unsupported_media_type` */
  async admit(
    request: GuardedRequest,
    access: Access,
    correlationId: string,
  ): Promise<RequestContext | OperatorContext> {
    const changes = !['GET', 'HEAD', 'OPTIONS'].includes(request.method)
    if (changes) this.#requireSameOrigin(request)
    if (access === 'public') return { actor: nobody, correlationId, ...originOf(request) }
    const signedIn = await this.#signedIn(request, access)
    if (!signedIn) return { actor: nobody, correlationId, ...originOf(request) }
    if (changes) requireCsrf(request, signedIn)
    const { operator_id: id, display_name: label, role } = signedIn.row
    const needsPermission = access !== 'session' && access !== 'optional-session'
    if (needsPermission && !allows(role, access)) throw forbidden(access)
    return { actor: { kind: 'operator', id, label }, correlationId, ...originOf(request), signedIn }
  }

  /** @returns undefined for nobody, where that is allowed. @throws SignetError `unauthenticated` where it is not */
  async #signedIn(request: GuardedRequest, access: Access): Promise<SignedIn | undefined> {
    try {
      return await this.#sessions.require(sessionIdOf(request), isAttended(request))
    } catch (error) {
      const isNobody = error instanceof SignetError && error.code === 'unauthenticated'
      if (isNobody && access === 'optional-session') return undefined
      throw error
    }
  }

  #requireSameOrigin(request: GuardedRequest): void {
    const site = request.headers['sec-fetch-site']
    if (request.headers['origin'] !== this.#publicUrl || (site !== undefined && site !== 'same-origin')) {
      throw new SignetError('cross_site_request', `Changes are taken from ${this.#publicUrl} only.`)
    }
    const contentType = String(request.headers['content-type'] ?? '')
      .split(';')[0]
      ?.trim()
    if (contentType !== 'application/json') {
      throw new SignetError('unsupported_media_type', 'The content type must be application/json.')
    }
  }
}

export function sessionIdOf(request: GuardedRequest): Secret | undefined {
  const header = request.headers['cookie']
  if (typeof header !== 'string') return undefined
  for (const pair of header.split(';')) {
    const [name, value] = pair.trim().split('=', 2)
    if (value && cookieNames.some((known) => known === name)) return new Secret(value)
  }
  return undefined
}

/** Who is signed in; undefined on open routes and the console, where nobody may be. */
export function signedInIfAny(context: RequestContext): SignedIn | undefined {
  return 'signedIn' in context ? (context as OperatorContext).signedIn : undefined
}

export function signedInOf(context: RequestContext): SignedIn {
  const signedIn = signedInIfAny(context)
  if (signedIn) return signedIn
  throw new SignetError('unauthenticated', 'This needs a signed-in operator.')
}

/** Whether the caller of a route has a permission; whoever reached the host's own console has every one. */
export function hasPermission(context: RequestContext, permission: Permission): boolean {
  return context.actor.kind === 'console' || allows(signedInOf(context).row.role, permission)
}

/** For what one route decides by its input. @throws SignetError `forbidden` unless the caller has the permission */
export function requirePermission(context: RequestContext, permission: Permission): void {
  if (!hasPermission(context, permission)) throw forbidden(permission)
}

/** Event streams open and open again by themselves; whatever else no person caused says so. */
function isAttended({ headers }: GuardedRequest): boolean {
  return headers[unattendedHeader] === undefined && headers['accept'] !== 'text/event-stream'
}

function originOf(request: GuardedRequest): { ip: string | null; userAgent: string } {
  return { ip: request.ip, userAgent: String(request.headers['user-agent'] ?? '') }
}

function requireCsrf(request: GuardedRequest, signedIn: SignedIn): void {
  const given = request.headers[csrfHeader]
  if (typeof given !== 'string' || !isCsrfToken(signedIn.sessionId, given)) {
    throw new SignetError('cross_site_request', 'The anti-forgery token is missing or wrong.', {
      fix: 'Reload the page.',
    })
  }
}

function forbidden(permission: Permission): SignetError {
  return new SignetError('forbidden', `This needs the permission ${permission}.`, {
    fix: 'Ask an administrator for a role that has it.',
  })
}
