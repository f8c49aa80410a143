import type { IncomingMessage } from 'node:http'
import { type firstApiVersion, isApiVersionAccepted } from '@signet/shared/wire/managed-identity'
import { printable } from '../../platform/printable.ts'
import { SignetError } from '../../platform/signet-error.ts'
import type { EndpointError } from '../endpoint-errors.ts'
import type { TokenAnswer } from '../token-answer.ts'
import type { TokenRequest } from '../token-broker.ts'
import type { Force } from '../token-cache.ts'

/** A local protocol in which tokens are asked for: who may ask, what is asked, and how both answers look. */
export interface Dialect {
  /** What it takes besides GET; a POST has its parameters in a form. */
  readonly takesPost: boolean
  /**
   * The dialect's own guard, before anything else of a request is looked at (SEC-95).
   *
   * @throws SignetError
   */
  guard(request: IncomingMessage): void
  /** @throws SignetError `parameter_missing` | `invalid_request` */
  read(parameters: ReadonlyMap<string, string>): TokenRequest
  /** @param now reading of the local clock */
  bodyOf(token: TokenAnswer, now: number): string
  refusalOf(error: SignetError): EndpointError<unknown>
}

/** The success body of every dialect but one. */
export const commonBody: Dialect['bodyOf'] = (token, now) => token.bodyAt(now)

/** @throws SignetError `metadata_header_missing` */
export function requireMetadataHeader(request: IncomingMessage): void {
  if (request.headers['metadata'] !== 'true') throw new SignetError('metadata_header_missing')
}

/** @throws SignetError `method_not_allowed` */
export function requireGet(request: IncomingMessage): void {
  if (request.method !== 'GET') throw new SignetError('method_not_allowed', 'Use GET here.')
}

/** @throws SignetError `parameter_missing` | `invalid_request` */
export function requireVersion(
  parameters: ReadonlyMap<string, string>,
  dialect: keyof typeof firstApiVersion,
  newest: string,
): void {
  const version = parameters.get('api-version')
  if (!version) throw new SignetError('parameter_missing', "Required query variable 'api-version' is missing")
  if (!isApiVersionAccepted(dialect, version)) {
    throw new SignetError('invalid_request', `The api-version '${printable(version)}' is not supported; use ${newest}`)
  }
}

/** @throws SignetError `parameter_missing` */
export function requireResource(parameters: ReadonlyMap<string, string>): string {
  const resource = parameters.get('resource')
  if (!resource) throw new SignetError('parameter_missing', "Required query variable 'resource' is missing")
  return resource
}

/**
 * A client that a service refused a token names it, and gets another one than that (SEC-107). Those of Service Fabric do so today;
 * SDKs have one code for every source, so whichever dialect carries it is heard. `xms_cc`, which comes along, says that the client
 * understands such refusals, and asks for nothing by itself.
 */
export function readForce(parameters: ReadonlyMap<string, string>): Force | undefined {
  const sha256 = parameters.get('token_sha256_to_refresh')
  return sha256 === undefined ? undefined : { sha256 }
}
