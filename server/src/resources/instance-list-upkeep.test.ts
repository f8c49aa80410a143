import type { InstanceSummary } from '@signet/shared/api/resources'
import { hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  contextOf,
  enrolledInstance,
  given,
  identityEnabling,
  identityOn,
  openStack,
  rowsOf,
  type Stack,
} from '../../test/stack.ts'
import { healthMayChangeAt } from './identity-health.ts'
import { hourOf } from './instance-list-row.ts'

let stack: Stack
beforeEach(async () => {
  stack = await openStack()
})
afterEach(() => stack.close())

const register = (name: string, kind: InstanceSummary['kind'] = 'host') =>
  stack.resources.register(contextOf(), { name, kind })
const names = async (filter: string) =>
  (await stack.list.page({ filter, sort: 'name', limit: 200 })).items.map((one) => one.name)

/** Every row of the list and every counter is what follows from the domains themselves, and none is beside them. */
async function expectExact(): Promise<void> {
  await stack.list.settle()
  const now = stack.clock.now()
  const live = (await rowsOf(stack, 'service_instances')).filter((row) => row.deleted_at === null)
  const instances = await Promise.all(live.map((row) => stack.resources.require(row.id)))
  const summaries = await stack.view.summaries(instances)
  const rows = new Map((await rowsOf(stack, 'instance_list')).map((row) => [row.id, row]))
  expect([...rows.keys()].sort()).toEqual(summaries.map(({ id }) => String(id)).sort())
  for (const summary of summaries) {
    const { seq: _, look_at: lookAt, ...row } = given(rows.get(summary.id))
    expect(row).toEqual(rowOf(summary))
    expect(lookAt).toBeGreaterThan(now)
    expect(lookAt).toBeLessThanOrEqual(Math.min(Number.MAX_SAFE_INTEGER, healthMayChangeAt(summary, now)))
  }
  const counters = (await rowsOf(stack, 'instance_counts')).filter(({ count }) => count !== 0)
  expect(new Map(counters.map(({ field, value, count }) => [`${field} ${value}`, count]))).toEqual(tallyOf(summaries))
  const terms = (await stack.database.read.selectFrom('instance_terms').selectAll().execute()).map(
    ({ term, name_key, seq }) => `${seq} ${name_key} ${term}`,
  )
  expect(terms.sort()).toEqual(summaries.flatMap((summary) => termsOf(summary, given(rows.get(summary.id)).seq)).sort())
}

function termsOf({ name, tags }: InstanceSummary, seq: number): string[] {
  const key = name.toLowerCase()
  const trigrams = Array.from({ length: Math.max(1, key.length - 2) }, (_, at) => key.slice(at, at + 3))
  const tagged = Object.entries(tags).flatMap(([tag, value]) => [`tag:${tag}`, `tag:${tag}=${value}`])
  return [...new Set(trigrams), ...tagged].map((term) => `${seq} ${key} ${term}`)
}

const agentOf = ({ agent }: InstanceSummary) => (agent === null ? 'none' : agent.connected ? 'connected' : 'silent')

function rowOf(summary: InstanceSummary) {
  return {
    ...{ id: summary.id, tenant_id: stack.tenantId, name_key: summary.name.toLowerCase(), kind: summary.kind },
    ...{ state: summary.health.state, agent: agentOf(summary), agent_version: summary.agent?.version ?? '' },
    principal_id: summary.identity?.principalId ?? null,
    client_id: summary.identity?.clientId ?? null,
    expires_key: summary.credential?.notAfter ?? Number.MAX_SAFE_INTEGER,
    rotation_key: summary.nextRotationAt ?? Number.MAX_SAFE_INTEGER,
    token_key: summary.lastToken === null ? 0 : summary.lastToken.at - (summary.lastToken.at % hourMs),
    created_at: summary.createdAt,
  }
}

function tallyOf(summaries: readonly InstanceSummary[]): Map<string, number> {
  const tally = new Map<string, number>()
  for (const summary of summaries) {
    const tags = Object.entries(summary.tags).map(([key, value]) => `tag ${key}=${value}`)
    const values = ['all ', `state ${summary.health.state}`, `kind ${summary.kind}`, `agent ${agentOf(summary)}`]
    for (const value of [...values, `agent-version ${summary.agent?.version ?? ''}`, ...tags]) {
      tally.set(value, (tally.get(value) ?? 0) + 1)
    }
  }
  return tally
}

