import { SignetError } from '../../platform/signet-error.ts'
import { arcErrorOf } from '../endpoint-errors.ts'
import { readSelector } from '../identity-selector.ts'
import type { ArcChallenges } from './arc-challenges.ts'
import {
  commonBody,
  type Dialect,
  readForce,
  requireGet,
  requireMetadataHeader,
  requireResource,
  requireVersion,
} from './dialect.ts'

/**
 * Azure Arc: a first request is told which file to read, a second one carries what is in it. Clients take a token without
 * this step for an error (wire-protocol §2.8).
 */
export function arc(challenges: ArcChallenges): Dialect {
  return {
    takesPost: false,
    guard(request) {
      requireMetadataHeader(request)
      requireGet(request)
      const [scheme, secret] = (request.headers.authorization ?? '').split(' ', 2)
      if (scheme !== 'Basic' || !secret || !challenges.redeem(secret)) {
        throw new SignetError('unauthenticated', 'Read the file that the challenge names, and send what is in it.')
      }
    },
    read(parameters) {
      requireVersion(parameters, 'arc', '2020-06-01')
      return {
        resource: requireResource(parameters),
        selector: readSelector(parameters),
        force: readForce(parameters),
        fallBackToUser: false,
      }
    },
    bodyOf: commonBody,
    refusalOf(error) {
      if (error.code !== 'unauthenticated') return arcErrorOf(error, undefined)
      try {
        return arcErrorOf(error, `Basic realm=${challenges.issue()}`)
      } catch (thrown) {
        return arcErrorOf(SignetError.from(thrown), undefined)
      }
    },
  }
}
