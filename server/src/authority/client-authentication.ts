import { constants, type KeyObject, verify, X509Certificate } from 'node:crypto'
import type { CredentialId } from '@signet/shared/vocabulary/identifiers'
import type { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import {
  type ClientRecord,
  type FederatedTrust,
  type KeyCredential,
  type KnownSecret,
  type Principal,
  secretOf,
  usabilityAt,
} from '../principals/index.ts'
import { type AssertionClaims, type ClientAssertion, checkClaims, readAssertion } from './client-assertion.ts'
import type { ClientCredentials } from './client-credentials.ts'
import {
  checkFederatedTimes,
  type FederatedAssertion,
  isFederated,
  readFederated,
  trustFor,
} from './federated-assertion.ts'
import type { Issuer } from './issuer.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import { type CompactJws, parseJws } from './jws.ts'
import type { SigningKeys } from './signing-keys.ts'
import { certificateOf, checkTokenFile, isOwn } from './token-file.ts'

/** A client as the authority keeps it: its certificates by both thumbprints (base64url), keys imported once. */
export interface KnownClient {
  readonly principal: Principal
  readonly credentials: ReadonlyMap<string, KnownCredential>
  readonly secrets: readonly KnownSecret[]
  readonly trusts: readonly FederatedTrust[]
}

export interface KnownCredential {
  readonly credential: KeyCredential
  readonly publicKey: KeyObject
}

export function knownClient({ principal, secrets, trusts, ...found }: ClientRecord): KnownClient {
  const credentials = new Map<string, KnownCredential>()
  for (const credential of found.credentials) {
    const known = { credential, publicKey: new X509Certificate(credential.certificate).publicKey }
    credentials.set(credential.x5tS256, known)
    credentials.set(credential.x5t, known)
  }
  return { principal, credentials, secrets, trusts }
}

/** What a client has proved itself with. */
export type Proof =
  | {
      readonly kind: 'certificate'
      readonly id: CredentialId
      readonly credential: KeyCredential
      readonly claims: AssertionClaims
      readonly assertion: string
    }
  | { readonly kind: 'secret'; readonly id: CredentialId }
  | { readonly kind: 'federated'; readonly id: CredentialId; readonly trust: FederatedTrust }
  /** What an agent got with that certificate and keeps in a file for workloads. */
  | { readonly kind: 'token-file'; readonly id: CredentialId; readonly credential: KeyCredential }

export interface AuthenticatedClient {
  readonly principal: Principal
  readonly proof: Proof
}

export interface AuthenticationParts {
  readonly issuer: Issuer
  readonly issuerKeys: IssuerKeys
  readonly fileKeys: () => Promise<Pick<SigningKeys, 'published'>>
  readonly findClient: (clientId: string) => Promise<KnownClient | undefined>
  readonly nowMs: number
}

/**
 * Who asks. Cheap checks come before dear ones, and at most one signature is verified (SEC-80): shape, client, certificate
 * or rule, times and audience, signature, and only then what is known of principal and certificate, so that nobody without
 * the key learns of its state (SEC-81).
 *
 * @throws SignetError one of the catalogue's `client_…`, `assertion_…`, `federation_…`, `credential_…` codes, or
 * `unavailable` when the keys of an external issuer cannot be had
 */
export async function authenticateClient(
  { clientId, proof }: ClientCredentials,
  parts: AuthenticationParts,
): Promise<AuthenticatedClient> {
  const prove = proof.kind === 'secret' ? bySecret(proof.secret) : byAssertion(proof.assertion)
  const client = await parts.findClient(clientId)
  if (!client) {
    throw new SignetError('client_unknown', `Application with identifier '${clientId}' was not found in the tenant.`)
  }
  return { principal: client.principal, proof: await prove(client, parts) }
}

/** What is left to do once the client is known. */
type Prove = (client: KnownClient, parts: AuthenticationParts) => Proof | Promise<Proof>

/** Never mixed (SEC-189): who an assertion says it is from decides which rules it has to meet. */
function byAssertion(token: string): Prove {
  const jws = parseJws(token)
  if (!isFederated(jws)) return byCertificate(readAssertion(jws), token)
  const read = readFederated(jws)
  const [byOther, byOwn] = [byFederation(read, token), byTokenFile(read, jws)]
  return (client, parts) => (isOwn(read, parts.issuer) ? byOwn : byOther)(client, parts)
}

function byCertificate(read: ClientAssertion, assertion: string): Prove {
  return ({ principal, credentials }, { issuer, nowMs }) => {
    const known = credentials.get(read.thumbprint.toString('base64url'))
    if (!known) throw unknownKey(read)
    const { credential } = known
    if (read.leaf !== undefined && !credential.certificate.equals(Buffer.from(read.leaf, 'base64'))) {
      const detail = 'The x5c of the client assertion is not the registered certificate.'
      throw new SignetError('assertion_key_unknown', detail)
    }
    checkClaims(read.claims, {
      clientId: principal.clientId,
      issuer,
      isAgentHeld: credential.keyLocation === 'agent',
      longAssertions: credential.longAssertions,
      nowSeconds: nowMs / 1_000,
    })
    if (!verifies(read, known.publicKey)) throw new SignetError('assertion_signature_invalid')
    requireEnabled(principal)
    requireUsable(credential, nowMs)
    return { kind: 'certificate', id: credential.id, credential, claims: read.claims, assertion }
  }
}

function bySecret(given: Secret): Prove {
  return ({ principal, secrets }, { nowMs }) => {
    const { clientId } = principal
    if (principal.kind !== 'app') {
      throw new SignetError('client_secret_refused', `'${clientId}' is a managed identity, and has no secret.`)
    }
    const secret = secretOf(secrets, given.reveal())
    if (!secret) {
      const detail = `Invalid client secret provided. Send the value of a secret of '${clientId}', not the ID of the secret.`
      throw new SignetError('client_secret_wrong', detail)
    }
    if (nowMs >= secret.expiresAt) {
      throw new SignetError('client_secret_expired', `The provided client secret of '${clientId}' has expired.`)
    }
    requireEnabled(principal)
    return { kind: 'secret', id: secret.id }
  }
}

function byFederation(read: FederatedAssertion, token: string): Prove {
  return async ({ principal, trusts }, { issuerKeys, nowMs }) => {
    const trust = trustFor(read, trusts)
    checkFederatedTimes(read, nowMs / 1_000)
    if (!(await issuerKeys.verifies(trust, token))) throw new SignetError('assertion_signature_invalid')
    requireEnabled(principal)
    return { kind: 'federated', id: trust.id, trust }
  }
}

function byTokenFile(read: FederatedAssertion, jws: CompactJws): Prove {
  return async ({ principal, credentials }, { issuer, fileKeys, nowMs }) => {
    const keys = principal.kind === 'app' ? [] : (await fileKeys()).published
    checkTokenFile(read, jws, { principal, issuer, keys, nowSeconds: nowMs / 1_000 })
    requireEnabled(principal)
    const credential = certificateOf(read, credentials)
    requireUsable(credential, nowMs)
    return { kind: 'token-file', id: credential.id, credential }
  }
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

function requireEnabled({ clientId, state, kind }: Principal): void {
  if (state === 'enabled') return
  const off = kind === 'app' ? 'deleted' : 'turned off'
  throw new SignetError(
    'client_disabled',
    `The ${kind === 'app' ? 'application' : 'identity'} '${clientId}' is ${state === 'deleted' ? off : 'paused'}.`,
  )
}

function requireUsable(credential: KeyCredential, nowMs: number): void {
  const usability = usabilityAt(credential, nowMs)
  if (usability === 'usable') return
  if (usability === 'revoked' || usability === 'superseded') throw new SignetError('credential_revoked')
  throw new SignetError('credential_expired')
}
