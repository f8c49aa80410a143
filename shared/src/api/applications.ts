import { z } from 'zod'
import { CertificateKey } from '../vocabulary/credential-states.ts'
import { ClientId, CredentialId, ObjectId, TenantId, ThumbprintS256 } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'
import { exportsOf, FilterText, listOf, sortingOf, ValueCounts } from './lists.ts'
import { PageQuery, pageOf } from './paging.ts'
import { Reason, TokenHistogram, TokenHistogramQuery, TokenPageQuery, TokenRequest } from './resources.ts'
import { Propagation, Told } from './revocations.ts'

/** Printable, so that nothing hides in it. */
export const DisplayName = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'no control characters')

/** `deleted`: refused everywhere, and restorable under the same IDs until its `purgeAt`. */
export const ApplicationState = z.enum(['enabled', 'paused', 'deleted'])
export type ApplicationState = z.infer<typeof ApplicationState>

/** A secret of an application. The value itself is kept nowhere. */
export const ClientSecret = z.object({
  id: z.guid(),
  description: z.string(),
  /** The first and the last characters of the value, to recognise it by. */
  hint: z.string(),
  expiresAt: Instant,
  lastUsedAt: Instant.nullable(),
  createdAt: Instant,
})
export type ClientSecret = z.infer<typeof ClientSecret>

/** A certificate that an operator registered for an application; its private key is outside Signet. */
export const RegisteredCertificate = z.object({
  id: CredentialId,
  subject: z.string(),
  /** Serial number, hexadecimal. */
  serial: z.string(),
  /** SHA-1 thumbprint, upper-case hexadecimal, as other consoles show it. */
  thumbprint: z.string(),
  /** SHA-256 thumbprint, base64url. */
  x5tS256: ThumbprintS256,
  keyAlgorithm: CertificateKey,
  notBefore: Instant,
  notAfter: Instant,
  /** Whether an assertion under it may live for 24 hours instead of one (SEC-77). */
  longAssertions: z.boolean(),
  firstUsedAt: Instant.nullable(),
  lastUsedAt: Instant.nullable(),
  registeredAt: Instant,
  version: z.int(),
})
export type RegisteredCertificate = z.infer<typeof RegisteredCertificate>

/** A principal for code that runs on no instance of Signet. */
export const ApplicationSummary = z.object({
  principalId: ObjectId,
  clientId: ClientId,
  name: z.string(),
  state: ApplicationState,
  /** How many there are that have not been removed, expired ones included. */
  secrets: z.int(),
  certificates: z.int(),
  federatedCredentials: z.int(),
  /** When the last of its secrets and certificates ends; null when it has none. */
  lastExpiryAt: Instant.nullable(),
  lastToken: z.object({ at: Instant, audience: z.string() }).nullable(),
  deletedAt: Instant.nullable(),
  purgeAt: Instant.nullable(),
  createdAt: Instant,
  version: z.int(),
})
export type ApplicationSummary = z.infer<typeof ApplicationSummary>

export const ApplicationDetail = ApplicationSummary.omit({ secrets: true, certificates: true }).extend({
  tenantId: TenantId,
  authorityUrl: z.string(),
  secrets: z.array(ClientSecret),
  certificates: z.array(RegisteredCertificate),
})
export type ApplicationDetail = z.infer<typeof ApplicationDetail>

export const ApplicationSort = sortingOf(['name', 'state', 'expires', 'last-token', 'created'])
export type ApplicationSort = z.infer<typeof ApplicationSort>
const sort = ApplicationSort.default('name')

/** How many have each value of a field; deleted ones count for `state` alone. One can have several kinds of `proof`. */
export const ApplicationFacets = z.object({
  state: ValueCounts,
  proof: ValueCounts,
  expiring: ValueCounts,
  broad: ValueCounts,
})
export type ApplicationFacets = z.infer<typeof ApplicationFacets>

export const ApplicationList = listOf(ApplicationSummary)
export type ApplicationList = z.infer<typeof ApplicationList>

const day = 86_400
const applicationParams = z.object({ principalId: ObjectId })
const act = z.strictObject({ reason: Reason })

