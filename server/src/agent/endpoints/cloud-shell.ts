import { cloudShellErrorOf } from '../endpoint-errors.ts'
import { readSelector } from '../identity-selector.ts'
import { commonBody, type Dialect, readForce, requireMetadataHeader, requireResource } from './dialect.ts'

/**
 * Cloud Shell and the VM extension of 2017: no version, no secret, parameters in the query or in a form. The token is that
 * of the instance's identity, where Cloud Shell would give one of a person.
 */
export const cloudShell: Dialect = {
  takesPost: true,
  guard: requireMetadataHeader,
  read: (parameters) => ({
    resource: requireResource(parameters),
    selector: readSelector(parameters),
    force: readForce(parameters),
    fallBackToUser: false,
  }),
  bodyOf: commonBody,
  refusalOf: cloudShellErrorOf,
}
