import { dayMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, enrolledInstance, newCsr, openStack, type Stack } from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'

let stack: Stack
beforeEach(async () => {
  stack = await openStack()
})
afterEach(() => stack.close())

const derOf = (base64: string | undefined) => Buffer.from(base64 ?? '', 'base64')

describe('the certificate of an agent', () => {
  it('that slept for longer than that renews once an operator allows it, within a day (SEC-44)', async () => {
    const { agent } = await enrolledInstance(stack, 'web-02')
    const forRenewal = () => stack.enrollment.authenticate(agent.certificate, true)
    const approve = () => stack.plane.recovery.approve(contextOf(), agent.id, 'it was in a drawer')
    await expect(approve()).rejects.toMatchObject({ code: 'conflict' })
    stack.clock.advance(32 * dayMs)
    await expect(forRenewal()).rejects.toMatchObject({ detail: expect.stringContaining('operator') })
    expect(await approve()).toEqual({ until: stack.clock.now() + dayMs })
    await expect(approve()).rejects.toMatchObject({ code: 'conflict' })
    stack.clock.advance(dayMs - 1)
    await expect(stack.enrollment.authenticate(agent.certificate)).rejects.toMatchObject({ code: 'agent_refused' })
    await forRenewal()
    const csr = (await newCsr()).toString('base64')
    const renewal = { csr, generation: 2, requestId: newGuid() }
    const { certificates } = await stack.enrollment.renew(agent.context, agent.id, renewal)
    expect(await stack.enrollment.authenticate(derOf(certificates[0]))).toMatchObject({ recover_until: null })
    expect((await auditTrail(stack)).filter((action) => action === 'agent.recovery_approved')).toHaveLength(1)
  })

  it('is not let back by an operator when it is quarantined (SEC-42)', async () => {
    const { agent } = await enrolledInstance(stack, 'web-02')
    const csr = (await newCsr()).toString('base64')
    const outOfTurn = { csr, generation: 9, requestId: newGuid() }
    await expect(stack.enrollment.renew(agent.context, agent.id, outOfTurn)).rejects.toThrow()
    stack.clock.advance(40 * dayMs)
    const approve = stack.plane.recovery.approve(contextOf(), agent.id, undefined)
    await expect(approve).rejects.toMatchObject({ code: 'conflict' })
  })

  it('whose renewal was answered to nobody, and is expired by now, is renewed from there (SEC-43, SEC-44)', async () => {
    const { agent } = await enrolledInstance(stack, 'web-02')
    const ask = async (generation: number, csr: Buffer, requestId: string) =>
      derOf(
        (await stack.enrollment.renew(agent.context, agent.id, { csr: csr.toString('base64'), generation, requestId }))
          .certificates[0],
      )
    const [csr, requestId] = [await newCsr(), newGuid()]
    const lost = await ask(2, csr, requestId)
    stack.clock.advance(3 * dayMs)
    await stack.enrollment.authenticate(agent.certificate, true)
    const again = await ask(2, csr, requestId)
    expect(again).toEqual(lost)
    expect((await stack.enrollment.authenticate(again, true)).generation).toBe(2)
    const fresh = await ask(3, await newCsr(), newGuid())
    expect((await stack.enrollment.authenticate(fresh)).generation).toBe(3)
  })
})
