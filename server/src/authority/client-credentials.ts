import { jwtBearer } from '@signet/shared/wire/oauth'
import { z } from 'zod'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'

/** Who a request says it comes from, and the one proof it carries (SEC-70). */
export interface ClientCredentials {
  /** A GUID, lower case. */
  readonly clientId: string
  readonly proof:
    | { readonly kind: 'assertion'; readonly assertion: string }
    | { readonly kind: 'secret'; readonly secret: Secret }
}

const guid = z.guid()
const longestSecret = 1_000
const longestHeader = 4_096

/**
 * Exactly one client authentication: an assertion, a secret in the form, or both names by HTTP Basic (SEC-70).
 *
 * @throws SignetError `parameter_missing` | `client_unknown` | `client_authentication_missing` |
 * `client_authentication_ambiguous` | `client_secret_wrong` | `assertion_malformed`
 */
export function clientCredentialsOf(
  form: ReadonlyMap<string, string>,
  authorization: string | undefined,
): ClientCredentials {
  const basic = authorization === undefined ? undefined : basicOf(authorization)
  const given = form.get('client_id')?.trim().toLowerCase()
  const clientId = given || basic?.clientId
  if (!clientId) throw missing('client_id')
  if (!guid.safeParse(clientId).success) {
    throw new SignetError('client_unknown', 'The client_id is not the GUID of an application in this tenant.')
  }
  if (basic && given && given !== basic.clientId) throw new SignetError('client_authentication_ambiguous')
  const assertion = form.get('client_assertion')
  const inForm = form.get('client_secret')
  if ((basic && (assertion || inForm)) || (assertion && inForm)) {
    throw new SignetError('client_authentication_ambiguous')
  }
  const secret = basic?.secret ?? inForm
  if (secret) {
    if (secret.length > longestSecret) throw new SignetError('client_secret_wrong')
    return { clientId, proof: { kind: 'secret', secret: new Secret(secret) } }
  }
  if (!assertion) throw new SignetError('client_authentication_missing')
  const type = form.get('client_assertion_type')
  if (!type) throw missing('client_assertion_type')
  if (type !== jwtBearer) throw new SignetError('assertion_malformed', 'The client_assertion_type is not jwt-bearer.')
  return { clientId, proof: { kind: 'assertion', assertion } }
}

export function missing(name: string): SignetError {
  return new SignetError('parameter_missing', `The request body must contain the following parameter: '${name}'.`)
}

/** Name and password of HTTP Basic, each encoded as in a form (RFC 6749 §2.3.1). */
function basicOf(authorization: string): { clientId: string; secret: string } {
  const [, base64] = /^Basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(authorization.trim()) ?? []
  const text = base64 === undefined ? '' : Buffer.from(base64, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (authorization.length > longestHeader || colon < 1) {
    throw new SignetError(
      'client_authentication_missing',
      'The Authorization header is not HTTP Basic with client ID and secret.',
    )
  }
  return { clientId: decoded(text.slice(0, colon)).toLowerCase(), secret: decoded(text.slice(colon + 1)) }
}

/** Clients that do not encode at all are understood too, as far as no percent sign is in the way. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
