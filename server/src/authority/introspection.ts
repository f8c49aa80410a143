import { introspectRole } from '@signet/shared/api/audiences'
import { SignetError } from '../platform/signet-error.ts'
import { resourceKey } from './audience.ts'
import type { AuthenticatedClient } from './client-authentication.ts'
import type { IdentityCache } from './identity-cache.ts'
import type { ResourceApp } from './resource-apps.ts'
import type { Caller, ServiceGate } from './service-gate.ts'
import type { TokenAuthority, TokenRequest } from './token-authority.ts'

/** RFC 7662 §2.2. Whoever may not know gets the same answer as for a token that is not good. */
export type Introspected = { readonly active: false } | (Record<string, unknown> & { readonly active: true })

interface IntrospectionParts {
  readonly tokens: Pick<TokenAuthority, 'identify'>
  readonly gate: Pick<ServiceGate, 'examine'>
  readonly identities: Pick<IdentityCache, 'factsOf'>
}

/**
 * Says to a service whether a token that it was shown is good right now, by the rules of the services of this deployment
 * (`ServiceGate`). It is told of tokens for itself, and of no others.
 */
export class Introspection {
  readonly #parts: IntrospectionParts

  constructor(parts: IntrospectionParts) {
    this.#parts = parts
  }

  /** @throws SignetError when the caller does not authenticate itself, or says no token; a token never makes it throw */
  async examine(request: Omit<TokenRequest, 'version' | 'trace'>, token: string): Promise<Introspected> {
    const caller = await this.#parts.tokens.identify(request)
    const found = await this.#parts.gate.examine(token).catch(notGood)
    if (!found || !this.#mayKnow(caller, found.app)) return { active: false }
    return described(found)
  }

  #mayKnow(caller: AuthenticatedClient, app: ResourceApp): boolean {
    const { principal } = caller
    if (resourceKey(app.uri) === resourceKey(`api://${principal.clientId}`)) return true
    return this.#parts.identities.factsOf(principal).roles.get(app.id)?.includes(introspectRole) ?? false
  }
}

function notGood(error: unknown): undefined {
  if (error instanceof SignetError && error.code.startsWith('bearer_')) return undefined
  throw error
}

function described({ claims, uti, principal }: Caller): Introspected {
  const { iss, aud, sub, iat, nbf, exp, tid, oid, roles, ver } = claims
  return {
    ...{ active: true, token_type: 'Bearer', client_id: principal.clientId, iss, aud, sub, iat, nbf, exp, jti: uti },
    ...{ tid, oid, ver, roles: roles ?? [] },
  }
}
