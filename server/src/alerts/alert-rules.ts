import type { Expiry, ExpiryKind, LifeStage, Severity } from '@signet/shared/api/overview'
import type { AlertKind } from '@signet/shared/vocabulary/alerts'
import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import type { NewAuditEvent } from '../audit/index.ts'
import { attentionLists, pagePaths, type Troubles } from '../overview/index.ts'
import { span } from '../platform/span.ts'
import { keyOf, type Trouble } from './alert.ts'

/** An agent that restarts, or a server that does, is not silent. */
export const silenceMs = 10 * minuteMs

/** What happened once, with nothing that stands: it is told of for this long after the last time. */
export const toldForMs: Partial<Record<AlertKind, number>> = {
  integrity_failed: attentionLists.integrity_failed.withinMs,
  window_overridden: dayMs,
  new_host: 7 * dayMs,
}

/** What an act says about a trouble, in the transaction of the act; undefined where it says nothing. */
export function troubleOf(event: Act, instanceId?: string): Trouble | undefined {
  const { target } = event
  const rule = signals[event.action]
  return rule && target ? rule({ ...event, target }, instanceId) : undefined
}

/** An audit event, of whatever action. */
type Act = Omit<NewAuditEvent, 'action'> & { readonly action: string }

/** The alert that an act puts an end to, in the transaction of the act; undefined where it does not. */
export function endOf({ action, target }: Act): Pick<Trouble, 'kind' | 'subject'> | undefined {
  const kind = ends[action]
  return kind && target ? { kind, subject: target } : undefined
}

/** Somebody has looked after a halted rollout, whatever they decided. */
const ends: Readonly<Record<string, AlertKind>> = {
  'rollout.resumed': 'rollout_halted',
  'rollout.cancelled': 'rollout_halted',
  'rollout.rollback_started': 'rollout_halted',
  'rollout.completed': 'rollout_halted',
}

const hostWords: Readonly<Record<string, string>> = {
  agent: 'an agent',
  address: 'a network address',
  federated: 'a federated credential',
  more: 'more network addresses than are kept apart, each',
}

type Signal = (event: Act & { target: Trouble['subject'] }, instanceId?: string) => Trouble

const signals: Readonly<Record<string, Signal>> = {
  'rotation.failed': ({ target, reason, after }) => ({
    kind: 'rotation_failed',
    severity: 'warning',
    subject: target,
    // What has happened, the kind says.
    reason: `${reason ? `${reason} ` : ''}The certificate in use is untouched.`,
    fix: { label: 'Open the rotation', path: pagePaths.rotation(String(after?.['runId'])) },
  }),
  'agent.quarantined': ({ target }, instanceId) => ({
    kind: 'clone_detected',
    severity: 'critical',
    subject: target,
    reason: 'One renewal was asked for twice, so its key may be in other hands. The agent is quarantined.',
    fix: instanceId
      ? { label: 'Enroll it again', path: pagePaths.instance(instanceId, 'agent') }
      : { label: 'Show the record', path: pagePaths.audit(`target:${target.id}`) },
  }),
  'rollout.halted': ({ target, reason }) => ({
    kind: 'rollout_halted',
    severity: 'critical',
    subject: target,
    reason: reason ?? 'Too many of it have failed.',
    fix: { label: 'Open the rollout', path: pagePaths.rollout(target.id) },
  }),
  'rotation.window_overridden': ({ target, after }) => ({
    kind: 'window_overridden',
    severity: 'notice',
    subject: target,
    reason:
      after?.['heldBy'] === 'day limit'
        ? 'Its certificate was about to expire and the limit of a day of its policy left no room, so it rolls in spite of it. The limit is too low.'
        : 'Its certificate was about to expire and no window of its policy opened in time, so it rolls outside of them. The windows are too rare, or a freeze is too long.',
    fix: { label: 'Open the policy', path: pagePaths.rotationPolicy(String(after?.['policyId'])) },
  }),
  'identity.new_host': ({ target, after }) => ({
    kind: 'new_host',
    severity: 'notice',
    subject: target,
    reason: `It got a token from ${hostWords[String(after?.['host'])] ?? 'a host'} that it had not used before, as far as that is kept.`,
    fix: { label: 'Show its use', path: pagePaths.usage(`principal:${target.id}`) },
  }),
  'integrity.failure': ({ target }) => ({
    kind: 'integrity_failed',
    severity: 'critical',
    subject: target,
    reason: 'It was not used: it was changed or moved with something else than Signet.',
    fix: { label: 'Show the records', path: attentionLists.integrity_failed.path },
  }),
}

/** Of what ends, this many of a kind are looked at. */
const mostJudged = 200

