import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, enrolledInstance, given, identityOn, openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { sqlOf } from '../platform/database/database.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const pause = (context: RequestContext = contextOf(), reason?: string) =>
  stack.groupActs.pause(context, 'DEFAULT', reason)
const resume = (context: RequestContext = contextOf()) => stack.groupActs.resume(context, 'default', undefined)
const stateOf = async (principalId: string) => (await stack.registry.find(principalId))?.state
const newUser = (name: string, resourceGroup = 'default') => stack.users.create(contextOf(), { name, resourceGroup })

describe('the pause of a resource group', () => {
  it('refuses every identity in it, of both kinds, and nothing outside', async () => {
    const on = await identityOn(stack, 'web-01')
    await enrolledInstance(stack, 'web-off')
    const user = await newUser('shared')
    await stack.groups.create(contextOf(), 'other')
    const outside = await newUser('elsewhere', 'other')
    expect(await pause()).toMatchObject({
      name: 'default',
      changed: 2,
      already: 0,
      propagation: { replicas: 1, agents: 0 },
    })
    const states = [on.principalId, user.principalId, outside.principalId].map(stateOf)
    expect(await Promise.all(states)).toEqual(['suspended', 'suspended', 'enabled'])
    expect(await stack.groupActs.show('default')).toMatchObject({
      ...{ name: 'default', instances: 2, identities: { total: 2, paused: 2, pausedWithGroup: 2 } },
      propagation: { act: 'pause', identities: 2, agents: { done: 0, total: 1 } },
    })
  })

  it('is one record with one of each identity under it', async () => {
    await identityOn(stack, 'web-01')
    await newUser('shared')
    const context = contextOf()
    await pause(context, 'incident 9')
    const events = (await rowsOf(stack, 'audit_events')).filter((row) => row.correlation_id === context.correlationId)
    expect(events.map(({ action }) => action).sort()).toEqual([
      'identity.paused',
      'identity.paused',
      'resource_group.paused',
    ])
    expect(events.every(({ reason }) => reason === 'incident 9')).toBe(true)
  })

  it('changes nothing and records nothing when it is repeated, or asked for twice at once', async () => {
    const on = await identityOn(stack, 'web-01')
    const both = await Promise.all([pause(), pause()])
    expect(both.map(({ changed }) => changed).sort()).toEqual([0, 1])
    const before = await rowsOf(stack, 'audit_events')
    expect(await pause()).toMatchObject({ changed: 0, already: 1 })
    expect(await rowsOf(stack, 'audit_events')).toEqual(before)
    expect(await stateOf(on.principalId)).toBe('suspended')
  })

  it('is not found for a group that is not there', async () => {
    await expect(stack.groupActs.pause(contextOf(), 'nowhere', undefined)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('stops a thousand identities in the one call, in time for the next request (SEC-45)', async () => {
    const now = stack.clock.now()
    const { tenantId, defaults } = stack
    const ids = Array.from({ length: 1_000 }, () => newGuid())
    await stack.database.transact(async (tx) => {
      for (const [index, id] of ids.entries()) {
        const [name, client] = [`many-${index}`, newGuid()]
        const armId = `/many/${name}`
        const dated = { version: 1, created_at: now, updated_at: now, deleted_at: null }
        await sqlOf(tx)
          .insertInto('principals')
          .values({
            ...{
              object_id: id,
              tenant_id: tenantId,
              client_id: client,
              kind: 'user',
              display_name: name,
              name_key: name,
            },
            ...{ owner_instance_id: null, arm_id: armId, token_ttl_s: null, state: 'enabled', purge_at: null },
            ...{
              suspended_at: null,
              suspended_with: null,
              tokens_revoked_at: null,
              token_key: 0,
              new_host_key: 0,
              ...dated,
            },
          })
          .execute()
        await sqlOf(tx)
          .insertInto('user_identities')
          .values({
            ...{
              id,
              tenant_id: tenantId,
              subscription_id: defaults.subscriptionId,
              client_id: client,
              name,
              name_key: name,
            },
            ...{ resource_group_id: defaults.resourceGroupId, group_name: 'default', group_key: 'default' },
            ...{ arm_id: armId, arm_id_key: armId, state: 'on', instances: 0, token_key: 0, ...dated },
          })
          .execute()
      }
    })
    expect(await pause()).toMatchObject({ changed: 1_000, already: 0 })
    expect((await rowsOf(stack, 'principals')).every(({ state }) => state === 'suspended')).toBe(true)
    expect(await resume()).toMatchObject({ changed: 1_000 })
  })
})

describe('the resume of a resource group', () => {
  it('gives back what was paused with it, and leaves paused what was paused alone', async () => {
    const [one, two] = [await identityOn(stack, 'web-01'), await identityOn(stack, 'web-02')]
    const user = await newUser('shared')
    await stack.identities.actOn(contextOf(), 'pause', one.principalId, {})
    expect(await pause()).toMatchObject({ changed: 2, already: 1 })
    expect(await resume()).toMatchObject({ changed: 2, already: 0 })
    const states = [one, two, user].map(({ principalId }) => stateOf(principalId))
    expect(await Promise.all(states)).toEqual(['suspended', 'enabled', 'enabled'])
    expect(await resume()).toMatchObject({ changed: 0, already: 0 })
    expect((await stack.groupActs.show('default')).propagation).toBeNull()
  })

  it('passes over what was resumed, turned off or deleted since', async () => {
    const [one, two] = [await identityOn(stack, 'web-01'), await identityOn(stack, 'web-02')]
    const user = await newUser('shared')
    await pause()
    await stack.identities.actOn(contextOf(), 'resume', one.principalId, {})
    await stack.identities.turnOff(contextOf(), two.instance.id)
    await stack.users.act(contextOf(), 'delete', user.principalId, {})
    expect(await resume()).toMatchObject({ changed: 0, already: 0 })
    expect(given(await stack.registry.find(two.principalId)).suspendedWith).toBeNull()
  })
})
