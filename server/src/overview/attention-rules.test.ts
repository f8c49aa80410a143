import { AttentionItem, AttentionKind } from '@signet/shared/api/overview'
import { InstanceSummary } from '@signet/shared/api/resources'
import { RotationSummary } from '@signet/shared/api/rotation'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { describe, expect, it } from 'vitest'
import { type AttentionFacts, type EndingClient, nobody, type Some, type Troubled } from './attention-facts.ts'
import { mostNamed } from './attention-item.ts'
import { attentionOf } from './attention-rules.ts'

const now = Date.UTC(2026, 10, 24, 9)
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

function troubled(n: number, requests = 0, change: Partial<InstanceSummary> = {}): Troubled {
  const instance = InstanceSummary.parse({
    ...{ id: id(n), name: `vm-${n}`, kind: 'vm', resourceId: '/x', identityState: 'on', turningOn: null },
    userAssigned: 0,
    health: {
      state: 'degraded',
      reason: 'Because.',
      fix: { code: 'check_agent', label: 'Check the agent', tab: 'agent' },
    },
    ...{ restorable: null, identity: null, credential: null, nextRotationAt: null, lastToken: null, agent: null },
    ...{ tags: {}, version: 1, createdAt: now },
  })
  return { instance: { ...instance, ...change }, requests }
}

function some<T>(...items: T[]): Some<T> {
  return { items, total: items.length }
}

function run(n: number, change: Partial<RotationSummary> = {}) {
  const summary = RotationSummary.parse({
    ...{ id: id(n), principalId: id(n), instance: { id: id(n), name: `vm-${n}` }, principalName: `vm-${n}` },
    ...{
      trigger: 'schedule',
      actor: { kind: 'system', id: null, label: 'x' },
      state: 'requested',
      from: null,
      to: null,
    },
    ...{ requestedAt: now - 3 * hourMs, preparedAt: null, activatedAt: null, finishedAt: null, overlapFrom: null },
    ...{ overlapUntil: null, attempts: 1, errorCode: null, errorDetail: null, waiting: null, reviewed: null },
  })
  return { ...summary, failures: 2, ...change }
}

const calm: AttentionFacts = {
  ...{ failing: nobody, degraded: nobody, waiting: nobody, silent: nobody, quarantined: [], stuck: nobody },
  ...{
    failed: nobody,
    ending: nobody,
    broadApplications: nobody,
    broadIdentities: nobody,
    authorities: [],
    endingRoot: undefined,
    sharesTaken: true,
    refusedValues: nobody,
    clockStep: null,
  },
  ...{ serverCertificate: undefined, answersCloudNames: false },
  signingKey: { kid: 'kid-of-a-key', notBefore: now - dayMs, notAfter: now + 100 * dayMs, nextAt: now + dayMs },
}
const lifeOf = (left: number) => ({ notBefore: now - (100 - left) * dayMs, notAfter: now + left * dayMs })
const authority = (left: number) => ({
  id: 'ca-1',
  subject: 'CN=Signet Root CA 1a2b',
  ...lifeOf(left),
  renewsAt: null as number | null,
})

function client(n: number, change: Partial<EndingClient> & { endsAt?: number } = {}): EndingClient {
  const { endsAt = now + 20 * dayMs, ...rest } = change
  const credential = { kind: 'secret', id: id(n), label: 'ci', endsAt, lastUsedAt: null } as const
  return { principalId: id(n), name: `app-${n}`, credential, isUsed: false, requests: 0, ...rest }
}
const broad = (n: number) => ({
  principalId: id(n),
  name: `id-${n}`,
  rule: 'main',
  warning: 'It trusts pull requests.',
})

