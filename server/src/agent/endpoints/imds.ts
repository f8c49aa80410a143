import type { IncomingMessage } from 'node:http'
import { isApiVersionAccepted, localPaths } from '@signet/shared/wire/managed-identity'
import { printable } from '../../platform/http/body.ts'
import { SignetError } from '../../platform/signet-error.ts'
import { readSelector } from '../identity-selector.ts'
import type { TokenRequest } from '../token-broker.ts'

/** Paths of the instance metadata service that exist here. */
export function isImdsPath(path: string): boolean {
  return path === localPaths.imdsToken || path === localPaths.imdsInfo
}

/**
 * The guard of IMDS, before any other check of the dialect: probes of three SDKs depend on it (wire-protocol rule 6).
 *
 * @throws SignetError `metadata_header_missing` | `method_not_allowed`
 */
export function guardImds(request: IncomingMessage): void {
  if (request.headers['metadata'] !== 'true') throw new SignetError('metadata_header_missing')
  if (request.method !== 'GET') throw new SignetError('method_not_allowed', 'Use GET here.')
}

/** @throws SignetError `invalid_request` in the order api-version, resource, selector */
export function readImdsTokenRequest(parameters: ReadonlyMap<string, string>): TokenRequest {
  requireImdsVersion(parameters)
  const resource = parameters.get('resource')
  if (!resource) throw new SignetError('invalid_request', "Required query variable 'resource' is missing")
  return {
    resource,
    selector: readSelector(parameters),
    bypassCache: parameters.get('bypass_cache') === 'true',
    fallBackToUser: true,
  }
}

/** @throws SignetError `invalid_request` */
export function requireImdsVersion(parameters: ReadonlyMap<string, string>): void {
  const version = parameters.get('api-version')
  if (!version) throw new SignetError('invalid_request', "Required query variable 'api-version' is missing")
  if (!isApiVersionAccepted('imds', version)) {
    throw new SignetError('invalid_request', `The api-version '${printable(version)}' is not supported; use 2018-02-01`)
  }
}
