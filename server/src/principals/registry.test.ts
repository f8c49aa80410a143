import { dayMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, given, identityOn, openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const removeOf = (objectId: Parameters<Stack['registry']['delete']>[2]) =>
  stack.database.transact((tx) => stack.registry.delete(tx, contextOf(), objectId))

describe('a principal', () => {
  it('is found by its client ID with its certificates, newest first', async () => {
    const { agent, slotId, principalId, first } = await identityOn(stack)
    const second = await agent.roll(slotId)
    const { clientId } = await stack.registry.require(principalId)
    const found = given(await stack.registry.findClient(clientId))
    expect(found.principal.objectId).toBe(principalId)
    expect(found.credentials.map((one) => one.id)).toEqual([second.id, first.id])
    expect(await stack.registry.findClient(newGuid())).toBeUndefined()
  })

  it('is deleted once, its certificates revoked, and stays to say so for 30 days', async () => {
    const { principalId, first } = await identityOn(stack)
    await removeOf(principalId)
    const before = await auditTrail(stack)
    await removeOf(principalId)
    expect(await auditTrail(stack)).toEqual(before)
    const row = given((await rowsOf(stack, 'principals'))[0])
    expect(row).toMatchObject({ state: 'deleted', deleted_at: stack.clock.now() })
    expect(row.purge_at).toBe(stack.clock.now() + 30 * dayMs)
    expect((await stack.registry.credentials.require(first.id)).state).toBe('revoked')
    expect((await stack.registry.findClient(row.client_id))?.principal.state).toBe('deleted')
  })

  it('keeps the first use of a certificate and moves the last', async () => {
    const { first } = await identityOn(stack)
    await stack.registry.recordUses(new Map([[first.id, 1_000]]))
    await stack.registry.recordUses(new Map([[first.id, 2_000]]))
    expect(await stack.registry.credentials.require(first.id)).toMatchObject({ firstUsedAt: 1_000, lastUsedAt: 2_000 })
  })
})

describe('a public key', () => {
  it('has one owner of twenty that claim it at once (SEC-38)', async () => {
    const claims = Array.from({ length: 20 }, (_, index) =>
      stack.database.transact((tx) =>
        stack.registry.credentials.claimKey(tx, { spkiS256: 'key', ownerKind: 'agent', ownerId: `agent-${index}` }),
      ),
    )
    const outcomes = await Promise.allSettled(claims)
    expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  })

  it('stays with its owner and is refused to an owner of another kind (SEC-38)', async () => {
    const claim = (ownerKind: 'agent' | 'credential') =>
      stack.database.transact((tx) =>
        stack.registry.credentials.claimKey(tx, { spkiS256: 'key', ownerKind, ownerId: 'one' }),
      )
    await claim('agent')
    await expect(claim('agent')).resolves.toBeUndefined()
    await expect(claim('credential')).rejects.toMatchObject({ code: 'key_reused' })
  })
})
