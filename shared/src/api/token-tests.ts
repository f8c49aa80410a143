import { z } from 'zod'
import { InstanceId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { LocalDialect, ProbeStep } from '../wire/agent-protocol.ts'
import { route } from './contract.ts'

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

/** A token acquired through the real path: the agent's local endpoint, then the authority. */
export const TokenTest = z.object({
  id: z.guid(),
  at: Instant,
  instance: z.object({ id: InstanceId, name: z.string() }),
  resource: z.string(),
  dialect: LocalDialect,
  outcome: z.enum(['ok', 'failed']),
  durationMs: z.number(),
  steps: z.array(ProbeStep),
  token: TestedToken.nullable(),
  error: z.object({ status: z.int().nullable(), body: z.string(), fix: z.string() }).nullable(),
  /** Until when the raw token can be revealed; it can be revealed once. */
  revealableUntil: Instant.nullable(),
})
export type TokenTest = z.infer<typeof TokenTest>

/** What the tester offers to pick: names only, so that the developer role needs nothing else. */
export const TestTargets = z.object({
  instances: z.array(z.object({ id: InstanceId, name: z.string(), enabled: z.boolean(), connected: z.boolean() })),
  resources: z.array(z.object({ uri: z.string(), name: z.string() })),
})
export type TestTargets = z.infer<typeof TestTargets>

/** JSON Web Key Set as published by the authority (RFC 7517 §5). */
export const KeySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })
export type KeySet = z.infer<typeof KeySet>

export const tokenTestsApi = {
  targets: route({
    method: 'GET',
    path: '/token-tests/targets',
    summary: 'Instances and audiences the tester offers',
    access: 'tokens.test',
    response: TestTargets,
  }),
  run: route({
    method: 'POST',
    path: '/token-tests',
    summary: 'Acquire a token through the local endpoint of an instance and check it',
    access: 'tokens.test',
    body: z.strictObject({
      instanceId: InstanceId,
      resource: z.string().trim().min(1).max(500),
      dialect: LocalDialect.default('imds'),
      bypassCache: z.boolean().default(false),
    }),
    response: TokenTest,
    status: 201,
  }),
  reveal: route({
    method: 'POST',
    path: '/token-tests/:testId/reveal',
    summary: 'The raw token of a test, once, to a freshly confirmed operator; audited',
    access: 'tokens.reveal',
    params: z.object({ testId: z.guid() }),
    body: z.strictObject({}),
    response: z.object({ token: z.string() }),
    secret: true,
  }),
  keys: route({
    method: 'GET',
    path: '/token-tests/keys',
    summary: 'The published key set, for the check in the browser',
    access: 'tokens.test',
    response: KeySet,
  }),
}
