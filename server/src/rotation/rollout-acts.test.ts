import { RolloutOrder, RolloutPlan, type RolloutWish } from '@signet/shared/api/rollouts'
import { DrillId, type RolloutId, SlotId } from '@signet/shared/vocabulary/identifiers'
import { hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { DrillStep } from '@signet/shared/wire/agent-protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  auditTrail,
  contextOf,
  given,
  identityEnabling,
  identityOn,
  newCsr,
  newestRun,
  openStack,
  rowsOf,
  type Stack,
  tamper,
} from '../../test/stack.ts'

const lastUsedAt = 1_700_000_000_000
const outstanding = { live: { tokens: 12, until: lastUsedAt + hourMs }, lastUsedAt }

let stack: Stack
let asked: readonly string[]
let fleet: Awaited<ReturnType<typeof identityOn>>[]

beforeEach(async () => {
  asked = []
  stack = await openStack({
    outstanding: async (ids) => {
      asked = ids
      return outstanding
    },
  })
  fleet = []
})

afterEach(() => stack.close())

const context = contextOf()
const all = { list: 'instances' as const, q: '' }
const planOf = (more: Partial<RolloutPlan> = {}) => RolloutPlan.parse({ waveSize: 2, ...more })
const start = (act: RolloutWish['act'], more: Partial<RolloutPlan> = {}, selection: RolloutWish['selection'] = all) =>
  stack.rotation.rollouts.start(context, { act, selection, plan: planOf(more), reason: 'key leaked' })
const show = (id: RolloutId) => stack.rotation.rollouts.show(id)
const turn = () => stack.rotation.rolloutRunner.turn()
const items = async (id: RolloutId) => (await stack.rotation.rollouts.items(id, { limit: 200 })).items
const stages = async (id: RolloutId) => (await items(id)).map(({ stage }) => stage)
const revoked = async () => (await auditTrail(stack)).filter((action) => action === 'credential.revoked').length
const stateOf = async (index: number) => (await stack.registry.credentials.require(given(fleet[index]).first.id)).state

async function fleetOf(count: number) {
  for (let index = 0; index < count; index += 1) fleet.push(await identityOn(stack, `web-${index}`))
  await stack.rotation.scheduler.turn()
}

async function roll(...members: number[]) {
  for (const member of members) {
    const { agent, slotId } = given(fleet[member])
    await agent.roll(slotId)
  }
}

