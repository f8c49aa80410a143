import { z } from 'zod'
import { ActorKind } from '../vocabulary/audit-events.ts'
import { KeyAlgorithm } from '../vocabulary/credential-states.ts'
import { ObjectId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'
import { InstanceKind, Reason } from './resources.ts'
import { ResourceGroupName } from './user-identities.ts'

const minute = 60
const day = 86_400

/** A stretch of time that comes again: it opens at the times of `cron`, read in `zone`, and lasts for `minutes`. */
export const RotationWindow = z.strictObject({
  /** Five fields, or six with seconds first. */
  cron: z.string().trim().min(1).max(100),
  /** Of elapsed time, so that a change of the clocks does not stretch it. */
  minutes: z
    .int()
    .min(5)
    .max(31 * 1_440),
  /** IANA name of a time zone. */
  zone: z.string().trim().min(1).max(64),
})
export type RotationWindow = z.infer<typeof RotationWindow>

const Windows = z.array(RotationWindow).max(20).default([])

/**
 * When credentials roll. Rotation is due at `rotateAt` of the lifetime, less a share of up to `jitter` that each slot has
 * drawn once (SEC-146). What is due outside the windows, within a blackout or beyond the limit of a day, waits.
 */
export const RotationPolicy = z.object({
  lifetimeSeconds: z
    .int()
    .min(minute)
    .max(400 * day),
  rotateAt: z.number().min(0.2).max(0.9),
  overlapSeconds: z
    .int()
    .min(0)
    .max(30 * day),
  jitter: z.number().min(0.2).max(0.5).default(0.2),
  keyAlgorithm: KeyAlgorithm,
  /** Without any, every time is allowed. */
  windows: Windows,
  blackouts: Windows,
  /** No more scheduled rotations than this begin on one day (UTC); what is due beyond it waits for the next. Null: as many as are due. */
  perDayLimit: z.int().min(1).max(1_000_000).nullable().default(null),
})
export type RotationPolicy = z.infer<typeof RotationPolicy>

/** What a policy rules. The most specific one rules: of the identity, else of its group, else of the kind, else the default. */
export const PolicyScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('default') }),
  /** Slots on instances of a kind. */
  z.strictObject({ kind: z.literal('instances'), of: InstanceKind }),
  /** Identities in a resource group. */
  z.strictObject({ kind: z.literal('group'), of: ResourceGroupName }),
  z.strictObject({ kind: z.literal('identity'), of: ObjectId }),
])
export type PolicyScope = z.infer<typeof PolicyScope>

/** Scheduled rotations wait until then. */
export const RotationFreeze = z.object({
  /** Of the policy; `all` for every rotation there is. */
  policyId: z.union([z.literal('all'), z.guid()]),
  until: Instant,
  reason: z.string(),
  actor: z.object({ kind: ActorKind, id: z.string().nullable(), label: z.string() }),
  since: Instant,
})
export type RotationFreeze = z.infer<typeof RotationFreeze>

export const StoredRotationPolicy = RotationPolicy.extend({
  id: z.guid(),
  scope: PolicyScope,
  /** What it rules, in words; the name of the identity where it is of one. */
  label: z.string(),
  freeze: RotationFreeze.nullable(),
  version: z.int(),
  updatedAt: Instant,
})
export type StoredRotationPolicy = z.infer<typeof StoredRotationPolicy>

/** A policy that rules an identity, with what its windows, blackouts and freezes say of this moment. */
export const RulingPolicy = StoredRotationPolicy.extend({
  /** Whether scheduled rotations are allowed now. */
  isOpen: z.boolean(),
  /** When they are allowed next; null while they are, and when they are not within 400 days. */
  opensAt: Instant.nullable(),
})
export type RulingPolicy = z.infer<typeof RulingPolicy>

/** How many certificates each policy rules now. */
export const PolicyReach = z.object({ policyId: z.guid(), certificates: z.int() })
export type PolicyReach = z.infer<typeof PolicyReach>

