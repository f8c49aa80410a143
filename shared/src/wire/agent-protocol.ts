import { z } from 'zod'
import { ErrorCode } from '../errors.ts'
import { IdentityState, KeyAlgorithm, RunState } from '../vocabulary/credential-states.ts'
import {
  AgentId,
  ClientId,
  DrillId,
  InstanceId,
  ObjectId,
  RunId,
  SlotId,
  TenantId,
  ThumbprintS256,
} from '../vocabulary/identifiers.ts'
import { dayMs, Instant } from '../vocabulary/time.ts'

/**
 * Our own protocol between agent and server, below `/agent/v1` of the agents' listener (mutual TLS 1.3).
 * The server sends whole desired state, never commands: a lost message cannot matter, because the next one says it all.
 */
export const agentPaths = {
  enroll: '/agent/v1/enroll',
  renew: '/agent/v1/renew',
  sync: '/agent/v1/sync',
  stream: '/agent/v1/stream',
  certificate: (slotId: string) => `/agent/v1/slots/${slotId}/certificate`,
  acknowledge: (slotId: string) => `/agent/v1/slots/${slotId}/acknowledge`,
  drillCertificate: (drillId: string) => `/agent/v1/drills/${drillId}/certificate`,
  drillAcknowledge: (drillId: string) => `/agent/v1/drills/${drillId}/acknowledge`,
  drillReport: (drillId: string) => `/agent/v1/drills/${drillId}/report`,
  report: '/agent/v1/report',
  probe: (probeId: string) => `/agent/v1/probes/${probeId}`,
  probeSteps: (probeId: string) => `/agent/v1/probes/${probeId}/steps`,
} as const

/** DER in standard base64; 8 KiB of DER at most (SEC-36). */
const DerBase64 = z
  .string()
  .min(4)
  .max(11_000)
  .regex(/^[A-Za-z0-9+/]+={0,2}$/)

/** What an agent says of its host: shown to people, never used to decide anything (SEC-46). */
export const AgentFacts = z.strictObject({
  hostName: z.string().max(255),
  platform: z.string().max(100),
  agentVersion: z.string().max(40),
})
export type AgentFacts = z.infer<typeof AgentFacts>

export const EnrollRequest = z.strictObject({
  attestor: z.literal('join_token'),
  evidence: z.strictObject({ token: z.string().min(16).max(200) }),
  csr: DerBase64,
  facts: AgentFacts,
})
export type EnrollRequest = z.infer<typeof EnrollRequest>

/** Certificates are base64 DER, the leaf first, the issuing CA after it. */
export const EnrollResponse = z.object({
  agentId: AgentId,
  tenantId: TenantId,
  certificates: z.array(z.string()).min(1),
  generation: z.int(),
})
export type EnrollResponse = z.infer<typeof EnrollResponse>

/** The connection proves the old key, the CSR proves the new one; `generation` is the current one plus one (SEC-41). */
export const RenewRequest = z.strictObject({ csr: DerBase64, generation: z.int().min(2), requestId: z.guid() })
export type RenewRequest = z.infer<typeof RenewRequest>
export const RenewResponse = z.object({ certificates: z.array(z.string()).min(1), generation: z.int() })
export type RenewResponse = z.infer<typeof RenewResponse>

/** The unit that rolls: one principal on one agent. Thumbprints are of what the server holds; null means none. */
export const DesiredSlot = z.object({
  id: SlotId,
  active: ThumbprintS256.nullable(),
  prepared: ThumbprintS256.nullable(),
  /** The one before the active one while it is still accepted: kept, since a roll back makes it the active one again. */
  previous: ThumbprintS256.nullable(),
  keyAlgorithm: KeyAlgorithm,
  rotateAfter: Instant.nullable(),
  run: z.object({ id: RunId, state: RunState }).nullable(),
  /** A rehearsal that is under way: a key and a certificate that come and go and are never used for anything. */
  drill: z.object({ id: DrillId }).nullable(),
})
export type DesiredSlot = z.infer<typeof DesiredSlot>

export const DesiredPrincipal = z.object({
  objectId: ObjectId,
  clientId: ClientId,
  /** Rises with every change; tokens cached under an older version are dropped. */
  version: z.int(),
  kind: z.enum(['system', 'user']),
  /** ARM ID of a user-assigned one; null for a system-assigned one. */
  resourceId: z.string().nullable(),
  /** Tokens of a suspended one are refused; its credentials go on rotating. */
  state: z.enum(['enabled', 'suspended']),
  instances: z.array(InstanceId),
  slot: DesiredSlot,
})
export type DesiredPrincipal = z.infer<typeof DesiredPrincipal>

/**
 * What tokens that agents have cached are good under. `revision` orders what comes on one connection; it counts from the
 * start of the server's process.
 */
