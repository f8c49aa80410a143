import { newGuid } from '../../platform/identifiers.ts'
import { SignetError } from '../../platform/signet-error.ts'
import { appServiceErrorOf } from '../endpoint-errors.ts'
import { readSelector } from '../identity-selector.ts'
import { commonBody, type Dialect, readForce, requireGet, requireResource, requireVersion } from './dialect.ts'
import type { HeaderSecrets } from './header-secrets.ts'

/** App Service, Functions and Container Apps, 2019-08-01. */
export function appService(secrets: HeaderSecrets): Dialect {
  return {
    takesPost: false,
    guard(request) {
      if (!secrets.matches(request.headers['x-identity-header'])) throw new SignetError('identity_header_refused')
      requireGet(request)
    },
    read(parameters) {
      requireVersion(parameters, 'app-service', '2019-08-01')
      return {
        resource: requireResource(parameters),
        selector: readSelector(parameters),
        force: readForce(parameters),
        fallBackToUser: false,
      }
    },
    bodyOf: commonBody,
    refusalOf: (error) => appServiceErrorOf(error, newGuid()),
  }
}