/** What a change of policies would do, if it were made now. Days are of UTC, `day` their midnight. */
export const PolicyPreview = z.object({
  /** Certificates that the policy rules after the change, or ruled before it. */
  certificates: z.int(),
  /** Of which roll at another time than before. */
  changed: z.int(),
  /** Of which would roll within a minute. */
  atOnce: z.int(),
  /** Of which no window opens for in time: they roll shortly before they expire, whatever the windows say. */
  overridden: z.int(),
  /** How the limit by day acts on the certificates that the policy then rules; null without a limit. */
  limited: z
    .object({
      /** Rotations within 30 days that begin on a later day than they are due. */
      postponed: z.int(),
      /** Of which wait still when the 30 days are over: the limit is too low for what is due. */
      left: z.int(),
    })
    .nullable(),
  /** Of these certificates, on each of the next 30 days. */
  days: z.array(z.object({ day: Instant, before: z.int(), after: z.int() })),
  /** The first five. */
  next: z.array(z.object({ principalId: ObjectId, name: z.string(), at: Instant })),
  /** When rotations are allowed next: five stretches at most; none when they always are. */
  open: z.array(z.object({ from: Instant, until: Instant })),
})
export type PolicyPreview = z.infer<typeof PolicyPreview>

const params = z.object({ policyId: z.guid() })
const freezeParams = z.object({ policyId: RotationFreeze.shape.policyId })

export const rotationPoliciesApi = {
  list: route({
    method: 'GET',
    path: '/rotation-policies',
    summary: 'Rotation policies: the default first, then by what they rule',
    access: 'rotations.read',
    response: z.object({ items: z.array(StoredRotationPolicy) }),
  }),
  reach: route({
    method: 'GET',
    path: '/rotation-policies/reach',
    summary: 'How many certificates each rotation policy rules',
    access: 'rotations.read',
    response: z.object({ items: z.array(PolicyReach) }),
  }),
  preview: route({
    method: 'POST',
    path: '/rotation-policies/preview',
    summary: 'What saving a policy would do, or removing it (policy null); nothing is changed',
    access: 'rotations.read',
    body: z.strictObject({ scope: PolicyScope, policy: RotationPolicy.strict().nullable() }),
    response: PolicyPreview,
    question: true,
  }),
  create: route({
    method: 'POST',
    path: '/rotation-policies',
    summary: 'Create a rotation policy; due times of what it rules follow',
    access: 'policies.write',
    body: z.strictObject({ scope: PolicyScope, policy: RotationPolicy.strict(), reason: Reason }),
    response: StoredRotationPolicy,
    status: 201,
  }),
  show: route({
    method: 'GET',
    path: '/rotation-policies/:policyId',
    summary: 'One rotation policy',
    access: 'rotations.read',
    params,
    response: StoredRotationPolicy,
  }),
  change: route({
    method: 'PUT',
    path: '/rotation-policies/:policyId',
    summary: 'Change a rotation policy; due times of what it rules follow',
    access: 'policies.write',
    params,
    body: z.strictObject({ policy: RotationPolicy.strict(), reason: Reason }),
    response: StoredRotationPolicy,
    ifMatch: true,
  }),
  remove: route({
    method: 'DELETE',
    path: '/rotation-policies/:policyId',
    summary: 'Remove a rotation policy; what it ruled falls to the next less specific one. The default stays',
    access: 'policies.write',
    params,
    body: z.strictObject({ reason: Reason }),
    status: 204,
    ifMatch: true,
  }),
  ofIdentity: route({
    method: 'GET',
    path: '/identities/:principalId/rotation-policies',
    summary: 'The policies that rule an identity, one for each certificate that it has in use',
    access: 'rotations.read',
    params: z.object({ principalId: ObjectId }),
    response: z.object({ items: z.array(RulingPolicy) }),
  }),
  freezes: route({
    method: 'GET',
    path: '/rotation-freezes',
    summary: 'Freezes in force',
    access: 'rotations.read',
    response: z.object({ items: z.array(RotationFreeze) }),
  }),
  freeze: route({
    method: 'PUT',
    path: '/rotation-freezes/:policyId',
    summary: 'Hold scheduled rotations of a policy, or all of them, until a time; manual ones go on',
    access: 'rotations.write',
    params: freezeParams,
    body: z.strictObject({ until: Instant, reason: z.string().trim().min(1).max(200) }),
    response: RotationFreeze,
  }),
  unfreeze: route({
    method: 'DELETE',
    path: '/rotation-freezes/:policyId',
    summary: 'End a freeze; what waited rolls as its policy says. Repeating it changes nothing',
    access: 'rotations.write',
    params: freezeParams,
    body: z.strictObject({ reason: Reason }),
    status: 204,
  }),
}
