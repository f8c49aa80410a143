import type { AttentionItem, AttentionKind, LifeStage, Severity } from '@signet/shared/api/overview'
import type { RotationSummary } from '@signet/shared/api/rotation'
import { minuteMs } from '@signet/shared/vocabulary/time'
import { span } from '../platform/span.ts'
import { addresses } from './address-rules.ts'
import type { AttentionFacts, Some, Troubled } from './attention-facts.ts'
import { item, mostNamed } from './attention-item.ts'
import { attentionLists } from './attention-lists.ts'
import { broadRules, endingCredentials } from './client-attention.ts'
import { isOverdue, lifeStage } from './life-left.ts'
import { pagePaths } from './page-paths.ts'

const ranks: Record<Severity, number> = { critical: 0, warning: 1, notice: 2 }

/**
 * What needs attention, the worst first: by severity, then by how much depends on it (dashboard §7.1). Each has one fix.
 * An empty answer means that all is clear.
 */
export function attentionOf(facts: AttentionFacts, nowMs: number): AttentionItem[] {
  return [
    ...identities(facts.failing, 'identity_failing', () => 'critical'),
    ...identities(facts.degraded, 'identity_degraded', (each) => degradedSeverity(each, nowMs)),
    ...identities(facts.waiting, 'identity_waiting', () => 'notice'),
    ...silentAgents(facts.silent, nowMs),
    ...quarantinedAgents(facts, nowMs),
    ...stuckRotations(facts, nowMs),
    ...failedRotations(facts.failed),
    ...endingCredentials(facts.ending, nowMs),
    ...broadRules(facts.broadApplications, 'application'),
    ...broadRules(facts.broadIdentities, 'identity'),
    ...authorities(facts, nowMs),
    ...endingRoot(facts, nowMs),
    ...signingKey(facts, nowMs),
    ...recoveryShares(facts),
    ...refusedValues(facts, nowMs),
    ...clock(facts),
    ...addresses(facts, nowMs),
  ].sort(
    (one, other) =>
      ranks[one.severity] - ranks[other.severity] ||
      other.requests - one.requests ||
      other.count - one.count ||
      one.key.localeCompare(other.key),
  )
}

type IdentityKind = Extract<AttentionKind, `identity_${string}`>

const identityWords: Record<IdentityKind, string> = {
  identity_failing: 'fail',
  identity_degraded: 'are degraded',
  identity_waiting: 'wait for an agent',
}

function identities(
  { items, total, isCapped }: Some<Troubled>,
  kind: IdentityKind,
  severityOf: (troubled: Troubled) => Severity,
): AttentionItem[] {
  const ordered = items.toSorted((one, other) => other.requests - one.requests)
  const named = ordered.slice(0, mostNamed).map((troubled) => {
    const { instance, requests } = troubled
    const { id, name, health } = instance
    const { code, label, tab } = health.fix ?? { code: 'check_agent', label: 'Look at it', tab: 'identity' }
    const severity = severityOf(troubled)
    return item(
      {
        key: `${kind} ${id}`,
        kind,
        severity,
        title: name,
        reason: health.reason,
        requests,
        target: instanceOf(instance),
      },
      { code, label, path: pagePaths.instance(id, tab) },
    )
  })
  const rest = total - named.length
  if (rest <= 0) return named
  const count = isCapped ? `More than ${rest}` : String(rest)
  const more = item(
    {
      key: kind,
      kind,
      severity: kind === 'identity_failing' ? 'critical' : kind === 'identity_degraded' ? 'warning' : 'notice',
      title: `${count} more ${rest === 1 ? 'identity' : 'identities'}`,
      reason: `They ${identityWords[kind]} too; those that are used most are named above.`,
      count: rest,
    },
    { code: 'open_list', label: isCapped ? 'Show all' : `Show all ${total}`, path: attentionLists[kind].path },
  )
  return [...named, more]
}

/** One that has next to nothing left of its certificate is about to fail. */
function degradedSeverity({ instance: { credential } }: Troubled, nowMs: number): Severity {
  return credential && lifeStage(credential, nowMs) === 2 ? 'critical' : 'warning'
}

function silentAgents({ items, total, isCapped }: Some<Troubled>, nowMs: number): AttentionItem[] {
  const kind = 'agent_silent'
  const [first] = items
  if (!first) return []
  const requests = Math.max(...items.map((each) => each.requests))
  const consequence = 'What it holds stays there; nothing can be rotated or removed until it is back.'
  if (total === 1) {
    const { instance } = first
    const seen = instance.agent?.lastSeenAt ?? null
    const since = seen === null ? 'was never seen' : `was last seen ${span(nowMs - seen)} ago`
    return [
      item(
        {
          ...{ key: `${kind} ${instance.id}`, kind, severity: 'notice', title: instance.name, requests },
          reason: `The agent ${since}. ${consequence}`,
          target: instanceOf(instance),
        },
        { code: 'check_agent', label: 'Check the agent', path: pagePaths.instance(instance.id, 'agent') },
      ),
    ]
  }
  const title = `${isCapped ? 'More than ' : ''}${total} agents`
  const reason =
    'They are not connected. What they hold stays there; nothing can be rotated or removed until they are back.'
  return [
    item(
      { key: kind, kind, severity: 'notice', title, reason, count: total, requests },
      { code: 'open_list', label: 'Show them', path: attentionLists[kind].path },
    ),
  ]
}

