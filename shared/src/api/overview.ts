import { z } from 'zod'
import { HealthState } from '../vocabulary/credential-states.ts'
import { InstanceId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { AuditEvent } from './audit.ts'
import { route } from './contract.ts'
import { PageQuery, pageOf } from './paging.ts'

/** Address of a page of the dashboard, with its filter; never of another host. */
export const PagePath = z.string().regex(/^\/(?![/\\])/)

/** `critical`: something is refused now, or cannot be trusted; `warning`: it will be; `notice`: somebody should know. */
export const Severity = z.enum(['critical', 'warning', 'notice'])
export type Severity = z.infer<typeof Severity>

export const AttentionKind = z.enum([
  'identity_failing',
  'identity_degraded',
  'identity_waiting',
  'agent_silent',
  'agent_quarantined',
  'rotation_stuck',
  'rotation_failed',
  'client_credential_expiring',
  'federation_broad',
  'authority_expiring',
  'root_ending',
  'signing_key_late',
  'recovery_shares_missing',
  'integrity_failed',
  'clock_doubtful',
  'server_certificate_expiring',
  'cloud_names_answered',
])
export type AttentionKind = z.infer<typeof AttentionKind>

/** The one thing to do: a page to go to, a command for the server's host, or, with neither, an act of the page itself. */
export const AttentionFix = z.object({
  code: z.enum([
    'turn_on',
    'restore',
    'resume',
    'enroll_agent',
    'check_agent',
    'rotate',
    'open_list',
    'open_rotation',
    'open_records',
    'open_keys',
    'give_roots',
    'open_credentials',
    'take_recovery_shares',
    'confirm_clock',
    'change_setting',
  ]),
  label: z.string(),
  path: PagePath.nullable(),
  command: z.string().nullable(),
  /** The step of the clock that is told of: what `confirm_clock` confirms, and no other. */
  steppedAt: Instant.nullable(),
})
export type AttentionFix = z.infer<typeof AttentionFix>

/** One thing that somebody should look after, or many of one kind. */
export const AttentionItem = z.object({
  /** The same for the same trouble each time. */
  key: z.string(),
  severity: Severity,
  kind: AttentionKind,
  title: z.string(),
  /** Why, in one sentence. */
  reason: z.string(),
  target: z.object({ kind: z.string(), id: z.string(), name: z.string() }).nullable(),
  /** How many it stands for. */
  count: z.int(),
  /** Token requests in the last 24 hours of what is concerned, refused ones too; counted up to 20,000 for each. */
  requests: z.int(),
  fix: AttentionFix,
})
export type AttentionItem = z.infer<typeof AttentionItem>

/** Steps of the first-run list, in their order. */
export const FirstStep = z.enum([
  'agent_enrolled',
  'identity_on',
  'token_tested',
  'own_token',
  'recovery_shares',
  'second_instance',
])
export type FirstStep = z.infer<typeof FirstStep>

/** Part of its life that something has left at most, in percent (SEC-53). */
export const LifeStage = z.union([z.literal(50), z.literal(25), z.literal(10), z.literal(2)])
export type LifeStage = z.infer<typeof LifeStage>

/** What has an end. `server_certificate` is the operator's own, `registered_certificate` of an application. */
export const ExpiryKind = z.enum([
  'authority',
  'signing_key',
  'identity',
  'client_secret',
  'registered_certificate',
  'server_certificate',
  'agent_certificate',
])
export type ExpiryKind = z.infer<typeof ExpiryKind>

/** A certificate, key or secret and its end. */
export const Expiry = z.object({
  kind: ExpiryKind,
  id: z.string(),
  name: z.string(),
  notAfter: Instant,
  /** Part of its life that is left, 0 to 1. */
  lifeLeft: z.number(),
  /** When its successor takes over by itself; null when none is planned. */
  renewsAt: Instant.nullable(),
  stage: LifeStage.nullable(),
  /** Nothing replaces it in time: nothing is planned, or what was planned did not happen. */
  overdue: z.boolean(),
  path: PagePath.nullable(),
})
export type Expiry = z.infer<typeof Expiry>

const Hour = z.object({ at: Instant, issued: z.int(), refused: z.int() })

export const Overview = z.object({
  at: Instant,
  fleet: z.object({
    instances: z.int(),
    states: z.record(HealthState, z.int()),
    agents: z.object({ connected: z.int(), silent: z.int(), none: z.int() }),
    /** User-assigned identities that are not deleted. */
    userIdentities: z.int(),
  }),
  /** The last 24 hours, each from its beginning; the last one is not over. Refusals are those of known clients. */
  tokens: z.object({ hours: z.array(Hour).length(24), issued: z.int(), refused: z.int() }),
  /** Planned rotations of each of 14 days (UTC), today first. */
  rotations: z.array(z.object({ day: Instant, planned: z.int() })).length(14),
  /** The key that signs now, and when the next one takes over. */
  signingKey: z.object({ kid: z.string(), nextAt: Instant.nullable() }),
  /** The nearest five of everything that lives longer than a day or two (SEC-53). */
  expiries: z.array(Expiry).max(5),
  openJobs: z.int(),
  /** The newest acts that an operator would want to know; null for a role that does not read the audit log. */
  changes: z.array(AuditEvent).nullable(),
  firstRun: z.object({
    steps: z.array(z.object({ step: FirstStep, done: z.boolean() })),
    /** The instance that was registered first. */
    instanceId: InstanceId.nullable(),
  }),
})
export type Overview = z.infer<typeof Overview>

export const overviewApi = {
  overview: route({
    method: 'GET',
    path: '/overview',
    summary: 'The deployment in numbers: fleet, tokens, rotations, keys, recent changes',
    access: 'instances.read',
    response: Overview,
  }),
  expiries: route({
    method: 'GET',
    path: '/expiries',
    summary: 'Everything that expires, the nearest first (SEC-53)',
    access: 'instances.read',
    query: PageQuery.extend({ kind: ExpiryKind.optional() }),
    response: pageOf(Expiry),
  }),
  attention: route({
    method: 'GET',
    path: '/attention',
    summary: 'What needs attention, the worst first, each with the one thing to do about it',
    access: 'instances.read',
    response: z.object({ checkedAt: Instant, items: z.array(AttentionItem) }),
  }),
}
