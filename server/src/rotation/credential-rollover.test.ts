import { X509Certificate } from 'node:crypto'
import { CredentialId, ThumbprintS256 } from '@signet/shared/vocabulary/identifiers'
import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  auditTrail,
  contextOf,
  enrolledInstance,
  given,
  identityEnabling,
  identityOn,
  newCsr,
  newestRun,
  openSlotOf,
  openStack,
  rowsOf,
  type Stack,
} from '../../test/stack.ts'
import { usabilityAt } from '../principals/index.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const nobodys = ThumbprintS256.parse('x'.repeat(43))
const countOf = (trail: readonly string[], action: string) => trail.filter((one) => one === action).length

describe('the first certificate', () => {
  it('is the first rollover: enabling, prepared, acknowledged, on (SEC-143)', async () => {
    const { instance, agent, principalId, slotId } = await identityEnabling(stack)
    expect((await stack.resources.require(instance.id)).identityState).toBe('enabling')
    expect(await newestRun(stack, principalId)).toMatchObject({ state: 'requested', trigger: 'enable' })

    const prepared = await agent.request(slotId)
    expect(prepared.state).toBe('prepared')
    expect((await newestRun(stack, principalId)).state).toBe('prepared')
    expect((await stack.resources.require(instance.id)).identityState).toBe('enabling')

    await agent.acknowledge(slotId, prepared.x5tS256)
    expect((await stack.resources.require(instance.id)).identityState).toBe('on')
    expect((await stack.registry.credentials.require(prepared.id)).state).toBe('active')
    expect(await openSlotOf(stack, principalId)).toMatchObject({
      active_credential_id: prepared.id,
      prepared_credential_id: null,
    })
  })

  it('completes its run at the next turn, since nothing overlaps', async () => {
    const { principalId } = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    expect((await newestRun(stack, principalId)).state).toBe('completed')
  })

  it('names the client and nothing of the request (SEC-37)', async () => {
    const { principalId, first } = await identityOn(stack)
    const { clientId } = await stack.registry.require(principalId)
    expect(new X509Certificate(first.certificate).subject).toBe(`CN=${clientId}`)
  })

  it('records each step with its actor, and each certificate in the audit log (SEC-124, SEC-143)', async () => {
    const { principalId } = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    const { steps } = await stack.rotation.history.show((await newestRun(stack, principalId)).id)
    expect(steps.map((step) => [step.fromState, step.toState, step.actor.kind])).toEqual([
      [null, 'requested', 'operator'],
      ['requested', 'prepared', 'agent'],
      ['prepared', 'activated', 'agent'],
      ['activated', 'completed', 'system'],
    ])
    const trail = await auditTrail(stack)
    expect(trail.slice(trail.indexOf('identity.turned_on'))).toEqual([
      'identity.turned_on',
      'rotation.requested',
      'credential.prepared',
      'credential.activated',
      'identity.in_force',
      'rotation.completed',
    ])
  })
})

describe('repeating a step', () => {
  it('gives the same certificate for the same request (SEC-143)', async () => {
    const { agent, slotId } = await identityEnabling(stack)
    const csr = await newCsr()
    const once = await agent.request(slotId, csr)
    const twice = await agent.request(slotId, csr)
    expect(twice.certificate.equals(once.certificate)).toBe(true)
    expect(await rowsOf(stack, 'credentials')).toHaveLength(1)
  })

  it('gives one certificate to the same request ten times at once', async () => {
    const { agent, slotId } = await identityEnabling(stack)
    const csr = await newCsr()
    const answers = await Promise.all(Array.from({ length: 10 }, () => agent.request(slotId, csr)))
    expect(new Set(answers.map((one) => one.x5tS256)).size).toBe(1)
    expect(await rowsOf(stack, 'credentials')).toHaveLength(1)
  })

  it('changes nothing when a certificate is acknowledged again', async () => {
    const { agent, slotId, first } = await identityOn(stack)
    const before = { trail: await auditTrail(stack), slots: await rowsOf(stack, 'credential_slots') }
    await agent.acknowledge(slotId, first.x5tS256)
    expect(await auditTrail(stack)).toEqual(before.trail)
    expect(await rowsOf(stack, 'credential_slots')).toEqual(before.slots)
  })

  it('changes nothing when first use follows the acknowledgement', async () => {
    const { first } = await identityOn(stack)
    const before = await auditTrail(stack)
    await stack.rotation.rollover.activateUsed(first.id)
    expect(await auditTrail(stack)).toEqual(before)
  })

  it('returns the run under way when rotation is asked for again', async () => {
    const { principalId } = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    const [once] = await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    const [twice] = await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    expect(given(twice).id).toBe(given(once).id)
    expect(countOf(await auditTrail(stack), 'rotation.requested')).toBe(2)
  })

  it('opens one run for twenty requests at once', async () => {
    const { principalId } = await identityOn(stack)
    const runs = await Promise.all(
      Array.from({ length: 20 }, () => stack.rotation.rollover.rotateNow(contextOf(), principalId)),
    )
    expect(new Set(runs.flat().map((run) => run.id)).size).toBe(1)
  })
})