/** What stands of one kind: the keys of its troubles, and whether these are all there are. */
export interface Standing {
  readonly keys: ReadonlySet<string>
  readonly isWhole: boolean
}

/** Kinds whose end is looked for by the clock; of these, some begin that way, too. */
export type StandingKind = Exclude<AlertKind, 'integrity_failed' | 'rollout_halted' | 'window_overridden' | 'new_host'>

/** @param judgesSilence false while agents may not have had the time to come back to this process */
export function standingOf(troubles: Troubles, found: readonly Trouble[], judgesSilence: boolean) {
  const { late, failed, quarantined, silent } = troubles
  const keys = (kind: AlertKind) =>
    found.filter((each) => each.kind === kind).map(({ subject, threshold }) => keyOf(subject, threshold))
  const whole = ({ items, total }: { items: readonly unknown[]; total: number }) => total <= items.length
  return {
    expiry_approaching: { keys: new Set(keys('expiry_approaching')), isWhole: troubles.overdue.length < mostJudged },
    rotation_late: { keys: new Set(keys('rotation_late')), isWhole: whole(late) },
    agent_silent: { keys: new Set(keys('agent_silent')), isWhole: judgesSilence && whole(silent) },
    rotation_failed: {
      keys: new Set(failed.items.map(({ principalId }) => keyOf({ kind: 'identity', id: principalId }))),
      isWhole: whole(failed),
    },
    clone_detected: {
      keys: new Set(quarantined.items.map(({ id }) => keyOf({ kind: 'agent', id }))),
      isWhole: whole(quarantined),
    },
  } satisfies Record<StandingKind, Standing>
}

/** Troubles that nothing but the clock tells of. */
export function troublesByTime(troubles: Troubles, nowMs: number, judgesSilence: boolean): Trouble[] {
  return [
    ...troubles.late.items.map(
      ({ id, principalId, principalName, requestedAt }): Trouble => ({
        kind: 'rotation_late',
        severity: 'warning',
        subject: { kind: 'identity', id: principalId, label: principalName },
        reason: `Its rotation waits for the agent since ${span(nowMs - requestedAt)}.`,
        fix: { label: 'Open the rotation', path: pagePaths.rotation(id) },
      }),
    ),
    ...(judgesSilence ? silentAgents(troubles, nowMs) : []),
    ...troubles.overdue.flatMap((expiry) => expiring(expiry, nowMs)),
  ]
}

function silentAgents({ silent }: Troubles, nowMs: number): Trouble[] {
  return silent.items.flatMap(({ id, name, agent }): Trouble[] => {
    if (!agent || agent.quarantined) return []
    const seen = agent.lastSeenAt
    if (seen !== null && nowMs - seen < silenceMs) return []
    const since = seen === null ? 'was never seen' : `was last seen ${span(nowMs - seen)} ago`
    return [
      {
        kind: 'agent_silent',
        severity: 'warning',
        subject: { kind: 'instance', id, label: name },
        reason: `The agent ${since}: nothing rolls there, and nothing can be taken away.`,
        fix: { label: 'Check the agent', path: pagePaths.instance(id, 'agent') },
      },
    ]
  })
}

const severities: Record<LifeStage, Severity> = { 50: 'notice', 25: 'notice', 10: 'warning', 2: 'critical' }

/** What rolls at half of its life: that it did not is told as a late rotation, or as a silent agent, at first. */
const rollAtHalf: readonly ExpiryKind[] = ['identity', 'agent_certificate']

const expiryWords: Record<ExpiryKind, { readonly what: string; readonly fix: string }> = {
  authority: { what: 'The certificate authority', fix: 'Show its record' },
  signing_key: { what: 'The signing key', fix: 'Show the records' },
  identity: { what: 'The certificate', fix: 'Look at the certificates' },
  client_secret: { what: 'The secret', fix: 'Replace the secret' },
  registered_certificate: { what: 'The certificate', fix: 'Replace the certificate' },
  server_certificate: { what: 'The certificate of the services', fix: 'Show the nearest expiries' },
  agent_certificate: { what: 'The agent certificate', fix: 'Check the agent' },
}

function expiring({ kind, id, name, notAfter, stage, path }: Expiry, nowMs: number): Trouble[] {
  if (stage === null || (stage === 50 && rollAtHalf.includes(kind))) return []
  const { what, fix } = expiryWords[kind]
  const left = notAfter - nowMs
  const fate = left > 0 ? `ends in ${span(left)}` : 'has expired'
  return [
    {
      kind: 'expiry_approaching',
      severity: severities[stage],
      subject: { kind, id, label: name },
      threshold: stage,
      reason: `${what} ${fate}, and nothing replaces it by itself in time.`,
      fix: { label: fix, path: path ?? '/expiries' },
    },
  ]
}
