import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { doctor } from './doctor.ts'
import { openRunIds, rotationFaults, unfinishedFaults } from './rotation-invariants.ts'
import { identityOn, openStack, type Stack } from './stack.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
  const { agent, slotId, principalId } = await identityOn(stack)
  await stack.rotation.rollover.rotateNow(agent.context, principalId)
  await agent.roll(slotId)
})

afterEach(() => stack.close())

const file = () => join(stack.dataDir, 'signet.db')

describe('the checker of the invariants', () => {
  it('finds nothing in what the product wrote', () => {
    expect(rotationFaults(file(), stack.clock.now())).toEqual([])
  })

  it.each([
    ['I1', 'a slot that lost its credential', "UPDATE credentials SET state = 'retired' WHERE state = 'active'"],
    ['I1', 'a credential that expired in use', "UPDATE credentials SET not_after = 1 WHERE state = 'active'"],
    ['I2', 'two active credentials', "UPDATE credentials SET state = 'active' WHERE state = 'retiring'"],
    [
      'I2',
      'a prepared credential that no slot names',
      "UPDATE credentials SET state = 'prepared' WHERE state = 'retiring'",
    ],
    ['I2', 'a pointer to another credential', "UPDATE credential_slots SET active_credential_id = 'other'"],
    ['I2', 'two open runs of a slot', 'UPDATE rotation_runs SET finished_at = NULL'],
    ['I3', 'a transition without its step', "DELETE FROM rotation_attempts WHERE to_state = 'prepared'"],
    ['I3', 'a step without its transition', "UPDATE rotation_runs SET state = 'prepared' WHERE state = 'activated'"],
    ['I3', 'a transition without its record', "DELETE FROM audit_events WHERE action = 'credential.activated'"],
    [
      'I3',
      'a transition recorded twice',
      `INSERT INTO audit_events (id, tenant_id, at, actor_kind, actor_label, action, target_kind, target_id, outcome, correlation_id)
       SELECT id || 'x', tenant_id, at, actor_kind, actor_label, action, target_kind, target_id, outcome, correlation_id
       FROM audit_events WHERE action = 'credential.prepared'`,
    ],
  ])('finds by %s: %s', (invariant, _what, statement) => {
    doctor(file(), statement)
    const found = rotationFaults(file(), stack.clock.now()).map((fault) => fault.invariant)
    expect(found).toContain(invariant)
  })

  it('finds by I4: a run that never ends', () => {
    const open = openRunIds(file())
    expect(open).toHaveLength(1)
    expect(unfinishedFaults(file(), open)).toMatchObject([{ invariant: 'I4' }])
    doctor(file(), "UPDATE rotation_runs SET state = 'completed', finished_at = 1 WHERE finished_at IS NULL")
    expect(unfinishedFaults(file(), open)).toEqual([])
  })
})