describe('the list after a change', () => {
  it('is exact after every act on instance, identity, agent, certificate and policy', async () => {
    const { identities, resources, rotation, lastUses } = stack
    await expectExact()
    await register('Plain', 'app')
    await expectExact()
    const { instance, agent, principalId, slotId } = await identityEnabling(stack)
    lastUses.set(principalId, { at: stack.clock.now() - 3 * hourMs, audience: 'https://vault.azure.net' })
    const act = (name: 'pause' | 'resume' | 'restore') => identities.actOn(contextOf(), name, principalId, {})
    const policy = await rotation.policies.current()
    const acts: (() => Promise<unknown>)[] = [
      () => agent.roll(slotId),
      () => rotation.rollover.rotateNow(contextOf(), principalId),
      () => agent.request(slotId),
      () => act('pause'),
      () => act('resume'),
      () => resources.tag(contextOf(), instance.id, { set: { env: 'prod', team: 'web' }, unset: [] }),
      () => resources.tag(contextOf(), instance.id, { set: { env: 'test' }, unset: ['team'] }),
      () => stack.plane.directory.presenceChanged(agent.id),
      () => identities.turnOff(contextOf(), instance.id),
      () => identities.agentHolds(agent.context, agent.id, []),
      () => act('restore'),
      () => enrolledInstance(stack, 'web-02'),
      () => rotation.policies.change(contextOf(), policy.id, { policy: { ...policy, lifetimeSeconds: 7_200 } }),
      () => identities.remove(contextOf(), instance.id, { turnOff: true }),
    ]
    for (const each of acts) {
      stack.clock.advance(minuteMs)
      await each()
      await expectExact()
    }
  })

  it('answers what was committed before it was asked, whoever asks first', async () => {
    await register('a')
    expect(await names('')).toEqual(['a'])
    await Promise.all(['b', 'c', 'd'].map((name) => register(name)))
    const answers = await Promise.all([names(''), names(''), names('')])
    expect(answers).toEqual([
      ['a', 'b', 'c', 'd'],
      ['a', 'b', 'c', 'd'],
      ['a', 'b', 'c', 'd'],
    ])
  })

  it('is read again by one at a time, whoever asks, so that no older reading comes last', async () => {
    const { first, instance } = await identityOn(stack)
    await stack.list.settle()
    const read = stack.view.summaries.bind(stack.view)
    const [earlier, hasRead] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const readings = vi.spyOn(stack.view, 'summaries').mockImplementationOnce(async (instances) => {
      const summaries = await read(instances)
      hasRead.resolve()
      await earlier.promise
      return summaries
    })
    stack.clock.advance(first.notAfter - stack.clock.now() + 1)
    const asked = [stack.list.settle(), stack.list.settle()]
    await hasRead.promise
    await stack.identities.turnOff(contextOf(), instance.id)
    asked.push(stack.list.settle())
    expect(readings).toHaveBeenCalledTimes(1)
    earlier.resolve()
    await Promise.all(asked)
    await expectExact()
  })

  it('is made anew when changes were forgotten that it had not seen', async () => {
    await register('a')
    stack.clock.advance(2 * hourMs)
    await stack.database.forgetChangesBefore(stack.clock.now())
    await register('b')
    expect(await names('')).toEqual(['a', 'b'])
    await expectExact()
  })

  it('follows the time without anybody changing anything', async () => {
    const { first } = await identityOn(stack)
    expect(await names('state:failing')).toEqual([])
    stack.clock.advance(first.notAfter - stack.clock.now() + 1)
    expect(await names('state:failing')).toEqual(['web-01'])
    await expectExact()
  })

  it('has an identity that was refused as failing as soon as it is told of, and reads no other row for it', async () => {
    const refused = await identityOn(stack, 'refused')
    await identityOn(stack, 'well')
    await stack.list.settle()
    const readings = vi.spyOn(stack.view, 'summaries')
    stack.refusals.set(refused.principalId, stack.clock.now())
    stack.list.lookAgain(refused.principalId)
    await stack.list.settle()
    expect(readings.mock.calls.map(([instances]) => instances.map(({ name }) => name))).toEqual([['refused']])
    expect(await names('state:failing')).toEqual(['refused'])
    await expectExact()
  })

  it('has it as failing no longer once it is told of its next token', async () => {
    const { principalId } = await identityOn(stack, 'refused')
    stack.refusals.set(principalId, stack.clock.now())
    stack.list.lookAgain(principalId)
    expect(await names('state:failing')).toEqual(['refused'])
    stack.refusals.delete(principalId)
    stack.list.lookAgain(principalId)
    expect(await names('state:failing')).toEqual([])
    await expectExact()
  })

  it('keeps the hour of the last token', async () => {
    const { first, principalId } = await identityOn(stack)
    const at = stack.clock.now()
    await stack.list.settle()
    stack.lastUses.set(principalId, { at, audience: 'https://vault.azure.net' })
    expect(await names('last-token:<1h')).toEqual([])
    await stack.list.credentialsUsed(new Map([[first.id, at]]))
    expect(await names('last-token:<1h')).toEqual(['web-01'])
    expect((await rowsOf(stack, 'instance_list'))[0]?.token_key).toBe(hourOf(at))
    stack.clock.advance(3 * hourMs)
    expect(await names('last-token:>2h')).toEqual(['web-01'])
  })

  it('does not keep the last token of the principal before', async () => {
    const { instance, agent, first } = await identityOn(stack)
    await stack.list.settle()
    await stack.list.credentialsUsed(new Map([[first.id, stack.clock.now()]]))
    expect(await names('last-token:<1h')).toEqual(['web-01'])
    await stack.identities.turnOff(contextOf(), instance.id)
    await stack.identities.agentHolds(agent.context, agent.id, [])
    await stack.identities.turnOn(contextOf(), instance.id)
    expect(await names('last-token:<1h')).toEqual([])
    await expectExact()
  })
})