export const applicationsApi = {
  list: route({
    method: 'GET',
    path: '/applications',
    summary: 'Applications by filter, sorted; deleted ones only where the filter asks for a state',
    access: 'instances.read',
    query: PageQuery.extend({ filter: FilterText, sort }),
    response: ApplicationList,
  }),
  facets: route({
    method: 'GET',
    path: '/applications/facets',
    summary: 'How many applications have each value that the filter offers',
    access: 'instances.read',
    response: ApplicationFacets,
  }),
  ...exportsOf('/applications', 'applications', sort),
  create: route({
    method: 'POST',
    path: '/applications',
    summary: 'Create an application; it cannot get a token before it has a secret, certificate or federated credential',
    access: 'identities.write',
    body: z.strictObject({ name: DisplayName }),
    response: ApplicationDetail,
    status: 201,
  }),
  show: route({
    method: 'GET',
    path: '/applications/:principalId',
    summary: 'One application with its secrets and certificates',
    access: 'instances.read',
    params: applicationParams,
    response: ApplicationDetail,
  }),
  rename: route({
    method: 'PUT',
    path: '/applications/:principalId',
    summary: 'Rename an application; its IDs stay',
    access: 'identities.write',
    params: applicationParams,
    body: z.strictObject({ name: DisplayName }),
    response: ApplicationDetail,
    ifMatch: true,
  }),
  pause: route({
    method: 'POST',
    path: '/applications/:principalId/pause',
    summary: 'Refuse tokens at once and keep everything else; repeating it changes nothing',
    access: 'identities.write',
    params: applicationParams,
    body: act,
    response: ApplicationDetail.extend(Told.shape),
    ifMatch: true,
  }),
  resume: route({
    method: 'POST',
    path: '/applications/:principalId/resume',
    summary: 'Give out tokens again after a pause',
    access: 'identities.write',
    params: applicationParams,
    body: act,
    response: ApplicationDetail,
    ifMatch: true,
  }),
  remove: route({
    method: 'DELETE',
    path: '/applications/:principalId',
    summary: 'Delete an application: refused from now on, restorable for 30 days; needs a fresh confirmation',
    access: 'identities.write',
    params: applicationParams,
    body: act,
    response: z.object({ propagation: Propagation }),
    ifMatch: true,
  }),
  restore: route({
    method: 'POST',
    path: '/applications/:principalId/restore',
    summary: 'Bring back a deleted application under the same IDs, with what it authenticates with',
    access: 'identities.write',
    params: applicationParams,
    body: act,
    response: ApplicationDetail,
    ifMatch: true,
  }),
  tokens: route({
    method: 'GET',
    path: '/applications/:principalId/tokens',
    summary: 'Token requests of one application, newest first',
    access: 'instances.read',
    params: applicationParams,
    query: TokenPageQuery,
    response: pageOf(TokenRequest),
  }),
  tokenHistogram: route({
    method: 'GET',
    path: '/applications/:principalId/tokens/histogram',
    summary: 'Token requests of one application over time',
    access: 'instances.read',
    params: applicationParams,
    query: TokenHistogramQuery,
    response: TokenHistogram,
  }),
  addSecret: route({
    method: 'POST',
    path: '/applications/:principalId/secrets',
    summary: 'Create a client secret; its value is in this answer and nowhere else; needs a fresh confirmation',
    access: 'identities.write',
    params: applicationParams,
    body: z.strictObject({
      description: DisplayName,
      lifetimeSeconds: z
        .int()
        .min(60)
        .max(730 * day)
        .default(180 * day),
    }),
    response: ClientSecret.extend({ value: z.string() }),
    secret: true,
    status: 201,
  }),
  removeSecret: route({
    method: 'DELETE',
    path: '/applications/:principalId/secrets/:secretId',
    summary: 'Remove a client secret; it is refused from now on',
    access: 'identities.write',
    params: applicationParams.extend({ secretId: z.guid() }),
    status: 204,
  }),
  addCertificate: route({
    method: 'POST',
    path: '/applications/:principalId/certificates',
    summary: 'Register a certificate that the application holds the key of',
    access: 'identities.write',
    params: applicationParams,
    body: z.strictObject({
      /** PEM, or base64 of DER. One certificate, and no private key. */
      certificate: z.string().min(1).max(16_384),
      longAssertions: z.boolean().default(false),
    }),
    response: RegisteredCertificate,
    status: 201,
  }),
  changeCertificate: route({
    method: 'PUT',
    path: '/applications/:principalId/certificates/:credentialId',
    summary: 'Allow, or no longer allow, assertions that live for 24 hours',
    access: 'identities.write',
    params: applicationParams.extend({ credentialId: CredentialId }),
    body: z.strictObject({ longAssertions: z.boolean() }),
    response: RegisteredCertificate,
    ifMatch: true,
  }),
  removeCertificate: route({
    method: 'DELETE',
    path: '/applications/:principalId/certificates/:credentialId',
    summary: 'Remove a certificate; it is refused from now on, and cannot be registered again',
    access: 'identities.write',
    params: applicationParams.extend({ credentialId: CredentialId }),
    body: act,
    status: 204,
    ifMatch: true,
  }),
}
