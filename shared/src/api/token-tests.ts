import { z } from 'zod'
import { ErrorCode } from '../errors.ts'
import { ClientId, InstanceId, ObjectId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { LocalDialect, ProbeSelector, ProbeStep } from '../wire/agent-protocol.ts'
import { route } from './contract.ts'
import { PageQuery, pageOf } from './paging.ts'
import { LocalEndpoints } from './resources.ts'

/** One check that any relying party would make. */
export const TokenCheck = z.object({
  name: z.enum(['signature', 'issuer', 'audience', 'validity', 'principal']),
  ok: z.boolean(),
  detail: z.string(),
})
export type TokenCheck = z.infer<typeof TokenCheck>

export const TestedToken = z.object({
  header: z.record(z.string(), z.unknown()),
  claims: z.record(z.string(), z.unknown()),
  checks: z.array(TokenCheck),
  /** First 8 characters of the SHA-256 of the token: enough to recognise it, useless to anybody else (SEC-172). */
  fingerprint: z.string(),
})
export type TestedToken = z.infer<typeof TestedToken>

/** What mends a failed test. */
export const TestFixCode = z.enum([
  'turn_on_identity',
  'resume_principal',
  'enroll_agent',
  'start_agent',
  'rotate_credential',
  'register_audience',
  'assign_role',
  'use_assigned_identity',
  'correct_request',
  'check_clock',
  'wait',
  'report_fault',
])
export type TestFixCode = z.infer<typeof TestFixCode>

/** One act that mends a failed test, or the way to it. */
export const TestFix = z.object({
  code: TestFixCode,
  /** What to do, in the imperative; fits on a button. */
  label: z.string(),
  /** What the act is about; null when it is the request itself. */
  target: z
    .object({
      kind: z.enum(['instance', 'principal', 'user-identity', 'audience', 'seconds', 'request']),
      id: z.string(),
    })
    .nullable(),
})
export type TestFix = z.infer<typeof TestFix>

export const TestFailure = z.object({
  /** The step that failed first; the ones around it failed because of it. */
  step: ProbeStep.shape.name,
  code: ErrorCode,
  cause: z.string(),
  /** What code on the instance gets, to the byte; null when there was no answer. */
  answer: z.object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.string() }).nullable(),
  fix: TestFix,
})
export type TestFailure = z.infer<typeof TestFailure>

export const TokenTestRequest = z.strictObject({
  instanceId: InstanceId,
  resource: z.string().trim().min(1).max(500),
  dialect: LocalDialect.default('imds'),
  bypassCache: z.boolean().default(false),
  /** A token of five minutes, made for this test and kept out of the agent's cache. */
  shortLived: z.boolean().default(false),
  selector: ProbeSelector.nullable().default(null),
})
export type TokenTestRequest = z.infer<typeof TokenTestRequest>

/** A token asked for through the real path: the agent's local endpoint, then the authority. Holds no token. */
export const TokenTest = z.object({
  /** Also the correlation ID of everything the test causes. */
  id: z.guid(),
  at: Instant,
  /** Who ran it. */
  actor: z.string(),
  instance: z.object({ id: InstanceId, name: z.string() }),
  resource: z.string(),
  dialect: LocalDialect,
  bypassCache: z.boolean(),
  shortLived: z.boolean(),
  selector: ProbeSelector.nullable(),
  outcome: z.enum(['running', 'ok', 'failed']),
  durationMs: z.number(),
  steps: z.array(ProbeStep),
  token: TestedToken.nullable(),
  failure: TestFailure.nullable(),
  /** Until when the raw token can be revealed; it can be revealed once. */
  revealableUntil: Instant.nullable(),
})
export type TokenTest = z.infer<typeof TokenTest>

/**
 * `GET /api/token-tests/{id}/events` (server-sent events): `progress` with all steps so far whenever one begins or ends,
 * then `result` with the whole test, after which the stream ends. Not a contract route, because it is a stream.
 */
export const tokenTestEventsPath = '/token-tests/:testId/events'
export const TokenTestProgress = z.object({ steps: z.array(ProbeStep) })
export type TokenTestProgress = z.infer<typeof TokenTestProgress>

/** A test in the list of those that are kept. */
export const TraceSummary = TokenTest.pick({
  id: true,
  at: true,
  actor: true,
  instance: true,
  resource: true,
  dialect: true,
  durationMs: true,
}).extend({ outcome: z.enum(['ok', 'failed']), code: ErrorCode.nullable() })
export type TraceSummary = z.infer<typeof TraceSummary>

