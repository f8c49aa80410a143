import { RolloutPlan } from '@signet/shared/api/rollouts'
import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, given, identityOn, openStack, rowsOf, type Stack, tamper } from '../../test/stack.ts'

let stack: Stack
let web: Awaited<ReturnType<typeof identityOn>>
beforeAll(async () => {
  stack = await openStack()
  web = await identityOn(stack)
  await stack.rotation.rollover.rotateNow(contextOf(), web.principalId)
  await web.agent.roll(web.slotId)
  stack.clock.advance(dayMs + hourMs)
  await stack.rotation.scheduler.turn()
})
afterAll(() => stack.close())

describe('history', () => {
  it.each([
    ["UPDATE rotation_attempts SET detail = 'nothing happened'", 'insert only'],
    ['DELETE FROM rotation_attempts', 'kept until'],
    ["UPDATE rotation_runs SET error_code = NULL, actor_label = 'Eve'", 'never changed'],
    ['UPDATE rotation_runs SET activated_at = activated_at - 1', 'never changed'],
    ['UPDATE rotation_runs SET finished_at = NULL', 'never changed'],
    ['DELETE FROM rotation_runs', 'kept until'],
    ["UPDATE credentials SET serial = '00'", 'never changed'],
    ["UPDATE credentials SET x5t = 'x', x5t_s256 = id", 'never changed'],
    ["UPDATE credentials SET cert_der = x'00'", 'never changed'],
    ['UPDATE credentials SET not_after = not_after + 1', 'never changed'],
    ['UPDATE credentials SET created_at = created_at - 1', 'never changed'],
    ["UPDATE credentials SET principal_id = 'somebody else'", 'never changed'],
    ["UPDATE credentials SET cause = 'schedule', actor_label = 'Eve'", 'never changed'],
    ["UPDATE credentials SET retired_at = retired_at - 1 WHERE state = 'retired'", 'never changed'],
    ["UPDATE credentials SET state = 'active' WHERE state = 'retired'", 'never changed'],
    ["UPDATE credentials SET usable_until = NULL WHERE state = 'retired'", 'never changed'],
    ['DELETE FROM credentials', 'kept until'],
    ["DELETE FROM credentials WHERE state = 'retired'", 'kept until'],
  ])('refuses %s', async (statement, why) => {
    await expect(tamper(stack, statement)).rejects.toThrow(why)
  })

  it('gets no further step once a rotation has ended', async () => {
    const run = given((await rowsOf(stack, 'rotation_runs')).find(({ state }) => state === 'completed'))
    const statement = `INSERT INTO rotation_attempts SELECT 'late', tenant_id, run_id, attempt, fence, from_state, to_state,
      outcome, actor_kind, actor_id, actor_label, started_at, ended_at, error_code, detail
      FROM rotation_attempts WHERE run_id = '${run.id}' LIMIT 1`
    await expect(tamper(stack, statement)).rejects.toThrow('no further attempts')
  })

  it('takes a last use that is written after the certificate has ended, but never an earlier one', async () => {
    const now = stack.clock.now()
    await stack.registry.recordUses(new Map([[web.first.id, now]]))
    await stack.registry.recordUses(new Map([[web.first.id, now - hourMs]]))
    const row = given((await rowsOf(stack, 'credentials')).find(({ id }) => id === web.first.id))
    expect(row).toMatchObject({ state: 'retired', first_used_at: now, last_used_at: now })
    await expect(tamper(stack, 'UPDATE credentials SET first_used_at = 1')).rejects.toThrow('never changed')
    await expect(tamper(stack, 'UPDATE credentials SET last_used_at = 1')).rejects.toThrow('never earlier')
  })

  it('of what has not ended is deleted by no pass, whatever it says', async () => {
    const pass = `INSERT INTO retention_pass VALUES (1, ${stack.clock.now() + 9 * dayMs})`
    await tamper(stack, pass)
    await expect(tamper(stack, "DELETE FROM credentials WHERE state <> 'retired'")).rejects.toThrow('kept until')
    await tamper(stack, 'DELETE FROM retention_pass')
  })
})

