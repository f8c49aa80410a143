import { overviewApi } from '@signet/shared/api/overview'
import { auditFields } from '@signet/shared/query/audit-fields'
import { parseQuery } from '@signet/shared/query/query'
import { rotationFields } from '@signet/shared/query/rotation-fields'
import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  contextOf,
  enrolledInstance,
  given,
  identityEnabling,
  identityOn,
  openStack,
  rowsOf,
  type Stack,
  tamper,
} from '../../test/stack.ts'
import type { KeyOutlook } from '../authority/index.ts'
import { AgentEndsStore } from '../enrollment/index.ts'
import { ClientEndsStore } from '../principals/index.ts'
import { SlotEndsStore } from '../rotation/index.ts'
import { openOverview } from './index.ts'

let stack: Stack
let key: KeyOutlook
const asked = new Map<string, number>()
const issued: string[] = []

let ownCertificate: { notBefore: number; notAfter: number } | undefined

beforeEach(async () => {
  ownCertificate = undefined
  stack = await openStack()
  asked.clear()
  issued.length = 0
  const now = stack.clock.now()
  key = { kid: 'kid', notBefore: now, notAfter: now + 180 * dayMs, nextAt: now + 90 * dayMs }
})
afterEach(() => stack.close())

function overview() {
  return openOverview({
    ...stack,
    applications: stack.applicationList,
    userIdentities: stack.userList,
    history: stack.rotation.history,
    agents: stack.plane.directory,
    slotEnds: new SlotEndsStore(stack.database, stack.tenantId),
    clientEnds: new ClientEndsStore(stack.database, stack.tenantId),
    agentEnds: new AgentEndsStore(stack.database, stack.tenantId),
    jobs: stack.bulk.jobs,
    usage: {
      hourly: () => Array.from({ length: 24 }, (_, index) => ({ at: index * hourMs, issued: 2, refused: 1 })),
      issuedUnder: () => issued,
    },
    activity: { requestsOf: async (ids) => new Map(ids.map((id) => [id, asked.get(id) ?? 0])) },
    keys: { outlook: async () => key },
    sharesTaken: async () => false,
    clockStep: () => stack.watch.waitingFor ?? null,
    serverCertificate: () => ownCertificate,
    answersCloudNames: false,
  })
}

const numbers = async (withChanges = true) =>
  overviewApi.overview.response.parse(await overview().numbers.read({ withChanges }))

async function attention() {
  const { items } = overviewApi.attention.response.parse(await overview().attention.list())
  return items.map(({ kind, target, requests }) => [kind, target?.name, requests])
}

/** How many rows a page of the dashboard shows. */
async function rowsOn(path: string): Promise<number> {
  const { pathname, searchParams } = new URL(path, 'http://dashboard')
  const filter = searchParams.get('filter') ?? ''
  if (pathname === '/instances') {
    return (await stack.list.page({ filter: given(searchParams.get('q')), sort: 'name', limit: 200 })).items.length
  }
  if (pathname === '/applications') {
    return (await stack.applicationList.page({ filter: given(searchParams.get('q')), sort: 'name', limit: 200 })).items
      .length
  }
  if (pathname === '/audit') {
    const from = searchParams.get('range') === '7d' ? stack.clock.now() - 7 * dayMs : undefined
    const query = { terms: parseQuery(filter, auditFields).terms, from }
    return (await stack.audit.page(query, { limit: 200 })).items.length
  }
  const whole = pathname === '/rotations/queue' ? `queue:yes ${filter}` : filter
  const { terms } = parseQuery(whole, rotationFields)
  return (await stack.rotation.history.page({ terms }, { limit: 200 })).items.length
}

const broadRule = {
  name: 'main',
  issuer: 'https://token.actions.githubusercontent.com',
  match: 'prefix' as const,
  subject: 'repo:',
  audiences: ['api://AzureADTokenExchange'],
  keys: { source: 'discovery' as const },
}
const sharesMissing = ['recovery_shares_missing', undefined, 0]