/** One fact for every kind: a kind without an entry here does not compile. */
const causes: Record<AttentionKind, [Partial<AttentionFacts>, Partial<AttentionItem['fix']>]> = {
  identity_failing: [{ failing: some(troubled(1)) }, { path: `/instances/${id(1)}/agent` }],
  identity_degraded: [{ degraded: some(troubled(1)) }, { path: `/instances/${id(1)}/agent` }],
  identity_waiting: [{ waiting: some(troubled(1)) }, { path: `/instances/${id(1)}/agent` }],
  agent_silent: [{ silent: some(troubled(1)) }, { path: `/instances/${id(1)}/agent` }],
  agent_quarantined: [
    {
      quarantined: [{ agentId: id(9), agentName: 'host', instance: { id: id(1), name: 'vm-1' }, since: now - hourMs }],
    },
    { code: 'enroll_agent', path: `/instances/${id(1)}/agent` },
  ],
  rotation_stuck: [{ stuck: some(run(1)) }, { path: `/rotations/${id(1)}` }],
  rotation_failed: [{ failed: some(run(1)) }, { path: `/rotations/${id(1)}` }],
  client_credential_expiring: [{ ending: some(client(3)) }, { path: `/applications/${id(3)}/secrets` }],
  federation_broad: [{ broadIdentities: some(broad(4)) }, { path: `/identities/${id(4)}/federation` }],
  authority_expiring: [{ authorities: [authority(40)] }, { path: '/settings/keys' }],
  root_ending: [
    { endingRoot: { ...authority(20), nextSince: now - 40 * dayMs } },
    { command: 'signet trust --pem', path: null },
  ],
  signing_key_late: [
    { signingKey: { ...calm.signingKey, nextAt: null } },
    { code: 'open_keys', path: '/settings/keys' },
  ],
  recovery_shares_missing: [{ sharesTaken: false }, { command: 'signet recovery-shares', path: null }],
  integrity_failed: [
    { refusedValues: some({ label: 'signing_keys.private_enc', at: now - hourMs }) },
    { path: '/audit?filter=action%3Aintegrity.failure&range=7d' },
  ],
  server_certificate_expiring: [{ serverCertificate: lifeOf(2) }, { command: 'SIGNET_TLS_CERT_FILE', path: null }],
  cloud_names_answered: [{ answersCloudNames: true }, { command: 'SIGNET_CLOUD_NAMES=false', path: null }],
  clock_doubtful: [{ clockStep: { byMs: -3 * hourMs, at: now } }, { code: 'confirm_clock', path: null, command: null }],
}

function attention(facts: Partial<AttentionFacts>): AttentionItem[] {
  return attentionOf({ ...calm, ...facts }, now)
}

