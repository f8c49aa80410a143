import { randomUUID } from 'node:crypto'
import { DesiredState, Revocation } from '@signet/shared/wire/agent-protocol'
import { describe, expect, it } from 'vitest'
import { StateOrder } from './state-order.ts'

const objectId = randomUUID()

function state(generation: number, version = 1): DesiredState {
  return DesiredState.parse({
    generation,
    serverTime: 0,
    tenantId: randomUUID(),
    authorityUrl: 'https://localhost',
    assertionAudience: 'https://localhost',
    instances: [],
    principals: [
      {
        objectId,
        clientId: randomUUID(),
        version,
        kind: 'system',
        resourceId: null,
        state: 'enabled',
        instances: [],
        slot: {
          id: randomUUID(),
          active: null,
          prepared: null,
          previous: null,
          keyAlgorithm: 'p256',
          rotateAfter: null,
          run: null,
          drill: null,
        },
      },
    ],
    serverCas: '',
    terms: { revision: 1, keyEpoch: 0, audiences: [] },
    renewAfter: 0,
    agentGeneration: 1,
  })
}

const revocation = (version: number, reason = 'deleted') => Revocation.parse({ objectId, version, reason })

describe('states of one connection', () => {
  it('are taken in when their generation is the same or higher, and ignored when it is lower', () => {
    const order = new StateOrder()
    const admitted = [5, 5, 7, 6, 4, 7, 8].filter((generation) => order.admit(state(generation)) !== undefined)
    expect(admitted).toEqual([5, 5, 7, 7, 8])
    expect(order.newest).toBe(8)
  })

  it('start anew with the next connection, however low it counts', () => {
    const order = new StateOrder()
    order.admit(state(900))
    const { connection } = order
    order.begin()
    expect([order.connection === connection, order.newest]).toEqual([false, undefined])
    expect(order.admit(state(3))?.generation).toBe(3)
    expect(order.admit(state(2))).toBeUndefined()
  })
})

describe('a revocation', () => {
  it('keeps its principal out of every state that knows an older version', () => {
    const order = new StateOrder()
    expect(order.revoke(revocation(8), 7)).toBe(true)
    expect(order.admit(state(1, 7))?.principals).toEqual([])
    expect(order.admit(state(1, 9))?.principals).toHaveLength(1)
  })

  it('that is a pause keeps the key: a state that knows an older version has it paused', () => {
    const order = new StateOrder()
    expect(order.revoke(revocation(8, 'suspended'), 7)).toBe(true)
    expect(order.admit(state(1, 7))?.principals).toMatchObject([{ objectId, version: 8, state: 'suspended' }])
    expect(order.admit(state(1, 9))?.principals).toMatchObject([{ objectId, version: 9, state: 'enabled' }])
  })

  it('of an older version than is held, or was revoked before, means nothing', () => {
    const order = new StateOrder()
    expect(order.revoke(revocation(8), 9)).toBe(false)
    expect(order.revoke(revocation(10), 9)).toBe(true)
    expect(order.revoke(revocation(9), undefined)).toBe(false)
    expect(order.revoke(revocation(10), undefined)).toBe(true)
  })

  it('is forgotten with its connection, whose successor begins with the whole state', () => {
    const order = new StateOrder()
    order.revoke(revocation(8), 7)
    order.begin()
    expect(order.admit(state(1, 7))?.principals).toHaveLength(1)
  })
})
