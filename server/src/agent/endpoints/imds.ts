import { imdsErrorOf } from '../endpoint-errors.ts'
import { readSelector } from '../identity-selector.ts'
import {
  commonBody,
  type Dialect,
  readForce,
  requireGet,
  requireMetadataHeader,
  requireResource,
  requireVersion,
} from './dialect.ts'

/** Token requests of the instance metadata service; probes of three SDKs depend on its guard (wire-protocol rule 6). */
export const imds: Dialect = {
  takesPost: false,
  guard(request) {
    requireMetadataHeader(request)
    requireGet(request)
  },
  read(parameters) {
    requireVersion(parameters, 'imds', '2018-02-01')
    return {
      resource: requireResource(parameters),
      selector: readSelector(parameters),
      force: parameters.get('bypass_cache') === 'true' ? 'fresh' : readForce(parameters),
      fallBackToUser: true,
    }
  },
  bodyOf: commonBody,
  refusalOf: imdsErrorOf,
}
