import { z } from 'zod'
import { CredentialState, RunState, RunTrigger } from '../vocabulary/credential-states.ts'
import { AgentId, ClientId, InstanceId, ObjectId, RunId } from '../vocabulary/identifiers.ts'
import { Instant, QueryInstant } from '../vocabulary/time.ts'
import { Actor } from './actor.ts'
import { route } from './contract.ts'
import { exportsOf, FilterText, listOf, sortingOf } from './lists.ts'
import { PageQuery, pageOf } from './paging.ts'
import { CredentialSummary } from './principals.ts'
import { TokenLogEntry } from './resources.ts'

/** A certificate with its whole life: where it came from, what became of it, and who says so. */
export const CredentialRecord = CredentialSummary.extend({
  principalId: ObjectId,
  /** What identity and instance were called when it was issued. */
  principalName: z.string(),
  instance: z.object({ id: InstanceId, name: z.string() }).nullable(),
  /** Null for one that an operator registered, as its run is: Signet did not issue it. */
  issuer: z.object({ id: z.string(), subject: z.string(), serial: z.string(), thumbprint: z.string() }).nullable(),
  cause: RunTrigger.nullable(),
  /** At whose wish it was issued or registered. */
  actor: Actor,
  /** When it was first known to be on the instance: acknowledged, or used. */
  deliveredAt: Instant.nullable(),
  /** The agent that says it holds the certificate, as it was then; null when that never arrived. */
  acknowledgement: z
    .object({ at: Instant, agentId: AgentId, agentName: z.string(), agentVersion: z.string().nullable() })
    .nullable(),
  supersededAt: Instant.nullable(),
  retiredAt: Instant.nullable(),
  revokeReason: z.string().nullable(),
  /** The rotation that brought it; null once its retention has ended. */
  run: z
    .object({
      id: RunId,
      state: RunState,
      attempts: z.int(),
      requestedAt: Instant,
      finishedAt: Instant.nullable(),
      errorCode: z.string().nullable(),
    })
    .nullable(),
})
export type CredentialRecord = z.infer<typeof CredentialRecord>

/** `uti` claim of a token: 16 bytes, base64url. */
export const Uti = z.string().regex(/^[\w-]{22}$/, 'the uti claim of a token')

/** All that is on record about one token. */
export const TokenEvidence = z.object({
  uti: Uti,
  request: TokenLogEntry,
  identity: z
    .object({ principalId: ObjectId, clientId: ClientId, kind: z.enum(['system', 'user', 'app']), name: z.string() })
    .nullable(),
  /** The certificate that proved who asked; null for a client secret or a federated credential, and once it is forgotten. */
  credential: CredentialRecord.nullable(),
  /** Whether the certificate was accepted at that moment by the times on record; null without one. */
  wasAccepted: z.boolean().nullable(),
  /** The key the token is signed with; null for a refused request, and for a key that is long gone. */
  signingKey: z
    .object({ kid: z.string(), state: CredentialState, activateAt: Instant, retireAt: Instant.nullable() })
    .nullable(),
})
export type TokenEvidence = z.infer<typeof TokenEvidence>

export const RequestedToken = z.object({
  uti: Uti,
  at: Instant,
  principalId: ObjectId,
  audience: z.string(),
  outcome: z.string(),
})
export type RequestedToken = z.infer<typeof RequestedToken>

export const CertificateSort = sortingOf(['issued', 'expires'])
export type CertificateSort = z.infer<typeof CertificateSort>
const sort = CertificateSort.default('-issued')

export const CertificateList = listOf(CredentialRecord)
export type CertificateList = z.infer<typeof CertificateList>

export const evidenceApi = {
  certificates: route({
    method: 'GET',
    path: '/certificates',
    summary: 'Certificates of all identities by filter, sorted, each with its whole life',
    access: 'rotations.read',
    query: PageQuery.extend({ filter: FilterText, sort }),
    response: CertificateList,
  }),
  ...exportsOf('/certificates', 'certificates', sort, 'rotations.read'),
  credentials: route({
    method: 'GET',
    path: '/identities/:principalId/credentials',
    summary: 'Certificates of one identity, newest first',
    access: 'rotations.read',
    params: z.object({ principalId: ObjectId }),
    response: z.object({ items: z.array(CredentialRecord), nextRotationAt: Instant.nullable() }),
  }),
  held: route({
    method: 'GET',
    path: '/evidence/held',
    summary:
      'Certificates that were accepted at an instant, by the times on record; overlaps and what was revoked later included',
    access: 'rotations.read',
    query: PageQuery.extend({
      /** ID or name of an instance, ID or name of an identity; both narrow it down. */
      instance: z.string().trim().min(1).max(200).optional(),
      identity: z.string().trim().min(1).max(200).optional(),
      at: QueryInstant,
    }),
    response: pageOf(CredentialRecord).extend({
      /** Older history is deleted by and by: an answer about an instant before this may lack something. */
      completeFrom: Instant,
    }),
  }),
  token: route({
    method: 'GET',
    path: '/evidence/tokens/:uti',
    summary: 'Which certificate minted a token, which rotation brought that, and which key signed it',
    access: 'rotations.read',
    params: z.object({ uti: Uti }),
    response: TokenEvidence,
  }),
  requested: route({
    method: 'GET',
    path: '/evidence/requests/:correlationId',
    summary: 'Token requests that came under one correlation ID, newest first; 20 at most',
    access: 'rotations.read',
    params: z.object({ correlationId: z.guid() }),
    response: z.object({ items: z.array(RequestedToken) }),
  }),
}
