import type { PolicyScope, RotationPolicy, RotationWindow } from '@signet/shared/api/rotation-policies'
import { SlotId } from '@signet/shared/vocabulary/identifiers'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  auditTrail,
  contextOf,
  enrolledInstance,
  given,
  identityOn,
  newestRun,
  openSlotOf,
  openStack,
  rowsOf,
  type Stack,
} from '../../test/stack.ts'
import { ResourceGroups } from '../resources/resource-groups.ts'
import { safetyLimit } from './rotation-policy.ts'
import { RotationReplanner } from './rotation-replanner.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const lifetimes = { default: 90 * 86_400, short: 10 * 86_400, shorter: 5 * 86_400, shortest: 2 * 86_400 }

async function rules(change: Partial<RotationPolicy> = {}): Promise<RotationPolicy> {
  return { ...(await stack.rotation.policies.current()), ...change }
}

async function create(scope: PolicyScope, change: Partial<RotationPolicy> = {}) {
  return stack.rotation.policies.create(contextOf(), { scope, policy: await rules(change) })
}

const dueOf = async (principalId: Parameters<typeof openSlotOf>[1]) =>
  given((await openSlotOf(stack, principalId)).rotate_after)

/** In which of the lifetimes above the slot is due at the latest. */
async function rulingLifetime(principalId: Parameters<typeof openSlotOf>[1]): Promise<number> {
  const [policy] = await stack.rotation.policies.ofIdentity(principalId)
  return given(policy).lifetimeSeconds
}

const never: RotationWindow = { cron: '0 3 1 1 *', minutes: 5, zone: 'UTC' }
const nightly: RotationWindow = { cron: '0 2 * * *', minutes: 120, zone: 'UTC' }

describe('the most specific policy', () => {
  it('rules: of the identity before its group, its group before the kind, the kind before the default', async () => {
    const { principalId } = await identityOn(stack)
    expect(await rulingLifetime(principalId)).toBe(lifetimes.default)
    const kind = await create({ kind: 'instances', of: 'host' }, { lifetimeSeconds: lifetimes.short })
    expect(await rulingLifetime(principalId)).toBe(lifetimes.short)
    const group = await create({ kind: 'group', of: 'DEFAULT' }, { lifetimeSeconds: lifetimes.shorter })
    expect(await rulingLifetime(principalId)).toBe(lifetimes.shorter)
    const own = await create({ kind: 'identity', of: principalId }, { lifetimeSeconds: lifetimes.shortest })
    expect(await rulingLifetime(principalId)).toBe(lifetimes.shortest)
    expect((await dueOf(principalId)) - stack.clock.now()).toBeLessThanOrEqual(lifetimes.shortest * 500)
    for (const [{ id }, lifetime] of [
      [own, lifetimes.shorter],
      [group, lifetimes.short],
      [kind, lifetimes.default],
    ] as const) {
      await stack.rotation.policies.remove(contextOf(), id, {})
      expect(await rulingLifetime(principalId)).toBe(lifetime)
      expect((await dueOf(principalId)) - stack.clock.now()).toBeGreaterThanOrEqual(lifetime * 100)
    }
  })

  it('rules what comes later too: a new slot on an instance of the kind', async () => {
    await create({ kind: 'instances', of: 'host' }, { lifetimeSeconds: lifetimes.shortest })
    const { first } = await identityOn(stack)
    expect(first.notAfter - stack.clock.now()).toBe(lifetimes.shortest * 1_000)
  })

  it('is another one for a user-assigned identity that is moved to another group', async () => {
    const { instance, agent } = await enrolledInstance(stack)
    const groups = new ResourceGroups({ ...stack, defaults: stack.defaults })
    for (const name of ['payments', 'storefront']) await groups.create(contextOf(), name)
    const wanted = { name: 'payments', resourceGroup: 'payments' }
    const { principalId } = await stack.users.create(contextOf(), wanted)
    await stack.users.attach(contextOf(), principalId, { instanceIds: [instance.id] })
    await agent.roll(SlotId.parse((await openSlotOf(stack, principalId)).id))
    await create({ kind: 'group', of: 'payments' }, { lifetimeSeconds: lifetimes.shortest })
    expect(await rulingLifetime(principalId)).toBe(lifetimes.shortest)
    await stack.users.change(contextOf(), principalId, { resourceGroup: 'storefront' })
    await stack.rotation.replanner.turn()
    expect(await rulingLifetime(principalId)).toBe(lifetimes.default)
    expect((await dueOf(principalId)) - stack.clock.now()).toBeGreaterThan(lifetimes.shortest * 1_000)
  })
})