function quarantinedAgents({ quarantined }: AttentionFacts, nowMs: number): AttentionItem[] {
  const subject = { kind: 'agent_quarantined', severity: 'critical' } as const
  const named = quarantined.slice(0, mostNamed).map(({ agentId, agentName, instance, since }) =>
    item(
      {
        ...subject,
        key: `agent_quarantined ${agentId}`,
        title: instance?.name ?? agentName,
        reason: `Its agent is quarantined since ${span(nowMs - since)}: one renewal was asked for twice, so its key may be in other hands.`,
        target: instance && { kind: 'instance', ...instance },
      },
      instance
        ? { code: 'enroll_agent', label: 'Enroll it again', path: pagePaths.instance(instance.id, 'agent') }
        : { code: 'open_records', label: 'Show the record', path: pagePaths.audit(`target:${agentId}`) },
    ),
  )
  if (quarantined.length <= mostNamed) return named
  const reason = `More than ${mostNamed} agents are quarantined; the audit log has each of them.`
  const more = item(
    { ...subject, key: 'agent_quarantined', title: 'More quarantined agents', reason },
    { code: 'open_records', label: 'Show the records', path: pagePaths.audit('action:agent.quarantined') },
  )
  return [...named, more]
}

/** Those of identities that are named as failing or degraded are said there. */
function stuckRotations({ stuck, failing, degraded }: AttentionFacts, nowMs: number): AttentionItem[] {
  const [oldest] = stuck.items
  const named = new Set([...failing.items, ...degraded.items].map(({ instance }) => String(instance.id)))
  const isSaid = stuck.total <= stuck.items.length && stuck.items.every((run) => named.has(String(run.instance?.id)))
  if (!oldest || isSaid) return []
  const since = span(nowMs - oldest.requestedAt)
  const subject = { kind: 'rotation_stuck', severity: 'warning', count: stuck.total } as const
  if (stuck.total === 1) {
    return [
      item(
        {
          ...subject,
          key: `rotation_stuck ${oldest.id}`,
          title: nameOf(oldest),
          reason: `Its rotation waits for the agent since ${since}.`,
          target: targetOf(oldest),
        },
        { code: 'open_rotation', label: 'Open the rotation', path: pagePaths.rotation(oldest.id) },
      ),
    ]
  }
  const title = `${stuck.total} rotations`
  const reason = `They wait for their agents for more than an hour, the longest since ${since}.`
  const { path } = attentionLists.rotation_stuck
  return [item({ ...subject, key: 'rotation_stuck', title, reason }, { code: 'open_list', label: 'Show them', path })]
}

function failedRotations({ items, total }: AttentionFacts['failed']): AttentionItem[] {
  const subject = { kind: 'rotation_failed', severity: 'warning' } as const
  if (total > mostNamed) {
    const title = `Rotations of ${total} identities`
    const reason = 'Their latest rotations failed. The certificates in use are untouched, and each is tried again.'
    const { path } = attentionLists.rotation_failed
    return [
      item(
        { ...subject, key: 'rotation_failed', title, reason, count: total },
        { code: 'open_list', label: 'Show them', path },
      ),
    ]
  }
  return items.map((run) => {
    const failures = run.failures === 1 ? 'Its last rotation failed' : `Its last ${run.failures} rotations failed`
    return item(
      {
        ...subject,
        key: `rotation_failed ${run.principalId}`,
        title: nameOf(run),
        reason: `${failures}${run.errorDetail ? `: ${run.errorDetail}` : '.'}`,
        target: targetOf(run),
      },
      { code: 'open_rotation', label: 'Open the rotation', path: pagePaths.rotation(run.id) },
    )
  })
}

const rootSeverities: Record<Exclude<LifeStage, 50>, Severity> = { 25: 'notice', 10: 'notice', 2: 'warning' }
const authoritySeverities: Record<LifeStage, Severity> = { 50: 'notice', 25: 'notice', 10: 'warning', 2: 'critical' }