describe('the overview', () => {
  it('counts the fleet by state and by agent', async () => {
    await identityOn(stack, 'on-1')
    await identityEnabling(stack, 'enabling-1')
    await stack.resources.register(contextOf(), { name: 'bare', kind: 'host' })
    const { fleet, tokens } = await numbers()
    expect(fleet).toMatchObject({ instances: 3, states: { off: 1, enabling: 1, degraded: 1, failing: 0 } })
    expect(fleet.agents).toEqual({ connected: 0, silent: 2, none: 1 })
    expect(fleet.userIdentities).toBe(0)
    expect(tokens).toMatchObject({ issued: 48, refused: 24 })
  })

  it('shows fourteen days of planned rotations and the nearest five ends (SEC-53)', async () => {
    const { instance } = await identityOn(stack)
    const rotateAfter = given((await stack.store.openSlots({}))[0]?.rotate_after)
    expect((await numbers()).rotations.every(({ planned }) => planned === 0)).toBe(true)
    stack.clock.advance(rotateAfter - stack.clock.now() - 3 * dayMs)
    const { rotations, expiries } = await numbers()
    expect(rotations.flatMap(({ planned }, index) => (planned > 0 ? [[index, planned]] : []))).toEqual([[3, 1]])
    expect(expiries).toHaveLength(5)
    expect(expiries.map(({ kind }) => kind)).toEqual(['identity', 'signing_key', 'authority', 'authority', 'authority'])
    expect(expiries[0]).toMatchObject({
      name: instance.name,
      path: `/instances/${instance.id}/certificates`,
      renewsAt: rotateAfter,
    })
    const now = stack.clock.now()
    ownCertificate = { notBefore: now - 99 * dayMs, notAfter: now + dayMs }
    expect((await numbers()).expiries[0]).toMatchObject({ kind: 'server_certificate', stage: 2 })
  })

  it('has the newest acts worth knowing, for who may read the audit log alone (SEC-27)', async () => {
    await identityOn(stack)
    expect((await numbers()).changes?.map(({ action }) => action)).toEqual([
      'identity.turned_on',
      'agent.enrolled',
      'instance.registered',
      'rotation.policy_changed',
    ])
    expect((await numbers(false)).changes).toBeNull()
  })

  it('ticks the steps of the first run by what is on record', async () => {
    const done = async () => (await numbers()).firstRun.steps.flatMap(({ step, done }) => (done ? [step] : []))
    expect(await done()).toEqual([])
    const { instance } = await identityOn(stack)
    expect(await done()).toEqual(['agent_enrolled', 'identity_on'])
    await stack.audit.record({ ...contextOf(), correlationId: 'test-1' }, { action: 'token.tested' })
    issued.push('test-1')
    expect(await done()).not.toContain('own_token')
    issued.push('of-a-program')
    stack.clock.advance(1)
    await enrolledInstance(stack, 'second')
    expect(await done()).toEqual(['agent_enrolled', 'identity_on', 'token_tested', 'own_token', 'second_instance'])
    expect((await numbers()).firstRun.instanceId).toBe(instance.id)
  })
})

