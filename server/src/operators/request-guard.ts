import type { Access } from '@signet/shared/api/contract'
import { csrfHeader } from '@signet/shared/api/operators'
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
    if (access === 'public') {
      const actor = { kind: 'anonymous' as const, id: null, label: 'not signed in' }
      return { actor, correlationId, ...originOf(request) }
    }
    const signedIn = await this.#sessions.require(sessionIdOf(request))
    if (changes) requireCsrf(request, signedIn)
    const { operator_id: id, display_name: label, role } = signedIn.row
    if (access !== 'session' && !allows(role, access)) throw forbidden(access)
    return { actor: { kind: 'operator', id, label }, correlationId, ...originOf(request), signedIn }
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

export function signedInOf(context: RequestContext): SignedIn {
  if ('signedIn' in context) return (context as OperatorContext).signedIn
  throw new SignetError('unauthenticated', 'This needs a signed-in operator.')
}

/** Whether who asks has a permission, where an answer holds more for some roles than for others. */
export function hasPermission(context: RequestContext, permission: Permission): boolean {
  return context.actor.kind === 'console' || allows(signedInOf(context).row.role, permission)
}

/** For what one route decides by its input. @throws SignetError `forbidden` unless the role has the permission */
export function requirePermission(context: RequestContext, permission: Permission): void {
  if (!hasPermission(context, permission)) throw forbidden(permission)
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
