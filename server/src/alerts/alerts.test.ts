import { Alert } from '@signet/shared/api/alerts'
import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, enrolledInstance, given, identityOn, rowsOf, tamper } from '../../test/stack.ts'
import { type AlertStand, openAlertStand } from './testing/alert-stand.ts'

let stand: AlertStand

beforeEach(async () => {
  stand = await openAlertStand()
})
afterEach(() => stand.close())

async function alertsOf(state: 'open' | 'acknowledged' | 'resolved' = 'open') {
  return (await stand.alerts.page({ state, limit: 200 })).items.map((one) => Alert.parse(one))
}

const told = async (state: 'open' | 'acknowledged' | 'resolved' = 'open') =>
  (await alertsOf(state)).map(({ kind, subject, threshold }) => [kind, subject.label, threshold])

async function failRotation(principalId: Parameters<AlertStand['rotation']['rollover']['rotateNow']>[1]) {
  await stand.rotation.rollover.rotateNow(contextOf(), principalId)
  stand.clock.advance(25 * hourMs)
  await stand.scheduler().turn()
}

describe('alerts of acts', () => {
  it('opens one in the transaction in which a rotation fails, with the one page to go to, and resolves it once it rolled', async () => {
    const { principalId, slotId, agent } = await identityOn(stand, 'web-1')
    await failRotation(principalId)
    const [alert] = await alertsOf()
    const [run] = await rowsOf(stand, 'rotation_runs')
    expect(alert).toMatchObject({
      kind: 'rotation_failed',
      severity: 'warning',
      subject: { kind: 'identity', id: principalId },
    })
    expect(given(alert).fix.path).toMatch(/^\/rotations\//)
    expect(run).toBeDefined()
    stand.clock.advance(2 * dayMs)
    await stand.scheduler().turn()
    await stand.alertWatch.turn()
    expect((await told()).map(([kind]) => kind)).toContain('rotation_failed')
    await agent.roll(slotId)
    await stand.alertWatch.turn()
    expect((await told()).map(([kind]) => kind)).not.toContain('rotation_failed')
    expect((await told('resolved')).map(([kind]) => kind)).toContain('rotation_failed')
  })

  it('opens one when an identity is used from a new host, and lets it go after a week', async () => {
    const { principalId } = await identityOn(stand, 'web-1')
    const seen = () =>
      stand.audit.record(contextOf(), {
        action: 'identity.new_host',
        target: { kind: 'identity', id: principalId, label: 'web-1' },
        after: { host: 'agent', hostId: 'a' },
      })
    await seen()
    await seen()
    expect(await alertsOf()).toMatchObject([
      {
        ...{ kind: 'new_host', severity: 'notice', occurrences: 2, subject: { id: principalId } },
        fix: { path: `/usage?q=principal%3A${principalId}` },
      },
    ])
    stand.clock.advance(7 * dayMs)
    await stand.alertWatch.turn()
    expect((await told()).map(([kind]) => kind)).not.toContain('new_host')
  })

  it('is undone with the act that it tells of', async () => {
    const act = stand.database.transact(async (tx) => {
      await stand.audit.append(tx, contextOf('system'), {
        action: 'integrity.failure',
        target: { kind: 'webhooks', id: 'x', label: 'webhooks.secret_enc' },
      })
      throw new Error('undone')
    })
    await expect(act).rejects.toThrow('undone')
    expect(await told()).toEqual([])
  })

  it('counts what happens again, and tells nobody twice', async () => {
    const refused = { action: 'integrity.failure', target: { kind: 'x', id: 'x', label: 'x' } } as const
    await stand.audit.record(contextOf('system'), refused)
    stand.clock.advance(hourMs)
    await stand.audit.record(contextOf('system'), refused)
    const [alert, ...more] = await alertsOf()
    expect(more).toEqual([])
    expect(alert).toMatchObject({
      kind: 'integrity_failed',
      severity: 'critical',
      occurrences: 2,
      lastAt: stand.clock.now(),
    })
    stand.clock.advance(8 * dayMs)
    await stand.alertWatch.turn()
    expect(await told()).toEqual([])
  })

  it('tells of a rotation that no window opened for in time, and no longer a day later', async () => {
    const { agent, slotId } = await identityOn(stand, 'web-1')
    const due = async () => given((await stand.store.slot(slotId))?.rotate_after)
    const until = stand.clock.now() + 365 * dayMs
    await stand.rotation.policies.freeze(contextOf(), 'all', { until, reason: 'forgotten' })
    await stand.rotation.replanner.turn()
    stand.clock.advance((await due()) - stand.clock.now())
    await stand.rotation.scheduler.turn()
    const policy = await stand.rotation.policies.current()
    expect((await alertsOf()).find(({ kind }) => kind === 'window_overridden')).toMatchObject({
      ...{ severity: 'notice', subject: { label: 'web-1' }, occurrences: 1 },
      fix: { path: `/settings/policies/${policy.id}` },
    })
    await agent.roll(slotId)
    stand.clock.advance(dayMs)
    await stand.alertWatch.turn()
    expect((await told()).map(([kind]) => kind)).not.toContain('window_overridden')
    expect((await told('resolved')).map(([kind]) => kind)).toContain('window_overridden')
  })

  it('tells of a clone, with the page where the instance is enrolled again (SEC-42)', async () => {
    const { agent, instance } = await enrolledInstance(stand, 'web-1')
    await tamper(stand, `UPDATE agents SET state = 'quarantined' WHERE id = '${agent.id}'`)
    await stand.audit.record(contextOf('agent'), {
      action: 'agent.quarantined',
      target: { kind: 'agent', id: agent.id, label: 'web-1' },
    })
    stand.clock.advance(1)
    await stand.alertWatch.turn()
    expect(await alertsOf()).toMatchObject([
      { kind: 'clone_detected', severity: 'critical', fix: { path: `/instances/${instance.id}/agent` } },
    ])
    await tamper(stand, `UPDATE agents SET state = 'revoked' WHERE id = '${agent.id}'`)
    await stand.alertWatch.turn()
    expect(await told()).toEqual([])
  })

  it('becomes one alert where many fail at once, and that one stands until the last of them is over', async () => {
    const fail = (id: string) =>
      stand.audit.record(contextOf('system'), {
        action: 'rotation.failed',
        target: { kind: 'identity', id, label: id },
      })
    for (let n = 0; n < 40; n++) await fail(`identity-${n}`)
    expect(await told()).toHaveLength(26)
    expect((await alertsOf()).at(0)).toMatchObject({ subject: { kind: 'fleet' }, occurrences: 15 })
    stand.clock.advance(1)
    await stand.alertWatch.turn()
    expect(await told()).toEqual([])
  })
})

describe('alerts by the clock', () => {
  it('tells of a secret at 50, 25, 10 and 2 percent of its life, once each, and one at a time (SEC-53)', async () => {
    const { principalId } = await stand.applications.create(contextOf(), 'billing')
    const lifetimeSeconds = (100 * dayMs) / 1_000
    await stand.applications.addSecret(contextOf(), principalId, { description: 'main', lifetimeSeconds })
    const seen: unknown[] = []
    for (const day of [49, 51, 60, 76, 91, 99, 101]) {
      stand.clock.advance(
        day * dayMs - (stand.clock.now() - given((await rowsOf(stand, 'client_secrets'))[0]).created_at),
      )
      await stand.alertWatch.turn()
      seen.push(
        ...(await alertsOf()).map(({ subject, threshold, severity }) => [day, subject.label, threshold, severity]),
      )
    }
    expect(seen).toEqual([
      [51, 'billing: main', 50, 'notice'],
      [60, 'billing: main', 50, 'notice'],
      [76, 'billing: main', 25, 'notice'],
      [91, 'billing: main', 10, 'warning'],
      [99, 'billing: main', 2, 'critical'],
      [101, 'billing: main', 2, 'critical'],
    ])
    expect(await rowsOf(stand, 'alerts')).toHaveLength(4)
    const [secret] = await rowsOf(stand, 'client_secrets')
    await stand.applications.removeSecret(contextOf(), principalId, given(secret).id)
    await stand.alertWatch.turn()
    expect(await told()).toEqual([])
  })

  it('says nothing of what rolls by itself until it is overdue', async () => {
    const { slotId, agent, first } = await identityOn(stand, 'web-1')
    const [slot] = await stand.store.openSlots({})
    const due = given(slot?.rotate_after)
    stand.clock.advance(due - stand.clock.now())
    await stand.alertWatch.turn()
    expect((await told()).map(([kind]) => kind)).toEqual(['agent_silent'])
    await stand.scheduler().turn()
    stand.clock.advance(2 * hourMs)
    await stand.alertWatch.turn()
    expect((await told()).map(([kind]) => kind)).toContain('rotation_late')
    stand.clock.advance(first.notAfter - 20 * dayMs - stand.clock.now())
    await stand.alertWatch.turn()
    expect(await told()).toContainEqual(['expiry_approaching', 'web-1', 25])
    await stand.scheduler().turn()
    stand.clock.advance(dayMs)
    await stand.scheduler().turn()
    await agent.roll(slotId)
    await stand.alertWatch.turn()
    expect((await told()).map(([kind]) => kind)).not.toContain('rotation_late')
    expect((await told()).map(([kind]) => kind)).not.toContain('expiry_approaching')
  })

  it('tells of an agent that stays away, but not in the first ten minutes of a server', async () => {
    await identityOn(stand, 'web-1')
    stand.clock.advance(9 * minuteMs)
    await stand.alertWatch.turn()
    expect(await told()).toEqual([])
    stand.clock.advance(2 * minuteMs)
    await stand.alertWatch.turn()
    expect(await told()).toEqual([['agent_silent', 'web-1', null]])
    const [first] = await alertsOf()
    await stand.alertWatch.turn()
    expect(await alertsOf()).toEqual([first])
  })

  it('opens one alert where two processes find the same trouble', async () => {
    await identityOn(stand, 'web-1')
    stand.clock.advance(11 * minuteMs)
    await Promise.all([stand.alertWatch.turn(), stand.alertWatch.turn()])
    expect(await told()).toEqual([['agent_silent', 'web-1', null]])
  })
})

describe('acknowledging', () => {
  it('is of one person, with a note, on record; a resolved one takes none', async () => {
    await identityOn(stand, 'web-1')
    stand.clock.advance(11 * minuteMs)
    await stand.alertWatch.turn()
    const [alert] = await alertsOf()
    const { id } = given(alert)
    const [one, two] = await Promise.allSettled([
      stand.alerts.acknowledge(contextOf('operator', 'Ada'), id, 'on it'),
      stand.alerts.acknowledge(contextOf('operator', 'Bob'), id, undefined),
    ])
    expect(one).toMatchObject({ value: { state: 'acknowledged', acknowledged: { by: 'Ada', note: 'on it' } } })
    expect(two).toMatchObject({ reason: { code: 'conflict' } })
    expect(await stand.alerts.count()).toEqual({ open: 0, acknowledged: 1, worst: null })
    expect((await stand.audit.newestOf('alert.acknowledged'))?.reason).toBe('on it')
    await stand.alertWatch.turn()
    expect(await told('acknowledged')).toEqual([['agent_silent', 'web-1', null]])
    await tamper(stand, 'UPDATE alerts SET resolved_at = 1, acknowledged_at = NULL')
    await expect(stand.alerts.acknowledge(contextOf(), id, undefined)).rejects.toMatchObject({ code: 'conflict' })
  })
})
