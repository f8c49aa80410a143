import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isApiVersionAccepted } from '@signet/shared/wire/managed-identity'
import { printable } from '../../platform/http/body.ts'
import type { Secret } from '../../platform/secret.ts'
import { SignetError } from '../../platform/signet-error.ts'
import { readSelector } from '../identity-selector.ts'
import type { TokenRequest } from '../token-broker.ts'

/** The secret of this endpoint, compared as digests: equal time whatever is given, and of whatever length (SEC-99). */
export class IdentityHeader {
  readonly #digest: Buffer

  constructor(secret: Secret) {
    this.#digest = digestOf(secret.reveal())
  }

  matches(given: string | string[] | undefined): boolean {
    return typeof given === 'string' && timingSafeEqual(digestOf(given), this.#digest)
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** @throws SignetError `identity_header_refused` | `method_not_allowed` */
export function guardAppService(request: IncomingMessage, header: IdentityHeader): void {
  if (!header.matches(request.headers['x-identity-header'])) throw new SignetError('identity_header_refused')
  if (request.method !== 'GET') throw new SignetError('method_not_allowed', 'Use GET here.')
}

/** @throws SignetError `invalid_request` in the order api-version, resource, selector */
export function readAppServiceRequest(parameters: ReadonlyMap<string, string>): TokenRequest {
  const version = parameters.get('api-version')
  if (!version) throw new SignetError('invalid_request', "Required query variable 'api-version' is missing")
  if (!isApiVersionAccepted('app-service', version)) {
    throw new SignetError('invalid_request', `The api-version '${printable(version)}' is not supported; use 2019-08-01`)
  }
  const resource = parameters.get('resource')
  if (!resource) throw new SignetError('invalid_request', "Required query variable 'resource' is missing")
  return { resource, selector: readSelector(parameters), bypassCache: false, fallBackToUser: false }
}