describe('a prepared certificate', () => {
  it('is revoked when the agent asks with another key', async () => {
    const { agent, principalId, slotId } = await identityEnabling(stack)
    const lost = await agent.request(slotId)
    const kept = await agent.request(slotId)
    expect((await stack.registry.credentials.require(lost.id)).state).toBe('revoked')
    expect((await openSlotOf(stack, principalId)).prepared_credential_id).toBe(kept.id)
    await expect(agent.acknowledge(slotId, lost.x5tS256)).rejects.toMatchObject({ code: 'conflict' })
    await agent.acknowledge(slotId, kept.x5tS256)
    expect((await newestRun(stack, principalId)).to_credential_id).toBe(kept.id)
  })

  it('is put to use by its first good assertion', async () => {
    const { instance, agent, slotId } = await identityEnabling(stack)
    const prepared = await agent.request(slotId)
    await stack.rotation.rollover.activateUsed(prepared.id)
    expect((await stack.registry.credentials.require(prepared.id)).state).toBe('active')
    expect((await stack.resources.require(instance.id)).identityState).toBe('on')
  })

  it('is refused again for a key whose certificate was revoked', async () => {
    const { agent, slotId } = await identityEnabling(stack)
    const csr = await newCsr()
    await agent.request(slotId, csr)
    await agent.request(slotId)
    await expect(agent.request(slotId, csr)).rejects.toMatchObject({ name: 'SignetError' })
  })

  it('opens a run of its own when the instance has lost its key', async () => {
    const { agent, principalId, slotId } = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    await agent.roll(slotId)
    expect(await newestRun(stack, principalId)).toMatchObject({ trigger: 'reenroll', state: 'activated' })
  })
})

describe('the overlap', () => {
  it('keeps both certificates usable, and the old one not a moment longer', async () => {
    const { agent, principalId, slotId, first } = await identityOn(stack)
    await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    const second = await agent.roll(slotId)
    const old = await stack.registry.credentials.require(first.id)
    const usableUntil = given(old.usableUntil)
    expect(usableUntil).toBe(stack.clock.now() + dayMs)
    expect(usabilityAt(old, usableUntil - 1)).toBe('usable')
    expect(usabilityAt(second, usableUntil - 1)).toBe('usable')
    expect(usabilityAt(old, usableUntil)).toBe('superseded')
  })

  it('ends without the scheduler, which only tidies up', async () => {
    const { agent, principalId, slotId, first } = await identityOn(stack)
    await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    await agent.roll(slotId)
    stack.clock.advance(dayMs)
    const late = await stack.registry.credentials.require(first.id)
    expect(late.state).toBe('retiring')
    expect(usabilityAt(late, stack.clock.now())).toBe('superseded')
    await stack.rotation.scheduler.turn()
    expect((await stack.registry.credentials.require(first.id)).state).toBe('retired')
    expect((await newestRun(stack, principalId)).state).toBe('completed')
  })

  it('ends with the old certificate when that expires first', async () => {
    const { agent, slotId, first } = await identityOn(stack)
    stack.clock.advance(first.notAfter - stack.clock.now() - hourMs)
    await agent.roll(slotId)
    expect((await stack.registry.credentials.require(first.id)).usableUntil).toBe(first.notAfter)
  })

  it('is cut short when rotation is asked for during it: the earlier run completes first', async () => {
    const { agent, principalId, slotId, first } = await identityOn(stack)
    const [earlier] = await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    await agent.roll(slotId)
    const [later] = await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    expect(given(later).id).not.toBe(given(earlier).id)
    expect((await stack.store.run(given(earlier).id))?.state).toBe('completed')
    expect((await stack.registry.credentials.require(first.id)).state).toBe('retired')
  })

  it('is shown in the history from registration to the end', async () => {
    const { agent, principalId, slotId } = await identityOn(stack)
    const [run] = await stack.rotation.rollover.rotateNow(contextOf(), principalId, 'drill')
    const preparedAt = stack.clock.now()
    await agent.roll(slotId)
    const shown = await stack.rotation.history.show(given(run).id)
    expect(shown).toMatchObject({ overlapFrom: preparedAt, overlapUntil: preparedAt + dayMs, state: 'activated' })
    expect(shown.steps[0]?.detail).toBe('drill')
  })
})