export const TokenTerms = z.object({
  revision: z.int(),
  /** How many signing keys were revoked, ever: tokens had under another number may be signed by one of them. */
  keyEpoch: z.int(),
  /** Every registered audience; a token for one that is gone, or has another version than before, is not served again. */
  audiences: z.array(z.object({ uri: z.string(), appId: z.string(), version: z.int() })),
})
export type TokenTerms = z.infer<typeof TokenTerms>

/** Everything an agent should hold. `generation` rises with every change the server makes. */
export const DesiredState = z.object({
  generation: z.int(),
  serverTime: Instant,
  tenantId: TenantId,
  /** `https://host:port` of the authority, no trailing slash, and the issuer an assertion is addressed to. */
  authorityUrl: z.string(),
  assertionAudience: z.string(),
  /** PEM of what the authority's certificate is checked by besides the CA pinned at enrolment; absent where that is all. */
  authorityCas: z.string().optional(),
  /** PEM of Signet's own CAs for listeners, the next one long before it signs: trusted besides the one pinned (SEC-51). */
  serverCas: z.string(),
  instances: z.array(
    z.object({ id: InstanceId, name: z.string(), resourceId: z.string(), identityState: IdentityState }),
  ),
  principals: z.array(DesiredPrincipal),
  terms: TokenTerms,
  /** The agent certificate should be renewed at this time. */
  renewAfter: Instant,
  agentGeneration: z.int(),
})
export type DesiredState = z.infer<typeof DesiredState>

export const CertificateRequest = z.strictObject({ csr: DerBase64, runId: RunId.optional() })
export type CertificateRequest = z.infer<typeof CertificateRequest>
export const CertificateResponse = z.object({ x5tS256: ThumbprintS256, certificates: z.array(z.string()).min(1) })
export type CertificateResponse = z.infer<typeof CertificateResponse>

export const AcknowledgeRequest = z.strictObject({ x5tS256: ThumbprintS256 })
export type AcknowledgeRequest = z.infer<typeof AcknowledgeRequest>

/** The local protocols the agent answers in, the one most clients take first. */
export const LocalDialect = z.enum([
  'imds',
  'app-service',
  'app-service-2017',
  'machine-learning',
  'cloud-shell',
  'arc',
  'service-fabric',
])
export type LocalDialect = z.infer<typeof LocalDialect>

/** What a workload can be started with: a local protocol, or a file whose content the authority takes for an assertion. */
export const WorkloadDialect = z.enum([...LocalDialect.options, 'workload-identity'])
export type WorkloadDialect = z.infer<typeof WorkloadDialect>

/**
 * Where an agent answers in one dialect. The address is the one that the dialect's own variable takes: of IMDS the base
 * (`http://host:port`), of every other the whole address of the token endpoint.
 */
export const DialectEndpoint = z.strictObject({
  dialect: LocalDialect,
  url: z.string().min(1).max(300),
  /** A file on the instance that sets the variables of this dialect, to be sourced by a shell. */
  environmentFile: z.string().max(1_000),
  /** It answers clients that take it for their HTTP proxy, too: a setting of the agent that is off by default (SEC-108). */
  asProxy: z.literal(true).optional(),
})
export type DialectEndpoint = z.infer<typeof DialectEndpoint>

/** An agent that has more principals than these names so many; nothing follows from one that it leaves out then. */
export const mostReported = 1_000

/** Sent after a state was applied, and from time to time: what the agent holds and where it answers. */
export const ReportRequest = z.strictObject({
  /** Of the newest state whose every slot was tried. */
  generation: z.int().min(0),
  principals: z.array(ObjectId).max(mostReported),
  /** Those it may ask tokens for, in the version it knows: no token of an earlier version is in its cache any more. */
  known: z.array(z.strictObject({ objectId: ObjectId, version: z.int() })).max(mostReported),
  facts: AgentFacts,
  /** Of every dialect it serves; null before its port is open. */
  endpoints: z.array(DialectEndpoint).max(20).nullable(),
  errors: z
    .array(
      z.strictObject({
        slotId: SlotId,
        code: z.string().max(60),
        detail: z.string().max(500),
        /** How long the attempt took that failed. */
        durationMs: z.int().min(0).max(dayMs),
      }),
    )
    .max(100),
})
export type ReportRequest = z.infer<typeof ReportRequest>

/**
 * One step of a rehearsal, in the order of a rotation. `refused` is passed when the authority gives no token for the shadow
 * certificate; the last one is passed when nothing of it is left on the instance.
 */
