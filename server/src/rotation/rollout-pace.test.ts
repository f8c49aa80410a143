import { rolloutTitle } from '@signet/shared/vocabulary/rollout-states'
import { secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { contextOf, identityOn, openStack, rowsOf, type Stack } from '../../test/stack.ts'

let stack: Stack
beforeEach(async () => {
  stack = await openStack()
})
afterEach(() => stack.close())

it('asks 32 agents of a wave in one turn and the rest in the next, and is on record by what it is about (ADR-0029)', async () => {
  for (let index = 0; index < 34; index += 1) await identityOn(stack, `web-${index}`)
  const selection = { list: 'instances' as const, q: '' }
  const { id } = await stack.rotation.rollouts.start(contextOf(), {
    act: 'rotate',
    selection,
    plan: { waveSize: 40, pauseSeconds: 0, mostFailed: 1, mostFailedShare: 1, itemSeconds: 300 },
  })
  const asked = async () => (await stack.rotation.rollouts.show(id)).counts.asked
  await stack.rotation.rolloutRunner.turn()
  expect(await asked()).toBe(32)
  await stack.rotation.rolloutRunner.turn()
  expect(await asked()).toBe(34)
  const labels = (await rowsOf(stack, 'audit_events')).filter((row) => row.target_kind === 'rollout')
  expect(new Set(labels.map((row) => row.target_label))).toEqual(new Set(['Rotate 34 certificates in 1 wave']))
})

it('looks once at all that agents report within a quarter of a second (ADR-0029)', async () => {
  const runner = stack.rotation.rolloutRunner
  const turns = vi.spyOn(runner, 'turn').mockResolvedValue()
  runner.start()
  const settled = () => new Promise((done) => setImmediate(done))
  runner.noticed([{ kind: 'run', id: 'one' }])
  stack.clock.advance(100)
  runner.noticed([{ kind: 'agent', id: 'two' }])
  runner.noticed([{ kind: 'run', id: 'three' }])
  stack.clock.advance(149)
  await settled()
  expect(turns).toHaveBeenCalledTimes(0)
  stack.clock.advance(1)
  stack.clock.advance(0)
  await settled()
  expect(turns, 'a quarter of a second after the first').toHaveBeenCalledTimes(1)
  runner.noticed([{ kind: 'principal', id: 'of no concern' }])
  stack.clock.advance(secondMs / 2)
  await settled()
  expect(turns).toHaveBeenCalledTimes(1)
  await runner.stop()
})

it('is named by what it does, in how many waves', () => {
  expect(rolloutTitle({ act: 'emergency', total: 1_412, waves: 21 })).toBe(
    'Revoke and rotate 1,412 certificates in 21 waves',
  )
  expect(rolloutTitle({ act: 'drill', total: 1, waves: 1 })).toBe('Rehearse 1 certificate in 1 wave')
})
