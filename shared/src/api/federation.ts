import { z } from 'zod'
import { ObjectId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { DisplayName } from './applications.ts'
import { route } from './contract.ts'
import { PageQuery, pageOf } from './paging.ts'
import { Reason } from './resources.ts'

/**
 * How the subject of a rule is read: as the whole `sub`, as its beginning, or as an expression over the token's claims
 * such as `claims['sub'] matches 'repo:contoso/*' and claims['environment'] eq 'prod'`.
 */
export const SubjectMatch = z.enum(['exact', 'prefix', 'expression'])
export type SubjectMatch = z.infer<typeof SubjectMatch>

/** A public key, as RFC 7517 writes it; what it has besides is not kept. */
export const PinnedKey = z.looseObject({
  kty: z.enum(['RSA', 'EC', 'OKP']),
  kid: z.string().min(1).max(200).optional(),
})

/** Where the keys of an issuer come from: its discovery document, or a key set given here, for closed networks. */
export const IssuerKeys = z.discriminatedUnion('source', [
  z.strictObject({ source: z.literal('discovery') }),
  z.strictObject({ source: z.literal('pinned'), jwks: z.object({ keys: z.array(PinnedKey).min(1).max(20) }) }),
])
export type IssuerKeys = z.infer<typeof IssuerKeys>

/** What tokens a rule trusts. Issuer and audiences compare exactly, byte for byte. */
const FederatedRule = z.strictObject({
  name: DisplayName,
  /** An https URL without query; a trailing slash is significant. */
  issuer: z
    .url({ protocol: /^https$/, error: 'an https URL' })
    .max(500)
    .refine((issuer) => !/[?#@\s]/.test(issuer), 'no query, fragment or user'),
  match: SubjectMatch.default('exact'),
  /** At least one character that is no blank at its ends; an expression when `match` says so. */
  subject: z.string().trim().min(1).max(1_000),
  audiences: z.array(z.string().trim().min(1).max(500)).min(1).max(10).default(['api://AzureADTokenExchange']),
  keys: IssuerKeys.default({ source: 'discovery' }),
})

/** A trust of a principal in tokens of an external issuer. */
export const FederatedCredential = FederatedRule.extend({
  id: z.guid(),
  principalId: ObjectId,
  /** Why this trusts more than it probably should; empty when nothing was found. */
  warnings: z.array(z.string()),
  lastUsedAt: Instant.nullable(),
  createdAt: Instant,
  version: z.int(),
})
export type FederatedCredential = z.infer<typeof FederatedCredential>

/** One check of a token; `skipped` when an earlier one makes it moot. */
export const FederationCheck = z.object({
  name: z.enum(['form', 'issuer', 'subject', 'audience', 'times', 'keys', 'signature', 'principal']),
  verdict: z.enum(['ok', 'failed', 'skipped']),
  /** What was found, in one sentence; the token's own words are cut and free of control characters. */
  detail: z.string(),
})
export type FederationCheck = z.infer<typeof FederationCheck>

/** What would happen if the token came as a client assertion. */
export const FederationTest = z.object({
  accepted: z.boolean(),
  /** AADSTS number of the refusal; null when it would be accepted. */
  aadsts: z.int().nullable(),
  /** The answer in one sentence. */
  reason: z.string(),
  /** What the token says, before anything of it is believed; null when it cannot be read. */
  token: z
    .object({
      issuer: z.string(),
      subject: z.string(),
      audiences: z.array(z.string()),
      algorithm: z.string(),
      kid: z.string().nullable(),
      issuedAt: Instant.nullable(),
      notBefore: Instant.nullable(),
      expiresAt: Instant.nullable(),
    })
    .nullable(),
  /** Of the token alone and of the principal. */
  checks: z.array(FederationCheck),
  /** Each rule of the principal, those that match most first; at most 50. */
  rules: z.array(z.object({ id: z.guid(), name: z.string(), accepted: z.boolean(), checks: z.array(FederationCheck) })),
})
export type FederationTest = z.infer<typeof FederationTest>

const principalParams = z.object({ principalId: ObjectId })
const ruleParams = principalParams.extend({ federatedCredentialId: z.guid() })

export const federationApi = {
  list: route({
    method: 'GET',
    path: '/identities/:principalId/federated-credentials',
    summary: 'Federated credentials of an application or a user-assigned identity, in the order of their names',
    access: 'instances.read',
    params: principalParams,
    query: PageQuery,
    response: pageOf(FederatedCredential),
  }),
  create: route({
    method: 'POST',
    path: '/identities/:principalId/federated-credentials',
    summary: 'Trust tokens of an external issuer',
    access: 'identities.write',
    params: principalParams,
    body: FederatedRule,
    response: FederatedCredential,
    status: 201,
  }),
  show: route({
    method: 'GET',
    path: '/identities/:principalId/federated-credentials/:federatedCredentialId',
    summary: 'One federated credential',
    access: 'instances.read',
    params: ruleParams,
    response: FederatedCredential,
  }),
  change: route({
    method: 'PUT',
    path: '/identities/:principalId/federated-credentials/:federatedCredentialId',
    summary: 'Replace what a federated credential trusts',
    access: 'identities.write',
    params: ruleParams,
    body: FederatedRule,
    response: FederatedCredential,
    ifMatch: true,
  }),
  remove: route({
    method: 'DELETE',
    path: '/identities/:principalId/federated-credentials/:federatedCredentialId',
    summary: 'Remove a federated credential; tokens it trusted are refused from now on',
    access: 'identities.write',
    params: ruleParams,
    body: z.strictObject({ reason: Reason }),
    status: 204,
    ifMatch: true,
  }),
  test: route({
    method: 'POST',
    path: '/identities/:principalId/federated-credentials/test',
    summary: 'Whether a token of an external issuer would be accepted, and why; nothing is issued or kept',
    access: 'tokens.test',
    params: principalParams,
    body: z.strictObject({ token: z.string().trim().min(1).max(32_768) }),
    response: FederationTest,
    question: true,
  }),
}
