import { minuteMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, identityEnabling, identityOn, openStack, type Stack } from '../../test/stack.ts'
import { RotationCountsStore } from './rotation-counts-store.ts'

let stack: Stack
let counts: RotationCountsStore

beforeEach(async () => {
  stack = await openStack()
  counts = new RotationCountsStore(stack)
})

afterEach(() => stack.close())

const endedAs = async (state: string) => (await counts.ended()).find((one) => one.state === state)?.count
const openIn = async (state: string) => (await counts.open()).find((one) => one.state === state)?.count

describe('the counts of rotations', () => {
  it('have those under way by state, and each that ended once, whoever asks how often', async () => {
    await identityOn(stack, 'web-01')
    await identityEnabling(stack, 'web-02')
    expect([await openIn('requested'), await openIn('activated'), await endedAs('completed')]).toEqual([1, 1, 0])
    await stack.rotation.scheduler.turn()
    expect(await openIn('activated')).toBe(0)
    stack.clock.advance(minuteMs)
    expect(await Promise.all([endedAs('completed'), endedAs('completed')])).toEqual([1, 1])
    stack.clock.advance(minuteMs)
    expect(await endedAs('completed')).toBe(1)
  })

  it('have what was called off apart, and go on from nothing in a new process', async () => {
    const { instance } = await identityEnabling(stack)
    await stack.identities.turnOff(contextOf(), instance.id)
    stack.clock.advance(minuteMs)
    expect([await endedAs('cancelled'), await endedAs('failed')]).toEqual([1, 0])
    const later = new RotationCountsStore(stack)
    expect((await later.ended()).every(({ count }) => count === 0)).toBe(true)
  })
})