export const TestTarget = z.object({
  id: InstanceId,
  name: z.string(),
  enabled: z.boolean(),
  connected: z.boolean(),
  /** Of the system-assigned identity. */
  clientId: ClientId.nullable(),
  /** User-assigned identities it can be asked for by a selector. */
  identities: z.array(
    z.object({ principalId: ObjectId, clientId: ClientId, name: z.string(), resourceId: z.string() }),
  ),
  /** Where its agent answers, all on loopback; null as long as it has not said so. */
  endpoints: LocalEndpoints.nullable(),
  dialects: z.array(z.object({ dialect: LocalDialect, refusal: z.string().nullable() })),
})
export type TestTarget = z.infer<typeof TestTarget>

/** What the tester offers to pick: names and loopback addresses, so that the developer role needs nothing else. */
export const TestTargets = z.object({
  instances: z.array(TestTarget),
  /** More instances match than are listed. */
  hasMore: z.boolean(),
  resources: z.array(z.object({ uri: z.string(), name: z.string() })),
})
export type TestTargets = z.infer<typeof TestTargets>

/** JSON Web Key Set as published by the authority (RFC 7517 §5). */
export const KeySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })
export type KeySet = z.infer<typeof KeySet>

/** What the server knows of an ID found in an error or a token. Names only: neither addresses nor IDs of others. */
export const TokenLookup = z.object({
  requests: z.array(
    z.object({
      at: Instant,
      instance: z.object({ id: InstanceId, name: z.string() }).nullable(),
      audience: z.string(),
      /** `ok`, or the catalogue code of the refusal. */
      outcome: z.string(),
      expiresAt: Instant.nullable(),
      kid: z.string().nullable(),
    }),
  ),
  /** A test under this ID that is still kept. */
  traceId: z.guid().nullable(),
  /** Whether the key set publishes a key with this ID; null when no key was asked about. */
  keyPublished: z.boolean().nullable(),
})
export type TokenLookup = z.infer<typeof TokenLookup>

const testParams = z.object({ testId: z.guid().toLowerCase() })

export const tokenTestsApi = {
  targets: route({
    method: 'GET',
    path: '/token-tests/targets',
    summary: 'Instances and audiences the tester offers',
    access: 'tokens.test',
    query: z.object({ q: z.string().trim().max(100).optional(), instanceId: InstanceId.optional() }),
    response: TestTargets,
  }),
  keys: route({
    method: 'GET',
    path: '/token-tests/keys',
    summary: 'The published key set, for the check in the browser',
    access: 'tokens.test',
    response: KeySet,
  }),
  start: route({
    method: 'POST',
    path: '/token-tests',
    summary: 'Start acquiring a token through the local endpoint of an instance; its steps are streamed',
    access: 'tokens.test',
    body: TokenTestRequest,
    response: TokenTest,
    status: 201,
  }),
  show: route({
    method: 'GET',
    path: '/token-tests/:testId',
    summary: 'A test: as it stands while it runs, and its result for as long as it is kept',
    access: 'tokens.test',
    params: testParams,
    response: TokenTest,
  }),
  reveal: route({
    method: 'POST',
    path: '/token-tests/:testId/reveal',
    summary: 'The raw token of a test, once, to a freshly confirmed operator; audited',
    access: 'tokens.reveal',
    params: testParams,
    body: z.strictObject({}),
    response: z.object({ token: z.string() }),
    secret: true,
  }),
  traces: route({
    method: 'GET',
    path: '/traces',
    summary: 'Tests of the last seven days, newest first',
    access: 'tokens.test',
    query: PageQuery.extend({ instanceId: InstanceId.optional(), outcome: z.enum(['ok', 'failed']).optional() }),
    response: pageOf(TraceSummary),
  }),
  trace: route({
    method: 'GET',
    path: '/traces/:traceId',
    summary: 'One finished test, step by step, without its token',
    access: 'tokens.test',
    params: z.object({ traceId: z.guid().toLowerCase() }),
    response: TokenTest,
  }),
  lookUp: route({
    method: 'POST',
    path: '/token-lookups',
    summary: 'What is known of a correlation ID, a token number (uti) or a key ID; audited when the token log is read',
    access: 'tokens.test',
    body: z.strictObject({ kind: z.enum(['correlation', 'uti', 'kid']), value: z.string().trim().min(1).max(100) }),
    response: TokenLookup,
  }),
}
