import { type InstanceId, ObjectId, SlotId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  auditTrail,
  contextOf,
  enrollAgent,
  enrolledInstance,
  given,
  identityOn,
  openStack,
  rowsOf,
  type Stack,
  type TestAgent,
  tamper,
} from '../../test/stack.ts'
import { ResourceGroups } from './resource-groups.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const groups = () => new ResourceGroups({ ...stack, defaults: stack.defaults })
const create = async (name = 'deploy') =>
  (await stack.users.create(contextOf(), { name, resourceGroup: 'default' })).principalId
const attach = (principalId: ObjectId, ...instanceIds: InstanceId[]) =>
  stack.users.attach(contextOf(), principalId, { instanceIds })
const detach = (principalId: ObjectId, ...instanceIds: InstanceId[]) =>
  stack.users.detach(contextOf(), principalId, { instanceIds })
const act = (name: 'pause' | 'resume' | 'delete' | 'restore', principalId: ObjectId, more = {}) =>
  stack.users.act(contextOf(), name, principalId, more)
const openSlots = (principalId: ObjectId) => stack.store.openSlots({ principalIds: [principalId] })
const desiredOf = async (agent: TestAgent) => {
  const row = given((await rowsOf(stack, 'agents')).find((one) => one.id === agent.id))
  return (await stack.plane.stateOf(row)).principals
}
/** The slot on an agent, with a certificate in use. */
const rolled = async (principalId: ObjectId, agent: TestAgent) => {
  const slot = given((await openSlots(principalId)).find((one) => one.agent_id === agent.id))
  return agent.roll(SlotId.parse(slot.id))
}
const credentialState = async (id: Awaited<ReturnType<typeof rolled>>['id']) =>
  (await stack.registry.credentials.require(id)).state
/** A second instance on the agent of the first, as a host with two services has it. */
const besides = async (agent: TestAgent, name: string) => {
  const { id } = await stack.resources.register(contextOf(), { name, kind: 'app' })
  await tamper(stack, `UPDATE service_instances SET agent_id = '${agent.id}' WHERE id = '${id}'`)
  return id
}

