import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noDependents, noUsage } from '../../test/absent-neighbours.ts'
import {
  agentFacts,
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
  tamper,
  viewOf,
} from '../../test/stack.ts'
import { PrincipalPurge } from './principal-purge.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

type On = Awaited<ReturnType<typeof identityOn>>
const stateOf = async (id: string) => (await stack.resources.require(id)).identityState
const act = (name: 'pause' | 'resume' | 'restore', { principalId }: Pick<On, 'principalId'>, more = {}) =>
  stack.identities.actOn(contextOf(), name, principalId, more)
const desiredOf = async ({ agent }: On) => {
  const row = given((await rowsOf(stack, 'agents')).find((one) => one.id === agent.id))
  return (await stack.plane.stateOf(row)).principals
}
const clientState = async ({ principalId }: On) => {
  const { clientId } = await stack.registry.require(principalId)
  return (await stack.registry.findClient(clientId))?.principal.state
}
const turnOff = ({ instance }: On) => stack.identities.turnOff(contextOf(), instance.id)

describe('a pause', () => {
  it('refuses the principal at once and revokes nothing', async () => {
    const on = await identityOn(stack)
    await act('pause', on, { reason: 'incident 7' })
    expect(await clientState(on)).toBe('suspended')
    expect(await stateOf(on.instance.id)).toBe('on')
    expect((await stack.registry.credentials.require(on.first.id)).state).toBe('active')
    const [event] = (await stack.audit.page({ terms: [] }, { limit: 1 })).items
    expect(event).toMatchObject({ action: 'identity.paused', reason: 'incident 7', target: { id: on.instance.id } })
  })

  it('tells the agent, under a new version, and lets it keep what it holds', async () => {
    const on = await identityOn(stack)
    const [before] = await desiredOf(on)
    await act('pause', on)
    const [after] = await desiredOf(on)
    expect(after).toMatchObject({ objectId: on.principalId, state: 'suspended', slot: { id: on.slotId } })
    expect(given(after).version).toBeGreaterThan(given(before).version)
  })

  it('does not stop the rotation of its certificates', async () => {
    const on = await identityOn(stack)
    await act('pause', on)
    await stack.rotation.rollover.rotateNow(contextOf(), on.principalId)
    const next = await on.agent.roll(on.slotId)
    expect(next.state).toBe('active')
    expect(await newestRun(stack, on.principalId)).toMatchObject({ state: 'activated' })
    expect(await clientState(on)).toBe('suspended')
  })

  it('ends with a resume under the same IDs and the same certificate', async () => {
    const on = await identityOn(stack)
    await act('pause', on)
    await act('resume', on)
    expect(await clientState(on)).toBe('enabled')
    expect((await openSlotOf(stack, on.principalId)).active_credential_id).toBe(on.first.id)
    expect((await auditTrail(stack)).slice(-2)).toEqual(['identity.paused', 'identity.resumed'])
  })

  it.each(['pause', 'resume'] as const)('changes nothing when %s is repeated', async (name) => {
    const on = await identityOn(stack)
    if (name === 'pause') await act('pause', on)
    const before = { trail: await auditTrail(stack), instance: await stack.resources.require(on.instance.id) }
    await act(name, on)
    expect(await auditTrail(stack)).toEqual(before.trail)
    expect(await stack.resources.require(on.instance.id)).toEqual(before.instance)
  })

  it('is refused for an identity that is off, and for one that is not there', async () => {
    const on = await identityOn(stack)
    await turnOff(on)
    await expect(act('pause', on)).rejects.toMatchObject({ code: 'conflict' })
    const nobody = { principalId: on.principalId }
    await tamper(stack, "DELETE FROM principals WHERE state = 'deleted'")
    await expect(act('pause', nobody)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('that two want at once is recorded once', async () => {
    const on = await identityOn(stack)
    await Promise.all(Array.from({ length: 10 }, () => act('pause', on)))
    expect((await auditTrail(stack)).filter((action) => action === 'identity.paused')).toHaveLength(1)
  })

  it('is told to whoever has seen the instance before it (SEC-120)', async () => {
    const on = await identityOn(stack)
    const { version } = await stack.resources.require(on.instance.id)
    await act('pause', on)
    const late = stack.identities.turnOff(contextOf('operator', 'Bob'), on.instance.id, { expected: version })
    await expect(late).rejects.toMatchObject({ code: 'precondition_failed', status: 412 })
    expect(await stateOf(on.instance.id)).toBe('on')
  })
})

describe('a restore', () => {
  it('brings the last principal back under its IDs, with a new certificate', async () => {
    const on = await identityOn(stack)
    const before = await stack.registry.require(on.principalId)
    await turnOff(on)
    const row = given((await rowsOf(stack, 'agents')).find((one) => one.id === on.agent.id))
    const report = { generation: 1, facts: agentFacts, endpoints: null, errors: [], principals: [], known: [] }
    await stack.plane.directory.report(on.agent.context, row, report)
    expect(await stateOf(on.instance.id)).toBe('off')
    await act('restore', on)
    expect(await stateOf(on.instance.id)).toBe('enabling')
    expect(await stack.registry.require(on.principalId)).toMatchObject({
      objectId: before.objectId,
      clientId: before.clientId,
      state: 'enabled',
      deletedAt: null,
    })
    const slot = await openSlotOf(stack, on.principalId)
    expect(slot.id).not.toBe(on.slotId)
    await on.agent.roll(given((await desiredOf(on))[0]).slot.id)
    expect(await stateOf(on.instance.id)).toBe('on')
    expect((await stack.registry.credentials.require(on.first.id)).state).toBe('revoked')
    expect(await auditTrail(stack)).toContain('identity.restored')
  })

  it('is offered for 30 days and not a moment longer', async () => {
    const on = await identityOn(stack)
    const offered = async () =>
      (await viewOf(stack).summaries([await stack.resources.require(on.instance.id)]))[0]?.restorable
    expect(await offered()).toBeNull()
    await turnOff(on)
    const until = stack.clock.now() + 30 * dayMs
    expect(await offered()).toEqual({ principalId: on.principalId, until })
    stack.clock.advance(30 * dayMs)
    expect(await offered()).toBeNull()
    await expect(act('restore', on)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is refused once the instance has a new principal', async () => {
    const on = await identityOn(stack)
    await turnOff(on)
    await stack.identities.turnOn(contextOf(), on.instance.id)
    await expect(act('restore', on)).rejects.toMatchObject({ code: 'conflict' })
    expect((await stack.registry.require(on.principalId)).state).toBe('deleted')
  })

  it('changes nothing when repeated', async () => {
    const on = await identityOn(stack)
    await turnOff(on)
    await act('restore', on)
    const before = await auditTrail(stack)
    await act('restore', on)
    expect(await auditTrail(stack)).toEqual(before)
  })
})

describe('the purge', () => {
  const purgeAfter = async (ms: number) => {
    stack.clock.advance(ms)
    await stack.purge.turn()
    stack.clock.advance(10 * minuteMs)
    await stack.purge.turn()
  }

  it('deletes a principal for good after 30 days, and says so', async () => {
    const on = await identityOn(stack)
    await turnOff(on)
    await purgeAfter(29 * dayMs)
    expect((await stack.registry.require(on.principalId)).state).toBe('deleted')
    await purgeAfter(dayMs)
    expect(await rowsOf(stack, 'principals')).toEqual([])
    expect((await stack.resources.require(on.instance.id)).principalId).toBeNull()
    expect((await auditTrail(stack)).at(-1)).toBe('identity.purged')
  })

  it('leaves certificates and rotations as history', async () => {
    const on = await identityOn(stack)
    await turnOff(on)
    await purgeAfter(30 * dayMs)
    expect((await rowsOf(stack, 'credentials')).map((row) => row.state)).toEqual(['revoked'])
    expect((await stack.rotation.history.page({ terms: [] }, { limit: 10 })).items).toMatchObject([{ instance: null }])
  })

  it('takes nobody who was restored', async () => {
    const on = await identityOn(stack)
    await turnOff(on)
    const principal = await stack.registry.require(on.principalId)
    await act('restore', on)
    await purgeAfter(60 * dayMs)
    expect(await stack.identities.purge(contextOf('system'), principal)).toBe(false)
    expect((await stack.registry.require(on.principalId)).state).toBe('enabled')
  })

  it('waits until the clock has been steady again after a step (SEC-145)', async () => {
    const on = await identityOn(stack)
    await turnOff(on)
    const steadiness = { isSteady: false }
    const purge = new PrincipalPurge({ ...stack, steadiness })
    stack.clock.advance(40 * dayMs)
    await purge.turn()
    expect(await rowsOf(stack, 'principals')).toHaveLength(1)
    steadiness.isSteady = true
    await purge.turn()
    expect(await rowsOf(stack, 'principals')).toHaveLength(0)
  })

  it('runs by the clock and ends with the server', async () => {
    const on = await identityOn(stack)
    await turnOff(on)
    stack.clock.advance(30 * dayMs)
    stack.purge.start()
    stack.clock.advance(10 * minuteMs)
    await stack.purge.stop()
    expect(await rowsOf(stack, 'principals')).toEqual([])
    expect(on.principalId).toBeDefined()
  })
})

describe('deleting an instance', () => {
  const remove = ({ instance }: Pick<On, 'instance'>, more = {}) =>
    stack.identities.remove(contextOf(), instance.id, { turnOff: false, ...more })

  it('is refused while its identity is on, unless that is turned off with it', async () => {
    const on = await identityOn(stack)
    await expect(remove(on)).rejects.toMatchObject({ code: 'conflict' })
    await remove(on, { turnOff: true, reason: 'scrapped' })
    await expect(stack.resources.require(on.instance.id)).rejects.toMatchObject({
      code: 'not_found',
      detail: expect.stringContaining('web-01 was deleted at'),
    })
    expect(await clientState(on)).toBe('deleted')
    expect(await desiredOf(on)).toEqual([])
    expect(await auditTrail(stack)).toEqual(expect.arrayContaining(['instance.deleted', 'identity.turned_off']))
  })

  it('frees its name and keeps its row', async () => {
    const { instance } = await enrolledInstance(stack)
    await remove({ instance })
    await stack.resources.register(contextOf(), { name: instance.name, kind: 'host' })
    expect(await rowsOf(stack, 'service_instances')).toHaveLength(2)
    await expect(remove({ instance })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('takes its tags out of the counts, and keeps them on record', async () => {
    const { instance } = await enrolledInstance(stack)
    const other = await enrolledInstance(stack, 'web-02')
    const tag = (id: typeof instance.id, set: Record<string, string>) =>
      stack.resources.tag(contextOf(), id, { set, unset: [] })
    await tag(instance.id, { env: 'prod', team: 'a' })
    await tag(other.instance.id, { env: 'prod' })
    await remove({ instance })
    expect((await stack.list.facets()).tag).toEqual({ 'env=prod': 1 })
    const [event] = (await stack.audit.page({ terms: [] }, { limit: 1 })).items
    expect(event).toMatchObject({ action: 'instance.deleted', before: { tags: { env: 'prod', team: 'a' } } })
  })

  it('is refused to who has seen an older version (SEC-120)', async () => {
    const { instance } = await enrolledInstance(stack)
    await expect(remove({ instance }, { expected: instance.version - 1 })).rejects.toMatchObject({
      code: 'precondition_failed',
    })
  })
})

describe('tags', () => {
  const tagsOf = async (id: string) => (await stack.resources.tagsOf([id])).get(id)

  it('are set, changed and unset, each act recorded with before and after', async () => {
    const { instance } = await enrolledInstance(stack)
    await stack.resources.tag(contextOf(), instance.id, { set: { env: 'test', team: 'a' }, unset: [] })
    await stack.resources.tag(contextOf(), instance.id, { set: { env: 'prod' }, unset: ['team', 'nothing'] })
    expect(await tagsOf(instance.id)).toEqual({ env: 'prod' })
    const [event] = (await stack.audit.page({ terms: [] }, { limit: 1 })).items
    expect(event).toMatchObject({
      action: 'instance.tagged',
      before: { tags: { env: 'test', team: 'a' } },
      after: { tags: { env: 'prod' } },
    })
    const [row] = await viewOf(stack).summaries([await stack.resources.require(instance.id)])
    expect(row?.tags).toEqual({ env: 'prod' })
  })

  it('change nothing and record nothing when they are so already', async () => {
    const { instance } = await enrolledInstance(stack)
    await stack.resources.tag(contextOf(), instance.id, { set: { env: 'test' }, unset: [] })
    const before = await auditTrail(stack)
    await stack.resources.tag(contextOf(), instance.id, { set: { env: 'test' }, unset: ['other'] })
    expect(await auditTrail(stack)).toEqual(before)
  })

  it('are at most fifty, and one too many changes nothing', async () => {
    const { instance } = await enrolledInstance(stack)
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`t${index}`, 'x']))
    await expect(stack.resources.tag(contextOf(), instance.id, { set: many, unset: [] })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(await tagsOf(instance.id)).toBeUndefined()
  })
})

describe('the blast radius', () => {
  it('names what holds the identity and what it is used for', async () => {
    const on = await identityOn(stack)
    const lastAt = stack.clock.now()
    const radius = await viewOf(stack, {
      ...noUsage,
      lastUse: () => new Map([[on.principalId, { at: lastAt, audience: 'vault' }]]),
      recently: async () => ({
        day: [{ audience: 'vault', tokens: 3, lastAt }],
        week: [{ audience: 'vault', tokens: 9 }],
        live: { tokens: 2, until: lastAt + 1, audiences: [{ audience: 'vault', tokens: 2, until: lastAt + 1 }] },
      }),
    }).blastRadius(on.principalId)
    expect(radius).toEqual({
      principalId: on.principalId,
      name: 'web-01',
      instances: { total: 1, items: [{ id: on.instance.id, name: 'web-01' }] },
      agents: { total: 1, connected: 0 },
      credentials: 1,
      ...noDependents,
      lastUsedAt: lastAt,
      day: [{ audience: 'vault', tokens: 3, lastAt }],
      week: [{ audience: 'vault', tokens: 9 }],
      live: { tokens: 2, until: lastAt + 1, audiences: [{ audience: 'vault', tokens: 2, until: lastAt + 1 }] },
    })
  })

  it('is not found for a principal that never was', async () => {
    const on = await identityOn(stack)
    await tamper(stack, 'DELETE FROM principals')
    await expect(viewOf(stack).blastRadius(on.principalId)).rejects.toMatchObject({ code: 'not_found' })
  })
})