describe('attention', () => {
  it('names identities in trouble, the most used first, and says a late rotation with its identity', async () => {
    const one = await identityOn(stack, 'one')
    const two = await identityOn(stack, 'two')
    asked.set(one.principalId, 3)
    asked.set(two.principalId, 70)
    await stack.rotation.rollover.rotateNow(contextOf(), one.principalId)
    stack.clock.advance(2 * hourMs)
    expect(await attention()).toEqual([
      ['identity_degraded', 'two', 70],
      ['identity_degraded', 'one', 3],
      sharesMissing,
    ])
  })

  it('tells of an identity that waits for an agent, and of an agent that is away with something it holds', async () => {
    await identityEnabling(stack, 'waiting')
    await enrolledInstance(stack, 'off-and-away')
    const { principalId } = await identityOn(stack, 'away')
    await stack.identities.actOn(contextOf(), 'pause', principalId, {})
    expect(await attention()).toEqual([sharesMissing, ['agent_silent', 'away', 0], ['identity_waiting', 'waiting', 0]])
  })

  it('tells of rotations that fail again and again until one succeeds', async () => {
    const { principalId, slotId, agent } = await identityOn(stack)
    await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    stack.clock.advance(25 * hourMs)
    await stack.scheduler().turn()
    expect((await attention()).map(([kind]) => kind)).toContain('rotation_failed')
    stack.clock.advance(2 * dayMs)
    await stack.scheduler().turn()
    await agent.roll(slotId)
    expect((await attention()).map(([kind]) => kind)).not.toContain('rotation_failed')
  })

  it('counts exactly the rows of the page that it leads to', async () => {
    const refused = { action: 'integrity.failure', target: { kind: 'x', id: 'x', label: 'x' } } as const
    await stack.audit.record(contextOf('system'), refused)
    const names = Array.from({ length: 13 }, (_, n) => `on-${n}`)
    const on = await Promise.all(names.map((name) => identityOn(stack, name)))
    for (const { principalId } of on.slice(0, 2)) await stack.identities.actOn(contextOf(), 'pause', principalId, {})
    for (let failures = 0; failures < 2; failures++) {
      for (const { principalId } of on.slice(1)) await stack.rotation.rollover.rotateNow(contextOf(), principalId)
      stack.clock.advance(4 * dayMs)
      await stack.scheduler().turn()
    }
    for (const name of names.slice(1)) await identityEnabling(stack, `waits-${name}`)
    await enrolledInstance(stack, 'off-and-away')
    stack.clock.advance(2 * hourMs)
    for (let record = 0; record < 3; record++) await stack.audit.record(contextOf('system'), refused)
    await stack.list.settle()
    await tamper(stack, `UPDATE instance_list SET agent = 'connected' WHERE name_key = 'waits-on-1'`)

    const { items } = await overview().attention.list()
    const counted = new Map<string, number>()
    for (const { kind, count } of items) counted.set(kind, (counted.get(kind) ?? 0) + count)
    const leading = items.filter(({ fix }) => fix.code === 'open_list' || fix.code === 'open_records')
    const rows = await Promise.all(leading.map(async ({ kind, fix }) => [kind, await rowsOn(given(fix.path))] as const))
    expect(rows.map(([kind]) => kind).sort()).toEqual([
      ...['agent_silent', 'identity_degraded', 'identity_waiting', 'integrity_failed', 'rotation_failed'],
      'rotation_stuck',
    ])
    for (const [kind, found] of rows) expect([kind, found]).toEqual([kind, counted.get(kind)])
  })

  it('tells of applications that need what has ended or soon ends, and of nothing that was replaced', async () => {
    const { applications } = stack
    const secret = async (name: string, ...days: number[]) => {
      const { principalId } = await applications.create(contextOf(), name)
      for (const day of days) {
        const wanted = { description: `${day} d`, lifetimeSeconds: (day * dayMs) / 1_000 }
        await applications.addSecret(contextOf(), principalId, wanted)
      }
      return principalId
    }
    const billing = await secret('billing', 10)
    await secret('replaced', 10, 100)
    const stuck = await secret('stuck', 10, 100)
    await secret('fine', 100)
    await secret('nothing')
    const federated = await secret('federated', 10)
    await stack.federated.create(contextOf(), federated, broadRule)
    const [, , old] = await rowsOf(stack, 'client_secrets')
    expect(old).toMatchObject({ description: '100 d' })
    await tamper(
      stack,
      `UPDATE client_secrets SET last_used_at = ${stack.clock.now()} WHERE description = '10 d' AND principal_id = '${stuck}'`,
    )
    asked.set(billing, 7)
    expect(await attention()).toEqual([
      ['federation_broad', 'federated', 0],
      sharesMissing,
      ['client_credential_expiring', 'billing', 7],
      ['client_credential_expiring', 'stuck', 0],
    ])
    expect(await rowsOn('/applications?q=expiring:yes')).toBe(2)
    stack.clock.advance(11 * dayMs)
    const { items } = await overview().attention.list()
    const client = items.filter(({ kind }) => kind === 'client_credential_expiring')
    expect(client.map(({ title, severity, fix }) => [title, severity, fix.path])).toEqual([
      ['stuck', 'critical', `/applications/${stuck}/secrets`],
      ['billing', 'notice', `/applications/${billing}/secrets`],
    ])
  })

  it('tells of user-assigned identities whose federated credentials trust too much, until they do not', async () => {
    const { principalId } = await stack.users.create(contextOf(), { name: 'deployer', resourceGroup: 'default' })
    const { id } = await stack.federated.create(contextOf(), principalId, broadRule)
    expect(await attention()).toEqual([['federation_broad', 'deployer', 0], sharesMissing])
    const narrow = { ...broadRule, match: 'exact' as const, subject: 'repo:contoso/app:environment:prod' }
    await stack.federated.change(contextOf(), principalId, { ...narrow, id })
    expect(await attention()).toEqual([sharesMissing])
  })

  it('tells of quarantined agents, refused values and a clock in doubt', async () => {
    const { agent } = await enrolledInstance(stack, 'web-1')
    await tamper(stack, `UPDATE agents SET state = 'quarantined' WHERE id = '${agent.id}'`)
    await stack.audit.record(contextOf('system'), {
      ...{ action: 'integrity.failure', outcome: 'failed' },
      target: { kind: 'signing_keys', id: 'x', label: 'signing_keys.private_enc' },
    })
    stack.watch.stepFound(-5 * minuteMs)
    expect(await attention()).toEqual([
      ['agent_quarantined', 'web-1', 0],
      ['integrity_failed', undefined, 0],
      ['clock_doubtful', undefined, 0],
      sharesMissing,
    ])
  })
})
