import { verify } from 'node:crypto'
import { AudienceId } from '@signet/shared/vocabulary/identifiers'
import { tokenExchangeAudience } from '@signet/shared/wire/oauth'
import { SignetError } from '../platform/signet-error.ts'
import type { FederatedRule, KeyCredential, Principal } from '../principals/index.ts'
import { checkFederatedTimes, type FederatedAssertion, trustFor } from './federated-assertion.ts'
import type { Issuer } from './issuer.ts'
import type { CompactJws } from './jws.ts'
import type { ResourceApp } from './resource-apps.ts'
import type { PublishedKey } from './signing-key-schedule.ts'

/** An hour is what clients of token files are used to; agents write a new one after half of it. */
export const longestTokenFileSeconds = 3_600

/** Names the certificate that the content of a token file was issued for: it is worth no more than that. */
export const certificateClaim = 'signet_x5t_s256'

/**
 * What agents ask for to keep a token file: an audience that is in no list, that nobody can register, and that no service
 * takes tokens for but this authority itself (ADR 0018).
 */
export const tokenFileApp: ResourceApp = {
  id: AudienceId.parse('fb60f99c-7a34-4190-8149-302f77469936'),
  appId: 'fb60f99c-7a34-4190-8149-302f77469936',
  uri: tokenExchangeAudience,
  name: 'Token files',
  tokenVersion: 1,
  lifetimeSeconds: null,
  builtIn: true,
  enabled: true,
  assignmentRequired: false,
  clientCapabilities: false,
  roles: [],
  version: 1,
  createdAt: 0,
}

/** A token file is got with the certificate that an agent holds, and with nothing else: what it gets is no way to the next. */
export function requireAgent(credential: KeyCredential | undefined): void {
  if (credential?.keyLocation === 'agent') return
  throw new SignetError('resource_unknown', 'The resource principal was not found in the tenant.')
}

/** Whether the token names this authority itself as its issuer. */
export function isOwn({ issuer }: FederatedAssertion, { v1 }: Issuer): boolean {
  return issuer === v1
}

/** The rule by which a managed identity trusts what it was given itself (SEC-189); an application has none. */
function rulesOf({ kind, objectId }: Principal, { v1 }: Issuer): FederatedRule[] {
  if (kind === 'app') return []
  return [{ issuer: v1, match: 'exact', subject: objectId, audiences: [tokenExchangeAudience] }]
}

/**
 * Checks the content of a token file before the state of its owner is looked at: rule, times, signature, in this order.
 *
 * @param keys of token files alone, so that no other token of this authority passes (SEC-84)
 * @throws SignetError `federation_…` | `assertion_expired` | `assertion_key_unknown` | `assertion_signature_invalid`
 */
export function checkTokenFile(
  read: FederatedAssertion,
  jws: Pick<CompactJws, 'signed' | 'signature'>,
  about: { principal: Principal; issuer: Issuer; keys: readonly PublishedKey[]; nowSeconds: number },
): void {
  trustFor(read, rulesOf(about.principal, about.issuer))
  checkFederatedTimes(read, about.nowSeconds)
  const key = about.keys.find(({ kid }) => kid === read.kid)
  if (!key || read.alg !== 'RS256') {
    throw new SignetError(
      'assertion_key_unknown',
      'The client assertion names no key that token files are signed with.',
    )
  }
  if (!verify('sha256', jws.signed, key.publicKey, jws.signature)) throw new SignetError('assertion_signature_invalid')
}

/**
 * The certificate that the content of a token file was got with.
 *
 * @throws SignetError `credential_revoked` when it is not there any more
 */
export function certificateOf(
  { claims }: FederatedAssertion,
  credentials: ReadonlyMap<string, { readonly credential: KeyCredential }>,
): KeyCredential {
  const thumbprint = claims[certificateClaim]
  const known = typeof thumbprint === 'string' ? credentials.get(thumbprint) : undefined
  if (!known) throw new SignetError('credential_revoked')
  return known.credential
}