describe('what needs attention', () => {
  it('is nothing when nothing is wrong', () => {
    expect(attention({})).toEqual([])
  })

  it.each(AttentionKind.options)('is %s, with one fix that leads to where it is mended', (kind) => {
    const [facts, fix] = causes[kind]
    const [item, ...more] = attention(facts)
    expect(more).toEqual([])
    expect(AttentionItem.parse(item)).toEqual(item)
    expect(item).toMatchObject({ kind, count: 1, fix })
    expect(item?.reason).toMatch(/\.$/)
    expect(item?.fix.label).not.toBe('')
  })

  it('comes by severity, then by how often tokens are asked for', () => {
    const items = attention({
      failing: some(troubled(1, 3), troubled(2, 900)),
      degraded: some(troubled(3, 5_000)),
      sharesTaken: false,
      silent: some(troubled(4, 9_000)),
    })
    expect(items.map(({ kind, requests }) => [kind, requests])).toEqual([
      ['identity_failing', 900],
      ['identity_failing', 3],
      ['identity_degraded', 5_000],
      ['recovery_shares_missing', 0],
      ['agent_silent', 9_000],
    ])
  })

  it('names the ten that are used most of many and counts the rest', () => {
    const items = attention({
      failing: { items: Array.from({ length: 30 }, (_, n) => troubled(n, n)), total: 1_000, isCapped: true },
    })
    expect(items).toHaveLength(mostNamed + 1)
    expect(items[0]).toMatchObject({ title: 'vm-29', requests: 29 })
    expect(items.at(-1)).toMatchObject({
      title: 'More than 990 more identities',
      count: 990,
      fix: { path: '/instances?q=state%3Afailing' },
    })
  })

  it('names ten quarantined agents and says that there are more, with their records', () => {
    const agent = (n: number) => ({ agentId: id(n), agentName: `host-${n}`, instance: null, since: now - hourMs })
    const items = attention({ quarantined: Array.from({ length: mostNamed + 1 }, (_, n) => agent(n)) })
    expect(items).toHaveLength(mostNamed + 1)
    expect(items.find(({ key }) => key === 'agent_quarantined')).toMatchObject({
      title: 'More quarantined agents',
      fix: { path: '/audit?filter=action%3Aagent.quarantined&range=all' },
    })
  })

  it('has silent agents, late and failed rotations as one line when they are many', () => {
    const many = Array.from({ length: 12 }, (_, n) => run(n))
    const items = attention({
      silent: some(troubled(1), troubled(2, 7)),
      stuck: { items: many.slice(0, 6), total: 6 },
      failed: { items: many, total: 12 },
    })
    expect(items.map(({ title, count, fix }) => [title, count, fix.path])).toEqual([
      ['Rotations of 12 identities', 12, '/rotations/history?filter=last-failure%3Ayes'],
      ['6 rotations', 6, '/rotations/queue?filter=state%3Arequested%2Cprepared+requested%3A%3E1h'],
      ['2 agents', 2, '/instances?q=agent%3Asilent+state%3Apaused%2Cdisabling'],
    ])
  })

  it('says a late rotation once: not again where its identity is named for it', () => {
    expect(attention({ degraded: some(troubled(1)), stuck: some(run(1)) })).toHaveLength(1)
    expect(attention({ degraded: some(troubled(1)), stuck: some(run(1), run(2)) })).toHaveLength(2)
  })

  it.each([
    ['ends in weeks', 20 * dayMs, true, 'notice'],
    ['ends within a week', 3 * dayMs, false, 'warning'],
    ['has ended and is in use', -dayMs, true, 'critical'],
    ['has ended and nobody uses it', -dayMs, false, 'notice'],
  ] as const)('has what an application proves itself with by when it ends: it %s', (_name, left, isUsed, severity) => {
    const [item] = attention({ ending: some(client(1, { endsAt: now + left, isUsed })) })
    expect(item).toMatchObject({ severity, title: 'app-1', target: { kind: 'application' } })
    expect(item?.reason).toContain(left > 0 ? 'Its secret ci ends in' : 'Its secret ci ended')
  })

  it('counts the clients that it does not name, and leads to the list of them', () => {
    const items = attention({
      ending: { items: [client(1)], total: 12 },
      broadApplications: { items: [broad(2)], total: 3 },
      broadIdentities: { items: [broad(3)], total: 2 },
    })
    expect(items.flatMap(({ count, fix }) => (fix.code === 'open_list' ? [[count, fix.path]] : []))).toEqual([
      [11, '/applications?q=state%3Aenabled+expiring%3Ayes'],
      [2, '/applications?q=state%3Aenabled+broad%3Ayes'],
      [1, '/identities?q=state%3Aon+broad%3Ayes'],
    ])
  })

  it.each([
    [60, undefined],
    [50, 'notice'],
    [25, 'notice'],
    [10, 'warning'],
    [2, 'critical'],
    [-1, 'critical'],
  ])('has a certificate authority with %i %% of its life left as %s (SEC-53)', (left, severity) => {
    expect(attention({ authorities: [authority(left)] })[0]?.severity).toBe(severity)
  })

  it('has a certificate authority that is followed in time as nothing to do, and as late a day after', () => {
    const due = (renewsAt: number) => attention({ authorities: [{ ...authority(10), renewsAt }] })
    expect(due(now + dayMs)).toEqual([])
    expect(due(now - 2 * dayMs)[0]?.severity).toBe('warning')
  })

  it.each([
    [60, undefined],
    [40, undefined],
    [25, 'notice'],
    [2, 'warning'],
  ])('has a root with %i %% of its life left that hands over to another as %s', (left, severity) => {
    const endingRoot = { ...authority(left), nextSince: now - 40 * dayMs }
    expect(attention({ endingRoot })[0]?.severity).toBe(severity)
  })

  it('has a degraded identity whose certificate is at its last 2 % as critical (SEC-53)', () => {
    const credential = (left: number) => ({ ...troubled(1).instance, credential: { ...lifeOf(left) } as never })
    const severityAt = (left: number) => attention({ degraded: some(troubled(1, 0, credential(left))) })[0]?.severity
    expect([severityAt(10), severityAt(2)]).toEqual(['warning', 'critical'])
  })

  it('has a signing key only when the next one is late, however much of its life is over (SEC-53)', () => {
    const key = { ...calm.signingKey, ...lifeOf(1) }
    expect(attention({ signingKey: { ...key, nextAt: now - hourMs } })).toEqual([])
    expect(attention({ signingKey: { ...key, nextAt: now - 3 * hourMs } })[0]).toMatchObject({ severity: 'critical' })
  })
})