function authorities({ authorities: all }: AttentionFacts, nowMs: number): AttentionItem[] {
  return all.flatMap((authority) => {
    const stage = lifeStage(authority, nowMs)
    if (stage === null || !isOverdue(authority, authority.renewsAt, nowMs)) return []
    const left = authority.notAfter - nowMs
    const name = commonName(authority.subject)
    const subject = { key: `authority_expiring ${authority.id}`, kind: 'authority_expiring', title: name } as const
    return item(
      {
        ...subject,
        severity: authoritySeverities[stage],
        reason: left > 0 ? `At most ${stage} % of its life is left: it ends in ${span(left)}.` : 'It has expired.',
        target: { kind: 'certificate_authority', id: authority.id, name },
      },
      { code: 'open_keys', label: 'Open the keys', path: pagePaths.keys },
    )
  })
}

/** Nobody knows who has copied the roots: in the last quarter of the older one every copy from before has to be replaced. */
function endingRoot({ endingRoot: root }: AttentionFacts, nowMs: number): AttentionItem[] {
  const stage = root && lifeStage(root, nowMs)
  if (!root || stage === null || stage === undefined || stage === 50) return []
  const name = commonName(root.subject)
  const copies = `Copies of ca.pem from before ${new Date(root.nextSince).toISOString().slice(0, 10)} know no other root`
  return [
    item(
      {
        ...{ key: `root_ending ${root.id}`, kind: 'root_ending', title: name, severity: rootSeverities[stage] },
        reason: `It ends in ${span(Math.max(0, root.notAfter - nowMs))}. ${copies}: give those machines a new one.`,
        target: { kind: 'certificate_authority', id: root.id, name },
      },
      { code: 'give_roots', label: 'Make a copy', command: 'signet trust --pem' },
    ),
  ]
}

/** A key is half through its life when it begins to sign; what counts is that the next one takes over in time. */
function signingKey({ signingKey: key }: AttentionFacts, nowMs: number): AttentionItem[] {
  if (!isOverdue(key, key.nextAt, nowMs)) return []
  const left = key.notAfter - nowMs
  return [
    item(
      {
        key: 'signing_key_late',
        kind: 'signing_key_late',
        severity: lifeStage(key, nowMs) === 2 ? 'critical' : 'warning',
        title: `Signing key ${key.kid.slice(0, 8)}…`,
        reason: `${key.nextAt === null ? 'No key is published to follow it' : `The next key should sign since ${span(nowMs - key.nextAt)}`}; its certificate ${left > 0 ? `ends in ${span(left)}` : 'has expired'}.`,
        target: { kind: 'signing_key', id: key.kid, name: key.kid },
      },
      { code: 'open_keys', label: 'Open the keys', path: pagePaths.keys },
    ),
  ]
}

function recoveryShares({ sharesTaken }: AttentionFacts): AttentionItem[] {
  if (sharesTaken) return []
  return [
    item(
      {
        key: 'recovery_shares_missing',
        kind: 'recovery_shares_missing',
        severity: 'warning',
        title: 'Recovery shares',
        reason: 'None were taken yet: whoever loses the root key loses the data.',
      },
      { code: 'take_recovery_shares', label: 'Copy the command', command: 'signet recovery-shares' },
    ),
  ]
}

function refusedValues({ refusedValues: { items, total, isCapped } }: AttentionFacts, nowMs: number): AttentionItem[] {
  const [newest] = items
  if (!newest) return []
  const title = total === 1 ? 'A stored value' : `${isCapped ? 'More than ' : ''}${total} stored values`
  return [
    item(
      {
        key: 'integrity_failed',
        kind: 'integrity_failed',
        severity: 'critical',
        title,
        reason: `Did not open and was not used, last ${newest.label} ${span(nowMs - newest.at)} ago: it was changed, moved or never sealed.`,
        count: total,
      },
      { code: 'open_records', label: 'Show the records', path: attentionLists.integrity_failed.path },
    ),
  ]
}

function clock({ clockStep: step }: AttentionFacts): AttentionItem[] {
  if (!step) return []
  const by = Math.abs(step.byMs) < minuteMs ? `${Math.round(Math.abs(step.byMs) / 1_000)} s` : span(Math.abs(step.byMs))
  return [
    item(
      {
        key: 'clock_doubtful',
        kind: 'clock_doubtful',
        severity: 'warning',
        title: 'The server’s clock',
        reason: `It stepped ${step.byMs < 0 ? 'back' : 'forward'} by ${by}: nothing retires, is purged or pruned until it was steady for ten minutes.`,
      },
      { code: 'confirm_clock', label: 'The time is right', steppedAt: step.at },
    ),
  ]
}

function instanceOf({ id, name }: Troubled['instance']): AttentionItem['target'] {
  return { kind: 'instance', id, name }
}

function nameOf(run: RotationSummary): string {
  return run.instance?.name ?? run.principalName
}

function targetOf(run: RotationSummary): AttentionItem['target'] {
  return run.instance
    ? { kind: 'instance', ...run.instance }
    : { kind: 'principal', id: run.principalId, name: run.principalName }
}

function commonName(subject: string): string {
  return /CN=([^,\n]+)/.exec(subject)?.[1] ?? subject
}
