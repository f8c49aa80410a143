import { constants, type KeyObject, verify, X509Certificate } from 'node:crypto'
import { SignetError } from '../platform/signet-error.ts'
import { type KeyCredential, type Principal, usabilityAt } from '../principals/index.ts'
import { type AssertionClaims, type ClientAssertion, checkClaims, parseAssertion } from './client-assertion.ts'
import type { Issuer } from './issuer.ts'

/** A client as the authority keeps it: its certificates by both thumbprints (base64url), keys imported once. */
export interface KnownClient {
  readonly principal: Principal
  readonly credentials: ReadonlyMap<string, KnownCredential>
}

export interface KnownCredential {
  readonly credential: KeyCredential
  readonly publicKey: KeyObject
}

export function knownClient(found: { principal: Principal; credentials: readonly KeyCredential[] }): KnownClient {
  const credentials = new Map<string, KnownCredential>()
  for (const credential of found.credentials) {
    const known = { credential, publicKey: new X509Certificate(credential.certificate).publicKey }
    credentials.set(credential.x5tS256, known)
    credentials.set(credential.x5t, known)
  }
  return { principal: found.principal, credentials }
}

export interface AuthenticatedClient {
  readonly principal: Principal
  readonly credential: KeyCredential
  readonly claims: AssertionClaims
}

/**
 * Who asks, by a client assertion. Cheap checks come before dear ones, and at most one signature is verified (SEC-80):
 * shape, client, certificate, times and audience, signature, and only then what is known of principal and certificate,
 * so that nobody without the key learns of its state (SEC-81).
 *
 * @throws SignetError one of the catalogue's `client_…`, `assertion_…`, `credential_…` codes
 */
export async function authenticateClient(
  request: { clientId: string; assertion: string },
  parts: { issuer: Issuer; findClient: (clientId: string) => Promise<KnownClient | undefined>; nowMs: number },
): Promise<AuthenticatedClient> {
  const assertion = parseAssertion(request.assertion)
  const client = await parts.findClient(request.clientId)
  if (!client) {
    throw new SignetError(
      'client_unknown',
      `Application with identifier '${request.clientId}' was not found in the tenant.`,
    )
  }
  const known = client.credentials.get(assertion.thumbprint.toString('base64url'))
  if (!known) throw unknownKey(assertion)
  const { credential } = known
  if (assertion.leaf !== undefined && !credential.certificate.equals(Buffer.from(assertion.leaf, 'base64'))) {
    throw new SignetError('assertion_key_unknown', 'The x5c of the client assertion is not the registered certificate.')
  }
  checkClaims(assertion.claims, {
    clientId: request.clientId,
    issuer: parts.issuer,
    isAgentHeld: credential.keyLocation === 'agent',
    nowSeconds: parts.nowMs / 1_000,
  })
  if (!verifies(assertion, known.publicKey)) throw new SignetError('assertion_signature_invalid')
  requireUsable(client.principal, credential, parts.nowMs)
  return { principal: client.principal, credential, claims: assertion.claims }
}

function unknownKey(assertion: ClientAssertion): SignetError {
  const sent = assertion.thumbprint.toString('hex').toUpperCase()
  return new SignetError(
    'assertion_key_unknown',
    `The certificate named by the client assertion is not registered. [Reason - The key was not found., Thumbprint of key used by client: '${sent}']`,
  )
}

/** The registered key decides what its algorithms are; the header can only pick one of them (SEC-72). */
function verifies(assertion: ClientAssertion, key: KeyObject): boolean {
  const isRsa = key.asymmetricKeyType === 'rsa'
  if (isRsa !== (assertion.alg !== 'ES256')) return false
  const { alg, signed, signature } = assertion
  if (alg === 'ES256') return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
  // PKCS #1 v1.5 is what a bare RSA key means, and a bare key is taken twice as fast as one among options.
  if (alg === 'RS256') return verify('sha256', signed, key, signature)
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return verify('sha256', signed, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }, signature)
}

function requireUsable(principal: Principal, credential: KeyCredential, nowMs: number): void {
  if (principal.state !== 'enabled') {
    throw new SignetError(
      'client_disabled',
      `The identity '${principal.clientId}' is ${principal.state === 'deleted' ? 'turned off' : 'paused'}.`,
    )
  }
  const usability = usabilityAt(credential, nowMs)
  if (usability === 'usable') return
  if (usability === 'revoked' || usability === 'superseded') throw new SignetError('credential_revoked')
  throw new SignetError('credential_expired')
}
