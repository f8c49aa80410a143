import { AgentId, InstanceId } from '@signet/shared/vocabulary/identifiers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  agentFacts,
  auditTrail,
  contextOf,
  enrollAgent,
  enrolledInstance,
  given,
  identityEnabling,
  identityOn,
  newestRun,
  openStack,
  rowsOf,
  type Stack,
  tamper,
  viewOf,
} from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const stateOf = async (id: string) => (await stack.resources.require(id)).identityState
const agentRow = async (id: string) => given((await rowsOf(stack, 'agents')).find((row) => row.id === id))

describe('turning an identity on', () => {
  it('makes a principal that names the instance, and asks for a certificate', async () => {
    const { instance, principalId } = await identityEnabling(stack)
    expect(await stack.registry.require(principalId)).toMatchObject({
      kind: 'system',
      state: 'enabled',
      displayName: instance.name,
      ownerInstanceId: instance.id,
      armId: instance.resourceId,
    })
    expect((await newestRun(stack, principalId)).trigger).toBe('enable')
  })

  it('changes nothing when repeated', async () => {
    const { instance } = await identityEnabling(stack)
    const before = await auditTrail(stack)
    await stack.identities.turnOn(contextOf(), instance.id)
    expect(await auditTrail(stack)).toEqual(before)
    expect(await rowsOf(stack, 'principals')).toHaveLength(1)
  })

  it('makes one principal for twenty requests at once', async () => {
    const { instance } = await enrolledInstance(stack)
    await Promise.all(Array.from({ length: 20 }, () => stack.identities.turnOn(contextOf(), instance.id)))
    expect(await rowsOf(stack, 'principals')).toHaveLength(1)
    expect(await rowsOf(stack, 'rotation_runs')).toHaveLength(1)
  })

  it('waits for an agent when there is none, and goes on when one comes', async () => {
    const instance = await stack.resources.register(contextOf(), { name: 'web-01', kind: 'vm' })
    await stack.identities.turnOn(contextOf(), instance.id)
    expect(await stateOf(instance.id)).toBe('enabling')
    expect(await rowsOf(stack, 'credential_slots')).toHaveLength(0)
    const agent = await enrollAgent(stack, instance)
    const [standing] = await stack.rotation.slots.ofAgent(agent.id)
    await agent.roll(given(standing).desired.id)
    expect(await stateOf(instance.id)).toBe('on')
  })

  it('makes a new principal after off, never the old one again', async () => {
    const { instance, principalId, agent } = await identityOn(stack)
    await stack.identities.turnOff(contextOf(), instance.id)
    await stack.identities.turnOn(contextOf(), instance.id)
    const again = await stack.resources.require(instance.id)
    expect(again.identityState).toBe('enabling')
    expect(again.principalId).not.toBe(principalId)
    const [standing] = await stack.rotation.slots.ofAgent(agent.id)
    expect(standing?.principalId).toBe(again.principalId)
    expect(await stack.registry.require(principalId)).toMatchObject({ state: 'deleted' })
  })

  it('rejects an instance that does not exist', async () => {
    const nobody = InstanceId.parse(newGuid())
    await expect(stack.identities.turnOn(contextOf(), nobody)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('leaves nothing behind when its audit record cannot be written (SEC-124)', async () => {
    const { instance } = await enrolledInstance(stack)
    await tamper(
      stack,
      "CREATE TRIGGER full BEFORE INSERT ON audit_events WHEN NEW.action = 'identity.turned_on' BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    )
    await expect(stack.identities.turnOn(contextOf(), instance.id)).rejects.toThrow('disk full')
    expect(await stateOf(instance.id)).toBe('off')
    expect(await rowsOf(stack, 'principals')).toHaveLength(0)
  })
})

describe('turning an identity off', () => {
  it('revokes its certificates, cancels its run and closes its slot in one transaction', async () => {
    const { instance, agent, principalId, slotId } = await identityOn(stack)
    await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    await agent.request(slotId)
    await stack.identities.turnOff(contextOf(), instance.id)
    expect(await stateOf(instance.id)).toBe('disabling')
    expect((await rowsOf(stack, 'credentials')).map((row) => row.state)).toEqual(['revoked', 'revoked'])
    expect((await newestRun(stack, principalId)).state).toBe('cancelled')
    expect((await rowsOf(stack, 'credential_slots')).map((row) => row.state)).toEqual(['closed'])
    expect(await stack.registry.require(principalId)).toMatchObject({ state: 'deleted' })
  })

  it('takes the principal out of the desired state of its agent', async () => {
    const { instance, agent } = await identityOn(stack)
    expect((await stack.plane.stateOf(await agentRow(agent.id))).principals).toHaveLength(1)
    await stack.identities.turnOff(contextOf(), instance.id)
    expect((await stack.plane.stateOf(await agentRow(agent.id))).principals).toEqual([])
  })

  it('changes nothing when repeated', async () => {
    const { instance } = await identityOn(stack)
    await stack.identities.turnOff(contextOf(), instance.id)
    const before = await auditTrail(stack)
    await stack.identities.turnOff(contextOf(), instance.id)
    expect(await auditTrail(stack)).toEqual(before)
  })

  it('is off at once when there is no agent to wait for', async () => {
    const instance = await stack.resources.register(contextOf(), { name: 'web-01', kind: 'vm' })
    await stack.identities.turnOn(contextOf(), instance.id)
    await stack.identities.turnOff(contextOf(), instance.id)
    expect(await stateOf(instance.id)).toBe('off')
  })

  it('is complete when the agent reports that it holds the identity no more', async () => {
    const { instance, agent, principalId } = await identityOn(stack)
    await stack.identities.turnOff(contextOf(), instance.id)
    const report = { generation: 1, facts: agentFacts, endpoints: null, errors: [], known: [] }
    await stack.plane.directory.report(agent.context, await agentRow(agent.id), {
      ...report,
      principals: [principalId],
    })
    expect(await stateOf(instance.id)).toBe('disabling')
    await stack.plane.directory.report(agent.context, await agentRow(agent.id), { ...report, principals: [] })
    expect(await stateOf(instance.id)).toBe('off')
    expect((await auditTrail(stack)).at(-1)).toBe('identity.removed')
  })

  it('is not completed by the report of another agent', async () => {
    const { instance } = await identityOn(stack)
    const { agent: stranger } = await enrolledInstance(stack, 'web-02')
    await stack.identities.turnOff(contextOf(), instance.id)
    await stack.identities.agentHolds(stranger.context, AgentId.parse(stranger.id), [])
    expect(await stateOf(instance.id)).toBe('disabling')
  })
})

describe('the instance screens', () => {
  it('show identity, certificate, next rotation and agent in one row', async () => {
    const { instance, principalId, first, agent } = await identityOn(stack)
    const view = viewOf(stack)
    const [row] = await view.summaries([await stack.resources.require(instance.id)])
    expect(row).toMatchObject({
      identityState: 'on',
      identity: { principalId },
      credential: { id: first.id, state: 'active' },
      agent: { id: agent.id, connected: false },
    })
    expect(given(row).nextRotationAt).toBeGreaterThan(stack.clock.now())
  })
})

describe('correlation', () => {
  it('carries the ID of the request into every event it caused', async () => {
    const { instance } = await enrolledInstance(stack)
    const context = { ...contextOf(), correlationId: newGuid() }
    await stack.identities.turnOn(context, instance.id)
    const { items } = await stack.audit.page({ terms: [] }, { limit: 2 })
    expect(items.map((event) => event.correlationId)).toEqual([context.correlationId, context.correlationId])
  })
})