describe('creating a user-assigned identity', () => {
  it('makes a principal of its own that belongs to no instance', async () => {
    const principalId = await create()
    const principal = await stack.registry.require(principalId)
    expect(principal).toMatchObject({ kind: 'user', state: 'enabled', displayName: 'deploy', ownerInstanceId: null })
    expect(principal.armId).toMatch(
      /^\/subscriptions\/[0-9a-f-]{36}\/resourcegroups\/default\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/deploy$/,
    )
    expect(await auditTrail(stack)).toContain('identity.created')
  })

  it('is refused when the name is taken, in whatever case', async () => {
    await create('Deploy')
    await expect(create('deploy')).rejects.toMatchObject({ code: 'conflict' })
    expect(await rowsOf(stack, 'principals')).toHaveLength(1)
  })

  it('takes the name of a deleted one, which then cannot come back under it', async () => {
    const former = await create()
    await act('delete', former)
    await create()
    await expect(act('restore', former)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('needs a resource group that exists', async () => {
    const wanted = { name: 'deploy', resourceGroup: 'prod' }
    await expect(stack.users.create(contextOf(), wanted)).rejects.toMatchObject({ code: 'not_found' })
    await groups().create(contextOf(), 'Prod')
    expect(await stack.users.create(contextOf(), wanted)).toMatchObject({ resourceGroup: 'Prod' })
    expect(await groups().list()).toEqual([
      { name: 'default', identities: 0 },
      { name: 'Prod', identities: 1 },
    ])
  })
})

describe('attaching', () => {
  it('opens a slot on the agent of the instance, and tells the agent the resource ID', async () => {
    const { instance, agent } = await enrolledInstance(stack)
    const principalId = await create()
    await attach(principalId, instance.id)
    await rolled(principalId, agent)
    const { armId } = await stack.registry.require(principalId)
    expect(await desiredOf(agent)).toMatchObject([
      { objectId: principalId, kind: 'user', resourceId: armId, state: 'enabled', instances: [instance.id] },
    ])
    expect(await stack.users.require(principalId)).toMatchObject({ instances: 1 })
  })

  it('gives each agent a certificate of its own, and instances of one agent share it', async () => {
    const one = await enrolledInstance(stack, 'web-01')
    const two = await enrolledInstance(stack, 'web-02')
    const third = await besides(two.agent, 'web-03')
    const principalId = await create()
    await attach(principalId, one.instance.id, two.instance.id, third)
    expect(await openSlots(principalId)).toHaveLength(2)
    const [first, second] = [await rolled(principalId, one.agent), await rolled(principalId, two.agent)]
    expect(first.x5tS256).not.toBe(second.x5tS256)
    const [desired] = await desiredOf(two.agent)
    expect(given(desired).instances).toEqual([two.instance.id, third])
  })

  it('changes nothing when repeated', async () => {
    const { instance } = await enrolledInstance(stack)
    const principalId = await create()
    await attach(principalId, instance.id, instance.id)
    const before = await auditTrail(stack)
    await attach(principalId, instance.id)
    expect(await auditTrail(stack)).toEqual(before)
  })

  it('leaves the identity of the instance itself as it is', async () => {
    const on = await identityOn(stack)
    await attach(await create(), on.instance.id)
    await stack.identities.turnOff(contextOf(), on.instance.id)
    expect(await desiredOf(on.agent)).toMatchObject([{ kind: 'user' }])
    expect(await stack.users.ofInstance(on.instance.id)).toHaveLength(1)
  })

  it('waits for an agent where there is none yet', async () => {
    const { id } = await stack.resources.register(contextOf(), { name: 'web-01', kind: 'vm' })
    const principalId = await create()
    await attach(principalId, id)
    expect(await openSlots(principalId)).toHaveLength(0)
    const agent = await enrollAgent(stack, await stack.resources.require(id))
    expect(await credentialState((await rolled(principalId, agent)).id)).toBe('active')
  })

  it('is refused for whoever has seen an earlier version', async () => {
    const { instance } = await enrolledInstance(stack)
    const principalId = await create()
    const stale = { instanceIds: [instance.id], expected: 7 }
    await expect(stack.users.attach(contextOf(), principalId, stale)).rejects.toMatchObject({
      code: 'precondition_failed',
    })
  })
})

describe('detaching', () => {
  it('revokes what the agent held, and only that', async () => {
    const one = await enrolledInstance(stack, 'web-01')
    const two = await enrolledInstance(stack, 'web-02')
    const principalId = await create()
    await attach(principalId, one.instance.id, two.instance.id)
    const [first, second] = [await rolled(principalId, one.agent), await rolled(principalId, two.agent)]
    await detach(principalId, one.instance.id)
    expect(await credentialState(first.id)).toBe('revoked')
    expect(await credentialState(second.id)).toBe('active')
    expect(await desiredOf(one.agent)).toEqual([])
    expect(await desiredOf(two.agent)).toHaveLength(1)
  })

  it('lets an agent keep it that serves another instance with it', async () => {
    const one = await enrolledInstance(stack)
    const other = await besides(one.agent, 'web-02')
    const principalId = await create()
    await attach(principalId, one.instance.id, other)
    const credential = await rolled(principalId, one.agent)
    await detach(principalId, one.instance.id)
    expect(await credentialState(credential.id)).toBe('active')
    await detach(principalId, other)
    expect(await credentialState(credential.id)).toBe('revoked')
  })

  it('happens by itself when the instance is deleted', async () => {
    const one = await enrolledInstance(stack)
    const principalId = await create()
    await attach(principalId, one.instance.id)
    const credential = await rolled(principalId, one.agent)
    await stack.identities.remove(contextOf(), one.instance.id, { turnOff: false })
    expect(await credentialState(credential.id)).toBe('revoked')
    expect(await stack.users.require(principalId)).toMatchObject({ instances: 0 })
    expect(await auditTrail(stack)).toContain('identity.detached')
  })
})

describe('an agent', () => {
  it('that replaces another gets a certificate of its own, and that of the former is revoked', async () => {
    const one = await enrolledInstance(stack)
    const principalId = await create()
    await attach(principalId, one.instance.id)
    const former = await rolled(principalId, one.agent)
    const next = await enrollAgent(stack, await stack.resources.require(one.instance.id))
    expect(await credentialState(former.id)).toBe('revoked')
    expect(await credentialState((await rolled(principalId, next)).id)).toBe('active')
    expect(await openSlots(principalId)).toHaveLength(1)
  })

  it('that is distrusted loses it, and the others keep theirs (SEC-42)', async () => {
    const one = await enrolledInstance(stack, 'web-01')
    const two = await enrolledInstance(stack, 'web-02')
    const principalId = await create()
    await attach(principalId, one.instance.id, two.instance.id)
    const [first, second] = [await rolled(principalId, one.agent), await rolled(principalId, two.agent)]
    await stack.database.transact((tx) => stack.identities.agentDistrusted(tx, contextOf(), one.agent.id))
    expect(await credentialState(first.id)).toBe('revoked')
    expect(await credentialState(second.id)).toBe('active')
    expect(await stack.users.require(principalId)).toMatchObject({ instances: 2 })
  })
})

describe('deleting', () => {
  it('revokes every certificate at once and keeps what it was assigned to', async () => {
    const one = await enrolledInstance(stack)
    const principalId = await create()
    await attach(principalId, one.instance.id)
    const credential = await rolled(principalId, one.agent)
    await act('delete', principalId, { reason: 'unused' })
    expect(await credentialState(credential.id)).toBe('revoked')
    expect(await desiredOf(one.agent)).toEqual([])
    expect(await stack.users.ofInstance(one.instance.id)).toEqual([])
    expect(await stack.users.require(principalId)).toMatchObject({ state: 'deleted', instances: 1 })
  })

  it('is undone within 30 days under the same IDs, with the assignments it had', async () => {
    const one = await enrolledInstance(stack, 'web-01')
    const gone = await enrolledInstance(stack, 'web-02')
    const principalId = await create()
    const { clientId } = await stack.registry.require(principalId)
    await attach(principalId, one.instance.id, gone.instance.id)
    await rolled(principalId, one.agent)
    await act('delete', principalId)
    await stack.identities.remove(contextOf(), gone.instance.id, { turnOff: false })
    stack.clock.advance(29 * dayMs)
    await act('restore', principalId)
    expect(await stack.registry.require(principalId)).toMatchObject({ clientId, state: 'enabled' })
    expect(await credentialState((await rolled(principalId, one.agent)).id)).toBe('active')
    expect(await stack.users.require(principalId)).toMatchObject({ state: 'on', instances: 1 })
  })

  it('is for good after 30 days', async () => {
    const one = await enrolledInstance(stack)
    const principalId = await create()
    await attach(principalId, one.instance.id)
    await act('delete', principalId)
    stack.clock.advance(30 * dayMs)
    await expect(act('restore', principalId)).rejects.toMatchObject({ code: 'conflict' })
    await stack.purge.turn()
    expect(await rowsOf(stack, 'user_identities')).toEqual([])
    expect(await rowsOf(stack, 'identity_assignments')).toEqual([])
    expect(await rowsOf(stack, 'principals')).toEqual([])
  })

  it('leaves nothing to pause, attach or rename', async () => {
    const { instance } = await enrolledInstance(stack)
    const principalId = await create()
    await act('delete', principalId)
    const refused = { code: 'conflict' }
    await expect(act('pause', principalId)).rejects.toMatchObject(refused)
    await expect(attach(principalId, instance.id)).rejects.toMatchObject(refused)
    await expect(stack.users.change(contextOf(), principalId, { name: 'other' })).rejects.toMatchObject(refused)
  })
})

describe('a pause', () => {
  it('suspends it on every agent and revokes nothing', async () => {
    const one = await enrolledInstance(stack)
    const principalId = await create()
    await attach(principalId, one.instance.id)
    const credential = await rolled(principalId, one.agent)
    await act('pause', principalId)
    expect(await desiredOf(one.agent)).toMatchObject([{ state: 'suspended' }])
    expect(await credentialState(credential.id)).toBe('active')
    await act('resume', principalId)
    expect(await desiredOf(one.agent)).toMatchObject([{ state: 'enabled' }])
  })
})

describe('renaming and moving', () => {
  it('keep the IDs and the certificates, and tell agents the new resource ID under a new version', async () => {
    const one = await enrolledInstance(stack)
    const principalId = await create()
    await groups().create(contextOf(), 'prod')
    await attach(principalId, one.instance.id)
    const credential = await rolled(principalId, one.agent)
    const [before] = await desiredOf(one.agent)
    await stack.users.change(contextOf(), principalId, { name: 'release', resourceGroup: 'PROD' })
    const [after] = await desiredOf(one.agent)
    expect(after).toMatchObject({ objectId: principalId, clientId: given(before).clientId })
    expect(given(after).resourceId).toMatch(/\/resourcegroups\/prod\/.*\/release$/)
    expect(given(after).version).toBeGreaterThan(given(before).version)
    expect(await credentialState(credential.id)).toBe('active')
    expect(await openSlots(principalId)).toMatchObject([{ principal_name: 'release' }])
  })
})

describe('who asks with a certificate', () => {
  it('is the instance, unless several share the agent', async () => {
    const one = await enrolledInstance(stack, 'web-01')
    const two = await enrolledInstance(stack, 'web-02')
    const principalId = await create()
    await attach(principalId, one.instance.id, two.instance.id, await besides(two.agent, 'web-03'))
    const slot = given((await openSlots(principalId)).find((each) => each.agent_id === one.agent.id))
    const holders = await stack.users.holdersOf(given(await stack.registry.find(principalId)))
    const { id, resourceId } = one.instance
    expect(holders.get(slot.id)).toEqual({ agentId: one.agent.id, instance: { id, resourceId } })
    expect([...holders].filter(([, { instance }]) => instance === null)).toMatchObject([
      [{}, { agentId: two.agent.id }],
    ])
  })
})

describe('certificates', () => {
  it('of all agents are accepted, however many there are', async () => {
    const principalId = ObjectId.parse(await create())
    const agents: TestAgent[] = []
    for (let index = 0; index < 3; index += 1) {
      const { instance, agent } = await enrolledInstance(stack, `web-${index}`)
      await attach(principalId, instance.id)
      agents.push(agent)
    }
    const [oldest] = agents
    const first = await rolled(principalId, given(oldest))
    for (const agent of agents.slice(1)) await rolled(principalId, agent)
    const { clientId } = await stack.registry.require(principalId)
    const known = await stack.registry.findClient(clientId)
    expect(known?.credentials.map(({ id }) => id)).toContain(first.id)
    expect(known?.credentials).toHaveLength(3)
  })
})