export const DrillStep = z.strictObject({
  name: z.enum([
    'key_made',
    'key_stored',
    'certificate_issued',
    'certificate_stored',
    'acknowledged',
    'refused',
    'wiped',
  ]),
  startedAt: Instant,
  durationMs: z.int().min(0).max(dayMs),
  outcome: z.enum(['ok', 'failed']),
  errorCode: z.string().max(60).nullable(),
  detail: z.string().max(500),
})
export type DrillStep = z.infer<typeof DrillStep>

/** Sent once, when the rehearsal has ended one way or the other. */
export const DrillReport = z.strictObject({ steps: z.array(DrillStep).max(10) })
export type DrillReport = z.infer<typeof DrillReport>

/** Which of several identities a test asks for; wrong ones are sent as they are, so that the refusal can be seen. */
export const ProbeSelector = z.object({
  name: z.enum(['client_id', 'object_id', 'msi_res_id']),
  value: z.string().trim().min(1).max(500),
})
export type ProbeSelector = z.infer<typeof ProbeSelector>

/** The server asks the agent to call its own local endpoint, exactly as a workload would. */
export const ProbeRequest = z.object({
  probeId: z.guid(),
  instanceId: InstanceId,
  dialect: LocalDialect,
  resource: z.string(),
  bypassCache: z.boolean(),
  selector: ProbeSelector.nullable(),
  /** A token for this test alone: neither taken from the cache nor put there, so that no workload ever gets it. */
  isolated: z.boolean(),
})
export type ProbeRequest = z.infer<typeof ProbeRequest>

/** Longest texts of a step, in characters; what is longer is cut where the step is made, and where it is kept. */
export const longestOfStep = { title: 200, detail: 2_000, exchange: 6_000 } as const

const ExchangeText = z.string().max(longestOfStep.exchange)

/** A request and its answer as text, secrets and tokens taken out before it leaves where it was seen (SEC-171). */
export const Exchange = z.object({ request: ExchangeText, response: ExchangeText })
export type Exchange = z.infer<typeof Exchange>

/** One hop or check of a token request; `startMs` counts from the beginning of the whole test. */
export const ProbeStep = z.object({
  name: z.enum([
    'agent',
    'local-endpoint',
    'identity',
    'cache',
    'assertion',
    'authority',
    'client-authentication',
    'audience',
    'signature',
    'record',
  ]),
  title: z.string().max(longestOfStep.title),
  /** `running` only while the test is under way. */
  status: z.enum(['running', 'ok', 'failed', 'skipped']),
  startMs: z.number(),
  durationMs: z.number(),
  httpStatus: z.int().nullable(),
  detail: z.string().max(longestOfStep.detail),
  /** Of a failed step: why, as the catalogue names it, seen from this hop. */
  code: ErrorCode.nullable(),
  exchange: Exchange.nullable(),
})
export type ProbeStep = z.infer<typeof ProbeStep>

const mostSteps = 20

/** Sent while a test runs: steps that began or ended since the last report, by their place in the whole. */
export const ProbeStepsReport = z.strictObject({
  steps: z
    .array(
      z.strictObject({
        index: z
          .int()
          .min(0)
          .max(mostSteps - 1),
        step: ProbeStep,
      }),
    )
    .min(1)
    .max(mostSteps),
})
export type ProbeStepsReport = z.infer<typeof ProbeStepsReport>

export const ProbeResult = z.strictObject({
  steps: z.array(ProbeStep).max(mostSteps),
  /** Answer of the local endpoint as a workload gets it; all null when there was none. */
  status: z.int().nullable(),
  headers: z.record(z.string().max(100), z.string().max(2_000)).nullable(),
  accessToken: z.string().max(32_768).nullable(),
  errorBody: z.string().max(4_000).nullable(),
})
export type ProbeResult = z.infer<typeof ProbeResult>

/**
 * A principal whose key and tokens go at once. `version` is the principal's own: one older than the agent holds, or knows
 * to be revoked, means nothing.
 */
export const Revocation = z.object({ objectId: ObjectId, version: z.int(), reason: z.string().max(200) })
export type Revocation = z.infer<typeof Revocation>

/** A pause refuses tokens and keeps the key; every other revocation takes the key away too. */
export function isPause({ reason }: Pick<Revocation, 'reason'>): boolean {
  return reason === 'suspended'
}

/** Events of `GET /agent/v1/stream`, with the schema of their data. */
export const streamEvents = {
  /** First thing on every connection, then after every change. */
  state: DesiredState,
  /** Ahead of the state that no longer lists the principal. */
  revoke: Revocation,
  /** To everybody, when an audience changed or a signing key was revoked. */
  terms: TokenTerms,
  probe: ProbeRequest,
  hb: z.object({ serverTime: Instant }),
  /** The server closes the stream to spread connections; come back after this many milliseconds. */
  bye: z.object({ reconnectAfterMs: z.int() }),
} as const
export type StreamEventName = keyof typeof streamEvents
