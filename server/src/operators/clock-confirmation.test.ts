import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { auditTrail, contextOf, given, openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { AuditLog } from '../audit/index.ts'
import { ClockWatch } from '../platform/clock-watch.ts'
import { ClockConfirmation } from './clock-confirmation.ts'

let stack: Stack
beforeEach(async () => {
  stack = await openStack()
})
afterEach(() => stack.close())

/** As a start of the server has it. */
async function started() {
  const watch = new ClockWatch(stack.clock)
  const audit = new AuditLog(stack)
  return { watch, audit, confirmation: await ClockConfirmation.open({ ...stack, audit, watch }) }
}
const steps = async () => (await auditTrail(stack)).filter((action) => action === 'clock.stepped').length
const recorded = async (count: number) => {
  while ((await steps()) < count) await new Promise((resolve) => setImmediate(resolve))
}

describe('a step of the clock', () => {
  it('is on record with what it was before and after (SEC-122, SEC-145)', async () => {
    const { watch } = await started()
    const before = stack.clock.now()
    stack.clock.step(hourMs)
    watch.check()
    await recorded(1)
    const row = (await rowsOf(stack, 'audit_events')).at(-1)
    expect(row).toMatchObject({ action: 'clock.stepped', actor_kind: 'system', target_kind: 'clock' })
    expect([row?.before, row?.after]).toEqual([
      JSON.stringify({ time: before }),
      JSON.stringify({ time: before + hourMs, byMs: hourMs }),
    ])
  })

  it('is waited out anew by a server that was restarted in the middle of it (SEC-145)', async () => {
    const first = await started()
    stack.clock.step(hourMs)
    first.watch.check()
    await recorded(1)
    stack.clock.advance(9 * minuteMs)
    const { watch, confirmation } = await started()
    expect(watch.isSteady).toBe(false)
    expect(confirmation.status()).toMatchObject({ steady: false, step: { byMs: hourMs, steadyInMs: 10 * minuteMs } })
    stack.clock.advance(10 * minuteMs)
    expect(watch.isSteady).toBe(true)
    expect((await started()).watch.isSteady).toBe(true)
    expect(await steps()).toBe(1)
  })

  it('back that nobody watched is found by the records that are ahead of it (SEC-145)', async () => {
    await stack.audit.record(contextOf('system', 'server'), { action: 'server.stop' })
    stack.clock.step(-dayMs)
    const { watch, confirmation } = await started()
    expect(watch.isSteady).toBe(false)
    expect(confirmation.status().step?.byMs).toBe(-dayMs)
    await recorded(1)
  })

  it('is over when an operator confirms the time, which is on record, and stays so after a restart (SEC-145)', async () => {
    const { watch, confirmation } = await started()
    stack.clock.step(hourMs)
    watch.check()
    await recorded(1)
    const seen = given(confirmation.status().step).at
    expect(await confirmation.confirm(contextOf(), seen)).toMatchObject({ steady: true, step: null })
    expect((await auditTrail(stack)).at(-1)).toBe('clock.confirmed')
    expect((await started()).watch.isSteady).toBe(true)
  })

  it('that nobody has seen is not confirmed with the one before it, here or after a restart (SEC-145)', async () => {
    const { watch, audit, confirmation } = await started()
    stack.clock.step(hourMs)
    watch.check()
    const seen = given(confirmation.status().step).at
    stack.clock.step(dayMs)
    await expect(confirmation.confirm(contextOf(), seen)).rejects.toMatchObject({ code: 'conflict', status: 409 })
    await recorded(2)
    expect(await auditTrail(stack)).not.toContain('clock.confirmed')

    const second = given(confirmation.status().step).at
    const record = audit.record.bind(audit)
    vi.spyOn(audit, 'record').mockImplementationOnce(async (...event) => {
      stack.clock.step(dayMs)
      watch.check()
      await recorded(3)
      await record(...event)
    })
    expect(await confirmation.confirm(contextOf(), second)).toMatchObject({ steady: false })
    expect((await started()).watch.isSteady).toBe(false)
  })

  it('that did not happen needs no confirmation, and none is recorded', async () => {
    const { confirmation } = await started()
    await confirmation.confirm(contextOf(), stack.clock.now())
    expect((await auditTrail(stack)).at(-1)).not.toBe('clock.confirmed')
  })
})

describe('the times of audit events', () => {
  it('never go back, in one process or across a restart, and neither does their order (SEC-145)', async () => {
    const record = (audit: AuditLog) => audit.record(contextOf(), { action: 'server.start' })
    await record(stack.audit)
    stack.clock.step(-dayMs)
    await record(stack.audit)
    const restarted = new AuditLog(stack)
    await record(restarted)
    stack.clock.step(2 * dayMs)
    await record(restarted)
    const rows = await rowsOf(stack, 'audit_events')
    expect(rows.map((row) => row.at)).toEqual(rows.map((row) => row.at).toSorted((a, b) => a - b))
    expect(rows.map((row) => row.id)).toEqual(rows.map((row) => row.id).toSorted())
    expect(rows.at(-1)?.at).toBe(stack.clock.now())
  })
})