describe('an emergency of many', () => {
  it('is not begun without a reason', () => {
    const order = { act: 'emergency', selection: all, plan: { waveSize: 1 } }
    expect(RolloutOrder.safeParse(order).success).toBe(false)
    expect(RolloutOrder.safeParse({ ...order, reason: '  ' }).success).toBe(false)
    expect(RolloutOrder.safeParse({ ...order, reason: 'leaked' }).success).toBe(true)
  })

  it('says its blast radius in numbers first: instances, identities, tokens alive, last used (SEC-89)', async () => {
    await fleetOf(2)
    await identityEnabling(stack, 'new')
    const before = await auditTrail(stack)
    const wish = { act: 'emergency' as const, selection: all, plan: planOf() }
    expect(await stack.rotation.rollouts.preview(wish)).toMatchObject({
      credentials: 3,
      identities: 3,
      agents: 3,
      offline: 3,
      blast: { instances: 3, ...outstanding },
    })
    expect([...asked].sort()).toEqual((await rowsOf(stack, 'credential_slots')).map((row) => row.principal_id).sort())
    expect(await auditTrail(stack)).toEqual(before)
  })

  it('revokes wave by wave, in the name of whoever wished it, and each agent brings a new certificate', async () => {
    await fleetOf(3)
    const { id, correlationId } = await start('emergency')
    await turn()
    expect([await stateOf(0), await stateOf(1), await stateOf(2)]).toEqual(['revoked', 'revoked', 'active'])
    expect(await newestRun(stack, given(fleet[0]).principalId)).toMatchObject({
      ...{ trigger: 'emergency', lane: 0, actor_label: 'Ada' },
    })
    await roll(0, 1)
    await turn()
    await roll(2)
    await turn()
    expect(await show(id)).toMatchObject({ act: 'emergency', state: 'completed', counts: { activated: 3 } })
    expect(await revoked()).toBe(3)
    const acts = (await rowsOf(stack, 'audit_events')).filter(({ correlation_id }) => correlation_id === correlationId)
    expect(acts.filter(({ action }) => action === 'credential.revoked').map((row) => row.reason)).toEqual(
      Array.from({ length: 3 }, () => 'key leaked'),
    )
    expect(acts[0]).toMatchObject({ action: 'rollout.started', reason: 'key leaked' })
  })

  it('revokes what one agent holds of an identity, and leaves what others hold', async () => {
    await fleetOf(2)
    const shared = await stack.users.create(context, { name: 'shared', resourceGroup: 'default' })
    await stack.users.attach(context, shared.principalId, { instanceIds: fleet.map(({ instance }) => instance.id) })
    const slots = await stack.store.openSlots({ principalIds: [shared.principalId] })
    for (const member of fleet) {
      const own = given(slots.find((slot) => slot.agent_id === member.agent.id))
      await member.agent.roll(SlotId.parse(own.id))
    }
    await start('emergency', {}, { list: 'instances', ids: [given(fleet[0]).instance.id] })
    await turn()
    const after = await stack.store.openSlots({ principalIds: [shared.principalId] })
    const activeOn = (index: number) =>
      given(after.find((slot) => slot.agent_id === given(fleet[index]).agent.id)).active_credential_id
    expect(activeOn(0)).toBeNull()
    expect(activeOn(1)).not.toBeNull()
  })

  it('counts an agent that is away as failed and still waits for it; tried again it revokes nothing twice', async () => {
    await fleetOf(1)
    const { id } = await start('emergency', { mostFailed: 1 })
    await turn()
    stack.clock.advance(300 * secondMs)
    await turn()
    expect(await stages(id)).toEqual(['failed'])
    const run = await newestRun(stack, given(fleet[0]).principalId)
    expect(run.state).toBe('requested')
    await roll(0)
    expect(await show(id)).toMatchObject({ state: 'completed', counts: { failed: 1 } })

    const again = await start('emergency')
    await turn()
    stack.clock.advance(300 * secondMs)
    await turn()
    expect((await show(again.id)).state).toBe('halted')
    await roll(0)
    const before = await revoked()
    await stack.rotation.rollouts.resume(context, again.id, { retry: true })
    await turn()
    await turn()
    expect(await show(again.id)).toMatchObject({ state: 'completed', counts: { activated: 1 } })
    expect(await revoked()).toBe(before)
  })

  it('takes over what a rotation of many has in hand, and there it is skipped', async () => {
    await fleetOf(2)
    const slow = await start('rotate', { waveSize: 1 })
    await turn()
    const { id, total } = await start('emergency')
    expect(total).toBe(2)
    expect((await items(slow.id)).map(({ stage, detail }) => [stage, detail])).toEqual(
      Array.from({ length: 2 }, () => ['skipped', 'An emergency has it in hand.']),
    )
    await expect(start('emergency')).rejects.toMatchObject({ code: 'conflict' })
    await turn()
    await roll(0, 1)
    await turn()
    expect([(await show(slow.id)).state, (await show(id)).state]).toEqual(['completed', 'completed'])
  })

  it('revokes each once however many processes work at it, and where one died another goes on (SEC-143, SEC-144)', async () => {
    await fleetOf(3)
    const { id } = await start('emergency', { waveSize: 3 })
    const others = await Promise.all([stack.rolloutsAgain(), stack.rolloutsAgain()])
    await Promise.all([turn(), ...others.map(({ rolloutRunner }) => rolloutRunner.turn())])
    expect(await revoked()).toBe(3)
    await roll(0, 1, 2)
    stack.clock.advance(31 * secondMs)
    await given(others[0]).rolloutRunner.turn()
    expect(await show(id)).toMatchObject({ state: 'completed', counts: { activated: 3 } })
    expect(await revoked()).toBe(3)
  })

  it('fails nobody by time alone while the clock is in doubt (SEC-145)', async () => {
    await fleetOf(1)
    const { id } = await start('emergency')
    await turn()
    stack.clock.step(600 * secondMs)
    stack.watch.check()
    await turn()
    expect(await stages(id)).toEqual(['asked'])
    expect((await show(id)).state).toBe('running')
  })

  it('is never rolled back: what was revoked does not come back (SEC-68)', async () => {
    await fleetOf(1)
    const { id } = await start('emergency')
    await turn()
    await roll(0)
    await turn()
    expect((await show(id)).reversible).toBe(0)
    await expect(stack.rotation.rollouts.rollBack(context, id, {})).rejects.toMatchObject({ code: 'conflict' })
    expect(await stateOf(0)).toBe('revoked')
  })
})