describe('the retention of history', () => {
  const counts = async () => ({
    certificates: (await rowsOf(stack, 'credentials')).length,
    rotations: (await rowsOf(stack, 'rotation_runs')).length,
    attempts: (await rowsOf(stack, 'rotation_attempts')).length,
  })
  const retired = async () =>
    given((await rowsOf(stack, 'credentials')).find(({ id }) => id === web.first.id)?.retired_at)

  it('deletes what ended 400 days ago and not a moment earlier, with an audit event that counts it', async () => {
    const before = await counts()
    stack.clock.advance(400 * dayMs - (stack.clock.now() - (await retired())))
    await stack.rotation.retention.turn()
    expect(await counts()).toEqual(before)
    stack.clock.advance(1)
    await stack.rotation.retention.turn()
    const gone = (await rowsOf(stack, 'rotation_runs')).map(({ from_credential_id }) => from_credential_id)
    expect(await counts()).toEqual({
      certificates: before.certificates - 1,
      rotations: before.rotations - 1,
      attempts: 4,
    })
    expect(gone).toEqual([web.first.id])
    const events = await stack.database.read
      .selectFrom('audit_events')
      .select('after')
      .where('action', '=', 'history.pruned')
      .orderBy('id')
      .execute()
    expect(events.map(({ after }) => JSON.parse(after ?? ''))).toMatchObject([
      { certificates: 1, rotations: 0, attempts: 0 },
      { certificates: 0, rotations: 1, attempts: 4 },
    ])
    expect(await rowsOf(stack, 'retention_pass')).toEqual([])
  })

  it('keeps a certificate that is in use, however old, and the rotation that brought it', async () => {
    stack.clock.advance(2_000 * dayMs)
    await stack.rotation.retention.turn()
    expect(await counts()).toMatchObject({ certificates: 1, rotations: 1 })
    const record = given((await stack.rotation.evidence.ofPrincipal(web.principalId))[0])
    expect(record).toMatchObject({ state: 'active', run: { state: 'completed' } })
  })

  it('changes nothing when it is repeated or done twice at once', async () => {
    const before = await counts()
    const events = (await auditTrail(stack)).length
    await Promise.all([stack.rotation.retention.turn(), stack.rotation.retention.turn()])
    expect(await counts()).toEqual(before)
    expect((await auditTrail(stack)).length).toBe(events)
  })

  it('waits while the clock is in doubt (SEC-145)', async () => {
    const off = await identityOn(stack, 'off-01')
    await stack.identities.turnOff(contextOf(), off.instance.id)
    const before = await counts()
    stack.clock.step(500 * dayMs)
    await stack.rotation.retention.turn()
    expect(await counts()).toEqual(before)
    stack.clock.advance(10 * minuteMs)
    await stack.rotation.retention.turn()
    expect(await counts()).toMatchObject({ certificates: before.certificates - 1 })
  })
})

it('the retention of history reaches rotations that a rollout led to, and leaves what came of the rollout', async () => {
  const other = await openStack()
  try {
    const { agent, slotId, principalId } = await identityOn(other)
    const { rotation, clock } = other
    await rotation.scheduler.turn()
    const selection = { list: 'instances' as const, q: '' }
    const wish = { act: 'rotate' as const, selection, plan: RolloutPlan.parse({ waveSize: 1 }) }
    const { id } = await rotation.rollouts.start(contextOf(), wish)
    await rotation.rolloutRunner.turn()
    await agent.roll(slotId)
    await rotation.rolloutRunner.turn()
    const { items } = await rotation.rollouts.items(id, { limit: 1 })
    // The certificate that it brought is followed by another, and both overlaps end.
    await rotation.rollover.rotateNow(contextOf(), principalId)
    await agent.roll(slotId)
    clock.advance(2 * dayMs)
    await rotation.scheduler.turn()
    clock.advance(401 * dayMs)
    await rotation.retention.turn()
    const left = (await rowsOf(other, 'rotation_runs')).map((run) => run.id)
    expect(left).not.toContain(given(items[0]?.runId))
    expect(await rotation.rollouts.show(id)).toMatchObject({ state: 'completed', counts: { retired: 1 } })
  } finally {
    await other.close()
  }
})