it('whether scheduled rotations of an identity are allowed now, and when next, is told with the policy that rules it', async () => {
  const { principalId } = await identityOn(stack)
  const ruling = async () => given((await stack.rotation.policies.ofIdentity(principalId))[0])
  expect(await ruling()).toMatchObject({ isOpen: true, opensAt: null })
  const own = await create({ kind: 'identity', of: principalId }, { windows: [never] })
  const { opensAt, isOpen } = await ruling()
  expect(isOpen).toBe(false)
  expect(new Date(given(opensAt ?? undefined)).toISOString()).toMatch(/-01-01T03:00:00/)
  await stack.rotation.policies.remove(contextOf(), own.id, {})
  const until = stack.clock.now() + 3_600_000
  await stack.rotation.policies.freeze(contextOf(), 'all', { until, reason: 'change freeze' })
  expect(await ruling()).toMatchObject({ isOpen: false, opensAt: until })
})

describe('a change of a policy', () => {
  it('of two operators at once is made by one, and refused to the other', async () => {
    const policy = await stack.rotation.policies.current()
    const change = (rotateAt: number) =>
      stack.rotation.policies.change(contextOf(), policy.id, {
        policy: { ...policy, rotateAt },
        expected: policy.version,
      })
    const results = await Promise.allSettled([change(0.4), change(0.6)])
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'precondition_failed' },
    })
  })

  it('is refused where there is a policy already, nothing to rule, or the default would go', async () => {
    await create({ kind: 'instances', of: 'vm' })
    await expect(create({ kind: 'instances', of: 'vm' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(create({ kind: 'group', of: 'nowhere' })).rejects.toMatchObject({ code: 'not_found' })
    const { id } = await stack.rotation.policies.current()
    await expect(stack.rotation.policies.remove(contextOf(), id, {})).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is followed in portions, and by whoever comes after one that died midway', async () => {
    const ids = []
    for (let index = 0; index < 3; index += 1) ids.push((await identityOn(stack, `web-${index}`)).principalId)
    const before = await Promise.all(ids.map(dueOf))
    await stack.database.transact((tx) => stack.rotation.policyStore.askReplan(tx, { scope: 'default', target: '' }))
    const [first] = (await rowsOf(stack, 'credential_slots')).toSorted((one, other) => (one.id < other.id ? -1 : 1))
    await stack.database.transact((tx) =>
      stack.rotation.policyStore.proceedReplan(tx, { scope: 'default', target: '' }, given(first).id),
    )
    const successor = new RotationReplanner({ ...stack, ...stack.rotation, policies: stack.rotation.policyStore })
    await successor.turn()
    expect(await rowsOf(stack, 'rotation_replans')).toEqual([])
    expect(await Promise.all(ids.map(dueOf))).toEqual(before)
  })

  it('is on record, with what it was before', async () => {
    const policy = await create({ kind: 'instances', of: 'vm' })
    await stack.rotation.policies.change(contextOf(), policy.id, { policy: { ...policy, rotateAt: 0.7 } })
    await stack.rotation.policies.remove(contextOf(), policy.id, { reason: 'no longer needed' })
    expect((await auditTrail(stack)).slice(-3)).toEqual([
      'rotation.policy_created',
      'rotation.policy_changed',
      'rotation.policy_removed',
    ])
  })
})

describe('a slot that is due outside its windows', () => {
  it('waits for the next one, and rolls in it', async () => {
    const { principalId } = await identityOn(stack)
    await create({ kind: 'identity', of: principalId }, { windows: [nightly] })
    const at = await dueOf(principalId)
    expect(new Date(at).getUTCHours()).toBeGreaterThanOrEqual(2)
    expect(new Date(at).getUTCHours()).toBeLessThan(4)
    stack.clock.advance(at - stack.clock.now())
    await stack.rotation.scheduler.turn()
    expect(await newestRun(stack, principalId)).toMatchObject({ trigger: 'schedule', state: 'requested' })
  })

  it('waits for another when the server slept through it', async () => {
    const { principalId } = await identityOn(stack)
    await create({ kind: 'identity', of: principalId }, { windows: [nightly] })
    const missed = await dueOf(principalId)
    stack.clock.advance(missed - stack.clock.now() + 6 * hourMs)
    await stack.rotation.scheduler.turn()
    expect(await newestRun(stack, principalId)).toMatchObject({ trigger: 'enable' })
    expect(await dueOf(principalId)).toBeGreaterThan(stack.clock.now())
    expect((await stack.rotation.calendar.planned({ only: 'waiting' }, { limit: 10 })).items).toHaveLength(1)
    expect((await stack.rotation.calendar.show()).waiting).toBe(1)
  })

  it('rolls before its certificate expires though no window opens, which is on record', async () => {
    const { principalId, first } = await identityOn(stack)
    await create({ kind: 'identity', of: principalId }, { windows: [never] })
    const limit = safetyLimit(given(await stack.registry.credentials.find(first.id)))
    const nothing = limit < Date.UTC(new Date(limit).getUTCFullYear(), 0, 1) + 3 * hourMs
    expect(await dueOf(principalId)).toBeLessThanOrEqual(limit)
    stack.clock.advance(limit - stack.clock.now())
    await stack.rotation.scheduler.turn()
    expect((await newestRun(stack, principalId)).trigger).toBe('expiring')
    if (!nothing) expect(await auditTrail(stack)).toContain('rotation.window_overridden')
  })

  it('rolls at once when somebody asks for it', async () => {
    const { principalId } = await identityOn(stack)
    await create({ kind: 'identity', of: principalId }, { windows: [never] })
    await stack.rotation.rollover.rotateNow(contextOf(), principalId, 'leaked')
    expect(await newestRun(stack, principalId)).toMatchObject({ trigger: 'manual', state: 'requested' })
  })
})

describe('a freeze', () => {
  it('of everything holds what is due until it ends, and what is due later not at all', async () => {
    const { principalId } = await identityOn(stack)
    const due = await dueOf(principalId)
    stack.clock.advance(due - stack.clock.now())
    const until = stack.clock.now() + 3 * dayMs
    await stack.rotation.policies.freeze(contextOf(), 'all', { until, reason: 'year end' })
    await stack.rotation.scheduler.turn()
    expect((await newestRun(stack, principalId)).trigger).toBe('enable')
    expect(await dueOf(principalId)).toBeGreaterThanOrEqual(until)
    expect(await stack.rotation.policies.freezes()).toMatchObject([{ policyId: 'all', reason: 'year end' }])
    stack.clock.advance((await dueOf(principalId)) - stack.clock.now())
    expect(await stack.rotation.policies.freezes()).toEqual([])
    await stack.rotation.scheduler.turn()
    expect((await newestRun(stack, principalId)).trigger).toBe('schedule')
  })

  it('that is ended early lets everything go on as if it had not been, and repeating that changes nothing', async () => {
    const { principalId } = await identityOn(stack)
    const due = await dueOf(principalId)
    const { id } = await stack.rotation.policies.current()
    const until = due + dayMs
    await stack.rotation.policies.freeze(contextOf(), id, { until, reason: 'audit' })
    expect(await dueOf(principalId)).toBeGreaterThanOrEqual(until)
    await stack.rotation.policies.unfreeze(contextOf(), id)
    expect(await dueOf(principalId)).toBe(due)
    const before = (await auditTrail(stack)).length
    await stack.rotation.policies.unfreeze(contextOf(), id)
    expect(await auditTrail(stack)).toHaveLength(before)
  })

  it('is overridden for a certificate that is about to expire, which is on record', async () => {
    const { principalId, first } = await identityOn(stack)
    const limit = safetyLimit(given(await stack.registry.credentials.find(first.id)))
    await stack.rotation.policies.freeze(contextOf(), 'all', { until: limit + 30 * dayMs, reason: 'forgotten' })
    expect(await dueOf(principalId)).toBe(limit)
    stack.clock.advance(limit - stack.clock.now())
    await stack.rotation.scheduler.turn()
    expect((await newestRun(stack, principalId)).trigger).toBe('expiring')
    expect(await auditTrail(stack)).toContain('rotation.window_overridden')
  })

  it('of the past, or of no policy, is refused', async () => {
    const freeze = (of: string, until: number) =>
      stack.rotation.policies.freeze(contextOf(), of, { until, reason: 'x' })
    await expect(freeze('all', stack.clock.now())).rejects.toMatchObject({ code: 'invalid_request' })
    const nobody = '00000000-0000-4000-8000-000000000000'
    await expect(freeze(nobody, stack.clock.now() + dayMs)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a preview', () => {
  it('says what saving would do, and does nothing', async () => {
    const { principalId } = await identityOn(stack)
    await identityOn(stack, 'web-02')
    stack.clock.advance(6 * dayMs)
    const due = await dueOf(principalId)
    const policy = await rules({ lifetimeSeconds: lifetimes.shorter })
    const told = await stack.rotation.simulation.preview({ scope: { kind: 'identity', of: principalId }, policy })
    expect(told).toMatchObject({ certificates: 1, changed: 1, atOnce: 1, overridden: 0, open: [] })
    expect(told.next).toMatchObject([{ principalId, name: 'web-01' }])
    expect(told.days).toHaveLength(30)
    const sum = (of: 'before' | 'after') => told.days.reduce((total, day) => total + day[of], 0)
    expect(sum('before')).toBeLessThanOrEqual(1)
    expect(sum('after')).toBeGreaterThanOrEqual(8)
    expect(await dueOf(principalId)).toBe(due)
  })

  it('plans as saving does, for the default with everything that nothing more specific rules', async () => {
    const { principalId } = await identityOn(stack)
    const other = await identityOn(stack, 'web-02')
    await create({ kind: 'identity', of: other.principalId })
    const policy = await rules({ windows: [nightly] })
    const told = await stack.rotation.simulation.preview({ scope: { kind: 'default' }, policy })
    expect(told.certificates).toBe(1)
    expect(told.open).toHaveLength(5)
    const { id } = await stack.rotation.policies.current()
    await stack.rotation.policies.change(contextOf(), id, { policy })
    expect(await dueOf(principalId)).toBe(given(told.next[0]).at)
  })

  it('says of a removal what falls to another policy, and what no window opens for', async () => {
    const { principalId } = await identityOn(stack)
    await create({ kind: 'identity', of: principalId }, { lifetimeSeconds: lifetimes.shortest })
    const scope = { kind: 'identity', of: principalId } as const
    expect(await stack.rotation.simulation.preview({ scope, policy: null })).toMatchObject({
      certificates: 1,
      changed: 1,
    })
    await stack.rotation.policies.freeze(contextOf(), 'all', { until: stack.clock.now() + 399 * dayMs, reason: 'x' })
    const told = await stack.rotation.simulation.preview({ scope, policy: await rules() })
    expect(told.overridden).toBe(1)
  })
})

it('the calendar has every day, the bands of blackouts and freezes, and who is due on a day by which policy', async () => {
  const { principalId } = await identityOn(stack)
  await create(
    { kind: 'identity', of: principalId },
    { lifetimeSeconds: lifetimes.shortest, blackouts: [{ cron: '0 12 * * 1', minutes: 60, zone: 'UTC' }] },
  )
  await stack.rotation.policies.freeze(contextOf(), 'all', { until: stack.clock.now() + hourMs, reason: 'deploy' })
  const { days, bands } = await stack.rotation.calendar.show()
  expect(days).toHaveLength(30)
  expect(days.reduce((sum, day) => sum + day.planned, 0)).toBe(1)
  expect(bands.filter(({ kind }) => kind === 'blackout').length).toBeGreaterThanOrEqual(4)
  expect(bands).toContainEqual(expect.objectContaining({ kind: 'freeze', policy: null }))
  const day = given(days.find(({ planned }) => planned === 1)).day
  const { items } = await stack.rotation.calendar.planned({ from: day, to: day + dayMs }, { limit: 10 })
  expect(items).toMatchObject([{ principalId, principalName: 'web-01', policy: 'web-01' }])
  expect(await stack.rotation.policies.reach()).toEqual([expect.objectContaining({ certificates: 1 })])
})
