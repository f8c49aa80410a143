import { newGuid } from '../../platform/identifiers.ts'
import { appServiceErrorOf } from '../endpoint-errors.ts'
import { readClientId } from '../identity-selector.ts'
import { guardSecretHeader } from './app-service-2017.ts'
import { commonBody, type Dialect, readForce, requireResource, requireVersion } from './dialect.ts'
import type { HeaderSecrets } from './header-secrets.ts'

/**
 * Azure Machine Learning: asks as App Service 2017-09-01 does, and takes `expires_on` for epoch seconds. Hence an address
 * of its own.
 */
export function machineLearning(secrets: HeaderSecrets): Dialect {
  return {
    takesPost: false,
    guard: (request) => guardSecretHeader(request, secrets),
    read(parameters) {
      requireVersion(parameters, 'machine-learning', '2017-09-01')
      return {
        resource: requireResource(parameters),
        selector: readClientId(parameters),
        force: readForce(parameters),
        fallBackToUser: false,
      }
    },
    bodyOf: commonBody,
    refusalOf: (error) => appServiceErrorOf(error, newGuid()),
  }
}