describe('refusals', () => {
  it('rejects rotation of an identity that is off', async () => {
    const { instance } = await enrolledInstance(stack)
    await stack.identities.turnOn(contextOf(), instance.id)
    const { principalId } = await stack.resources.require(instance.id)
    await stack.identities.turnOff(contextOf(), instance.id)
    await expect(stack.rotation.rollover.rotateNow(contextOf(), given(principalId))).rejects.toMatchObject({
      code: 'conflict',
    })
  })

  it('rejects a slot of another agent as one that is not there', async () => {
    const { slotId } = await identityEnabling(stack)
    const { agent: stranger } = await enrolledInstance(stack, 'web-02')
    await expect(stranger.request(slotId)).rejects.toMatchObject({ code: 'not_found' })
    await expect(stranger.acknowledge(slotId, nobodys)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('rejects a key that another slot has used (SEC-38)', async () => {
    const one = await identityEnabling(stack)
    const other = await identityEnabling(stack, 'web-02')
    const csr = await newCsr()
    await one.agent.request(one.slotId, csr)
    await expect(other.agent.request(other.slotId, csr)).rejects.toMatchObject({ code: 'key_reused' })
    expect((await auditTrail(stack)).at(-1)).toBe('credential.key_refused')
    expect(await rowsOf(stack, 'credentials')).toHaveLength(1)
  })

  it('rejects a key of another kind than the policy asks for', async () => {
    const { agent, slotId } = await identityEnabling(stack)
    await expect(agent.request(slotId, await newCsr('rsa2048'))).rejects.toMatchObject({ code: 'csr_refused' })
  })

  it('rejects an acknowledgement of a certificate nobody prepared', async () => {
    const { agent, slotId } = await identityEnabling(stack)
    await expect(agent.acknowledge(slotId, nobodys)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('rejects a run and a certificate that do not exist', async () => {
    const nobody = CredentialId.parse('00000000-0000-7000-8000-000000000000')
    await expect(stack.rotation.history.show(nobody)).rejects.toMatchObject({ code: 'not_found' })
    await expect(stack.registry.credentials.require(nobody)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('the policy', () => {
  it('moves every due time at once when it changes', async () => {
    const { principalId } = await identityOn(stack)
    const before = given((await openSlotOf(stack, principalId)).rotate_after)
    const policy = await stack.rotation.policies.current()
    await stack.rotation.policies.change(contextOf(), policy.id, { policy: { ...policy, lifetimeSeconds: 86_400 } })
    const after = given((await openSlotOf(stack, principalId)).rotate_after)
    expect(after).toBeLessThan(before)
    expect(after - stack.clock.now()).toBeLessThanOrEqual(dayMs / 2)
  })

  it('rejects a change that is based on an older version', async () => {
    const policy = await stack.rotation.policies.current()
    const seen = { policy, expected: policy.version }
    await stack.rotation.policies.change(contextOf(), policy.id, seen)
    await expect(stack.rotation.policies.change(contextOf(), policy.id, seen)).rejects.toMatchObject({
      code: 'precondition_failed',
    })
  })

  it('is served with RSA keys of 2048 bits when it asks for them', async () => {
    const policy = await stack.rotation.policies.current()
    await stack.rotation.policies.change(contextOf(), policy.id, { policy: { ...policy, keyAlgorithm: 'rsa2048' } })
    const { first } = await identityOn(stack)
    expect(first.keyAlgorithm).toBe('rsa2048')
    expect(new X509Certificate(first.certificate).publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
  })

  it('gives the next certificate the lifetime it asks for', async () => {
    const policy = await stack.rotation.policies.current()
    await stack.rotation.policies.change(contextOf(), policy.id, {
      policy: { ...policy, lifetimeSeconds: 3_600, overlapSeconds: 60 },
    })
    const { first } = await identityOn(stack)
    expect(first.notAfter - stack.clock.now()).toBe(3_600 * secondMs)
  })
})
