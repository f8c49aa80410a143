import { selectorParameters } from '@signet/shared/wire/managed-identity'
import { newGuid } from '../../platform/identifiers.ts'
import { serviceFabricErrorOf } from '../endpoint-errors.ts'
import { readSelector } from '../identity-selector.ts'
import { guardSecretHeader } from './app-service-2017.ts'
import { commonBody, type Dialect, readForce, requireResource, requireVersion } from './dialect.ts'
import type { HeaderSecrets } from './header-secrets.ts'

/** .NET spells the object ID in a way of its own here. */
const spellings = { ...selectorParameters, principalId: 'objectId' } as const

/** Service Fabric, served over TLS. */
export function serviceFabric(secrets: HeaderSecrets): Dialect {
  return {
    takesPost: false,
    guard: (request) => guardSecretHeader(request, secrets),
    read(parameters) {
      requireVersion(parameters, 'service-fabric', '2019-07-01-preview')
      return {
        resource: requireResource(parameters),
        selector: readSelector(parameters, spellings),
        force: readForce(parameters),
        fallBackToUser: false,
      }
    },
    bodyOf: commonBody,
    refusalOf: (error) => serviceFabricErrorOf(error, newGuid()),
  }
}
