import type { IncomingMessage } from 'node:http'
import { newGuid } from '../../platform/identifiers.ts'
import { SignetError } from '../../platform/signet-error.ts'
import { appServiceErrorOf } from '../endpoint-errors.ts'
import { readClientId } from '../identity-selector.ts'
import { type Dialect, readForce, requireGet, requireResource, requireVersion } from './dialect.ts'
import type { HeaderSecrets } from './header-secrets.ts'

/** App Service before 2019, which shares its address with what came after it; `expires_on` is a date. */
export function appService2017(secrets: HeaderSecrets): Dialect {
  return {
    takesPost: false,
    guard: (request) => guardSecretHeader(request, secrets),
    read(parameters) {
      requireVersion(parameters, 'app-service-2017', '2017-09-01')
      return {
        resource: requireResource(parameters),
        selector: readClientId(parameters),
        force: readForce(parameters),
        fallBackToUser: false,
      }
    },
    bodyOf: (token, now) => token.datedBodyAt(now),
    refusalOf: (error) => appServiceErrorOf(error, newGuid()),
  }
}

/** @throws SignetError `identity_header_refused` | `method_not_allowed` */
export function guardSecretHeader(request: IncomingMessage, secrets: HeaderSecrets): void {
  if (!secrets.matches(request.headers['secret'])) throw new SignetError('identity_header_refused')
  requireGet(request)
}
