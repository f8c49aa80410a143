import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { mediaTypeOf, readBody, uniquePairs } from '../platform/http/body.ts'
import { SignetError } from '../platform/signet-error.ts'
import { type Issuer, requireTenant } from './issuer.ts'

// What the endpoints that clients post forms to have in common: the token endpoint, and introspection.

const mostBytes = 65_536
const guid = z.guid()

/**
 * @param path lower case, slashes collapsed
 * @throws SignetError what makes the request none of a form for this tenant
 */
export async function formOf(request: IncomingMessage, issuer: Issuer, path: string): Promise<Map<string, string>> {
  if (request.method !== 'POST') throw new SignetError('method_not_allowed', 'Use POST here.')
  const tenant = path.split('/')[1] ?? ''
  requireTenant(issuer, tenant)
  if (mediaTypeOf(request) !== 'application/x-www-form-urlencoded') {
    throw new SignetError('unsupported_media_type', 'The content type must be application/x-www-form-urlencoded.')
  }
  try {
    const body = await readBody(request, mostBytes)
    return uniquePairs(body.toString('utf8'))
  } catch (cause) {
    if (cause instanceof SignetError && cause.code !== 'invalid_request') throw cause
    // Neither the caller's words are repeated (SEC-81), nor is a connection that breaks off a fault of ours (SEC-156).
    const detail = 'The form is not whole, repeats a parameter, or has more than 100 of them.'
    throw new SignetError('invalid_request', detail, { cause })
  }
}

/** The caller's correlation ID when it is a GUID; nothing else is ever echoed (SEC-81). MSAL for Node has it in the form. */
export function correlationOf(given: string | string[] | undefined): string | undefined {
  return typeof given === 'string' && guid.safeParse(given).success ? given.toLowerCase() : undefined
}

/** What every answer of these endpoints carries, be it what was asked for or a refusal. */
export function answerHeaders(traceId: string, correlationId: string | undefined): [string, string][] {
  return [
    ['Cache-Control', 'no-store, no-cache'],
    ['Pragma', 'no-cache'],
    ['x-ms-request-id', traceId],
    ...(correlationId === undefined ? [] : [['client-request-id', correlationId] satisfies [string, string]]),
  ]
}