describe('a drill of many', () => {
  /** What the agent of a member does of its drill. */
  async function rehearse(member: number, id: RolloutId, outcome: 'ok' | 'failed' = 'ok') {
    const { agent } = given(fleet[member])
    const drillId = DrillId.parse(given(await items(id))[member]?.drillId)
    const { drills } = stack.rotation
    const { x5tS256 } = await drills.certify(agent.context, agent.id, drillId, await newCsr())
    await drills.acknowledge(agent.id, drillId, x5tS256)
    const passed = { startedAt: stack.clock.now(), durationMs: 1, outcome: 'ok' as const, errorCode: null, detail: '' }
    const steps = DrillStep.shape.name.options.map((name) => ({ name, ...passed }))
    const last = { ...given(steps.at(-1)), outcome, detail: 'the disk is full' }
    await drills.report(agent.context, agent.id, drillId, { steps: [...steps.slice(0, -1), last] })
  }

  const standing = async () => ({
    slots: await rowsOf(stack, 'credential_slots'),
    credentials: await rowsOf(stack, 'credentials'),
    runs: await rowsOf(stack, 'rotation_runs'),
  })

  it('rehearses wave by wave and changes no certificate; each leads to its report', async () => {
    await fleetOf(3)
    const before = await standing()
    const { id } = await start('drill')
    await turn()
    expect(await stages(id)).toEqual(['asked', 'asked', 'waiting'])
    await rehearse(0, id)
    await rehearse(1, id)
    await turn()
    expect(await stages(id)).toEqual(['rehearsed', 'rehearsed', 'asked'])
    await rehearse(2, id)
    await turn()
    expect(await show(id)).toMatchObject({ act: 'drill', state: 'completed', counts: { rehearsed: 3 }, reversible: 0 })
    expect((await stack.rotation.rollouts.items(id, { limit: 9, stage: 'rehearsed' })).items).toHaveLength(3)
    expect(await standing()).toEqual(before)
    const reports = await stack.rotation.drills.ofPrincipal(given(fleet[2]).principalId)
    expect([reports[0]?.id, reports[0]?.state]).toEqual([(await items(id))[2]?.drillId, 'passed'])
  })

  it('halts where a rehearsal fails, and says what went wrong on the instance', async () => {
    await fleetOf(3)
    const { id } = await start('drill', { waveSize: 1 })
    await turn()
    await rehearse(0, id, 'failed')
    await turn()
    expect(await show(id)).toMatchObject({ state: 'halted', wave: 1 })
    expect((await items(id))[0]).toMatchObject({
      stage: 'failed',
      detail: 'The rehearsal has failed: the disk is full',
    })
    await expect(stack.rotation.rollouts.rollBack(context, id, {})).rejects.toMatchObject({ code: 'conflict' })
  })

  it('fails where the agent does not come in time, and is tried again with a drill of its own', async () => {
    await fleetOf(1)
    const { id } = await start('drill', { itemSeconds: 60 })
    await turn()
    const first = (await items(id))[0]?.drillId
    stack.clock.advance(60 * secondMs)
    await stack.rotation.drills.giveUp(contextOf('system', 'upkeep'))
    await turn()
    expect(await stages(id)).toEqual(['failed'])
    await stack.rotation.rollouts.resume(context, id, { retry: true })
    await turn()
    const [again] = await items(id)
    expect([again?.stage, again?.drillId === first]).toEqual(['asked', false])
    await rehearse(0, id)
    await turn()
    expect((await show(id)).state).toBe('completed')
  })

  it('does not fail for what the agent says of a rotation of the same slot', async () => {
    await fleetOf(1)
    const { id } = await start('drill')
    await turn()
    const { agent, slotId } = given(fleet[0])
    stack.clock.advance(secondMs)
    const errors = JSON.stringify([{ slotId, code: 'disk_full', detail: 'no room', at: stack.clock.now() }])
    await tamper(stack, `UPDATE agents SET errors = '${errors}' WHERE id = '${agent.id}'`)
    await turn()
    expect(await stages(id)).toEqual(['asked'])
  })
})

describe('a start that is cut short', () => {
  it('leaves nothing behind: it is not listed, and what it had written is removed when its time is over', async () => {
    await fleetOf(2)
    const { id } = await start('rotate')
    await stack.rotation.rollouts.cancel(context, id, undefined)
    const row = given((await rowsOf(stack, 'rollouts'))[0])
    await tamper(stack, `UPDATE rollouts SET state = 'starting', finished_at = NULL, due_at = 0 WHERE id = '${row.id}'`)
    expect((await stack.rotation.rollouts.page({ limit: 9 })).items).toEqual([])
    await expect(show(id)).rejects.toMatchObject({ code: 'not_found' })
    await turn()
    expect([await rowsOf(stack, 'rollouts'), await rowsOf(stack, 'rollout_items')]).toEqual([[], []])
  })
})
