import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, enrolledInstance, given, identityOn, openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { UseList } from '../principals/index.ts'
import { openUsage } from '../usage.ts'
import { type Authority, openAuthority } from './authority.ts'
import type { IssuanceRow } from './issuance-log-store.ts'
import { placeText, type UsedHost } from './usage-place.ts'
import type { UsageReports } from './usage-reports.ts'

const vault = 'https://vault.azure.net'
let stack: Stack
let authority: Authority
let list: UseList
let reports: UsageReports

beforeEach(async () => {
  stack = await openStack()
  authority = await openAuthority({
    ...stack,
    ...{ tenantDomain: 'signet.local', authorityUrl: 'https://localhost:7421', tokenLifetimeSeconds: 3_600 },
    holdersOf: (principal) => stack.users.holdersOf(principal),
    fetch: () => Promise.reject(new Error('nobody is asked')),
    onCredentialUsed: () => undefined,
    onCertificateVerdict: () => undefined,
  })
  const lastUse = (ids: readonly string[]) => authority.log.lastUse(ids)
  ;({ list, reports } = openUsage({ ...stack, lastUse, store: authority.usageReports }))
})
afterEach(async () => {
  await authority.close()
  await stack.close()
})

/** A token as the log takes it down, and the use of what it was got with. */
async function token(principalId: string, host: UsedHost, more: Partial<IssuanceRow> & { place?: string } = {}) {
  const { place = '', ...row } = more
  await authority.log.record({
    ...{ id: newGuid(), tenantId: stack.tenantId, at: stack.clock.now(), principalId, clientId: 'c', audience: vault },
    ...{ x5tS256: null, kid: 'k', exp: 1, outcome: 'ok', correlationId: 'c', ip: null, use: { place, host } },
    ...row,
  })
}

const names = async (filter: string, sort: 'name' | '-last-token' | '-new-host' = 'name') =>
  (await list.page({ filter, sort, limit: 50 })).items.map(({ name }) => name)

describe('the list of uses', () => {
  it('has identities of every kind, with what they did in 90 days, and the last use of each', async () => {
    const { principalId, instance } = await identityOn(stack, 'web-01')
    const app = await stack.applications.create(contextOf(), 'billing')
    await token(principalId, { kind: 'agent', id: 'a' }, { place: placeText({ kind: 'instance', id: instance.id }) })
    const { items, count } = await list.page({ sort: 'name', limit: 50 })
    expect(items.map(({ name, kind, tokens }) => [name, kind, tokens])).toEqual([
      ['billing', 'app', 0],
      ['web-01', 'system', 1],
    ])
    expect(items[1]).toMatchObject({
      ...{ principalId, instanceId: instance.id, audiences: 1, instances: 1, refused: 0, newHostAt: null },
      lastToken: { at: stack.clock.now(), audience: vault },
    })
    expect(items[0]).toMatchObject({ principalId: app.principalId, lastToken: null, instanceId: null })
    expect(count).toMatchObject({ shown: 2, all: 2 })
    expect(await list.facets()).toMatchObject({ kind: { app: 1, system: 1 }, state: { enabled: 2 } })
  })

  it('tells who was never used, and who was not for 90 days; what is new is not idle', async () => {
    const { principalId, first } = await identityOn(stack, 'used')
    await stack.applications.create(contextOf(), 'never')
    await stack.registry.recordUses(new Map([[first.id, stack.clock.now()]]))
    expect(await names('last-token:never')).toEqual(['never'])
    expect(await names('-last-token:never')).toEqual(['used'])
    expect(await names('unused:>90d')).toEqual([])
    stack.clock.advance(91 * dayMs)
    await stack.applications.create(contextOf(), 'new')
    expect(await names('unused:>90d')).toEqual(['never', 'used'])
    expect(await names('unused:<7d')).toEqual(['new'])
    await stack.registry.recordUses(new Map([[first.id, stack.clock.now()]]))
    expect(await names('unused:>90d')).toEqual(['never'])
    expect(await names('last-token:<1d')).toEqual(['used'])
    expect((await names('', '-last-token'))[0]).toBe('used')
    expect(await names(`principal:${principalId}`)).toEqual(['used'])
    await expect(list.page({ filter: 'last-token:sometimes', sort: 'name', limit: 5 })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })

  it('is the same for the lists of instances and applications', async () => {
    const { first } = await identityOn(stack, 'web-01')
    await stack.resources.register(contextOf(), { name: 'off-01', kind: 'vm' })
    await stack.applications.create(contextOf(), 'billing')
    const instances = async (filter: string) =>
      (await stack.list.page({ filter, sort: 'name', limit: 50 })).items.map(({ name }) => name)
    const applications = async (filter: string) =>
      (await stack.applicationList.page({ filter, sort: 'name', limit: 50 })).items.map(({ name }) => name)
    expect(await instances('last-token:never')).toEqual(['web-01'])
    stack.clock.advance(91 * dayMs)
    expect([await instances('unused:>90d'), await applications('unused:>90d')]).toEqual([['web-01'], ['billing']])
    const uses = new Map([[first.id, stack.clock.now()]])
    await stack.registry.recordUses(uses)
    await stack.list.credentialsUsed(uses)
    expect([await instances('unused:>90d'), await instances('last-token:never')]).toEqual([[], []])
    expect(await applications('last-token:never')).toEqual(['billing'])
  })

  it('pages without skipping or repeating, and is a file', async () => {
    for (let index = 0; index < 7; index += 1) await stack.applications.create(contextOf(), `app-${index}`)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await list.page({ sort: '-last-token', limit: 3, cursor })
      seen.push(...page.items.map(({ name }) => name))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(new Set(seen).size).toBe(7)
    expect(seen).toHaveLength(7)
    const file = await list.exports.export(
      { query: { sort: 'name', format: 'csv', filter: 'name:app-3' } },
      contextOf(),
    )
    let text = ''
    for await (const part of file.chunks) text += part
    expect(text).toContain('app-3')
    expect((await rowsOf(stack, 'audit_events')).at(-1)?.action).toBe('usage.exported')
  })
})

describe('the use of one', () => {
  it('is told by day, audience and instance, with names, and of the instance by identity', async () => {
    const { principalId, instance } = await identityOn(stack, 'web-01')
    const place = placeText({ kind: 'instance', id: instance.id })
    const agent: UsedHost = { kind: 'agent', id: given(instance.agentId) }
    await token(principalId, agent, { place })
    stack.clock.advance(dayMs)
    await token(principalId, agent, { place, audience: 'api://orders' })
    const usage = await reports.ofPrincipal(principalId, {})
    expect(usage.days).toHaveLength(90)
    expect(usage.days.slice(-2).map(({ tokens }) => tokens)).toEqual([1, 1])
    expect(usage.to - usage.from).toBe(90 * dayMs)
    expect(usage.cells).toMatchObject([
      { audience: 'api://orders', place: { kind: 'instance', name: 'web-01' }, tokens: 1 },
      { audience: vault, place: { kind: 'instance', name: 'web-01' }, tokens: 1, principal: { name: 'web-01' } },
    ])
    expect(usage.hosts).toMatchObject([{ kind: 'agent', name: 'web-01' }])
    const ofInstance = await reports.ofInstance(instance.id, { from: stack.clock.now(), to: stack.clock.now() })
    expect(ofInstance.days).toHaveLength(1)
    expect(ofInstance.cells).toMatchObject([{ audience: 'api://orders', principal: { principalId }, tokens: 1 }])
  })

  it('is not found where there is nobody, and is cut to what is kept', async () => {
    const nobody = newGuid() as never
    await expect(reports.ofPrincipal(nobody, {})).rejects.toMatchObject({ code: 'not_found' })
    await expect(reports.ofInstance(nobody, {})).rejects.toMatchObject({ code: 'not_found' })
    const { principalId } = await identityOn(stack, 'web-01')
    const { days } = await reports.ofPrincipal(principalId, { from: 0 })
    expect(days).toHaveLength(401)
    expect((await reports.ofPrincipal(principalId, { from: stack.clock.now() + dayMs })).days).toHaveLength(1)
  })
})

describe('a new host', () => {
  it('is put on record once, with the identity it is of, and the list finds it', async () => {
    const { principalId } = await identityOn(stack, 'web-01')
    await token(principalId, { kind: 'agent', id: 'first' })
    await authority.newHosts.tell()
    expect(await names('new-host:<30d')).toEqual([])
    stack.clock.advance(hourMs)
    const at = stack.clock.now()
    await token(principalId, { kind: 'agent', id: 'second' })
    await authority.newHosts.tell()
    await authority.newHosts.tell()
    const events = (await rowsOf(stack, 'audit_events')).filter(({ action }) => action === 'identity.new_host')
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({ target_kind: 'identity', target_id: principalId, target_label: 'web-01' })
    const { items } = await list.page({ filter: 'new-host:<30d', sort: '-new-host', limit: 5 })
    expect(items).toMatchObject([{ principalId, newHostAt: at }])
    const { hosts } = await reports.ofPrincipal(principalId, {})
    expect(hosts.map(({ id }) => id).sort()).toEqual(['first', 'second'])
  })

  it('of an identity that is gone meanwhile is dropped', async () => {
    await token(newGuid(), { kind: 'agent', id: 'first' })
    const gone = newGuid()
    await token(gone, { kind: 'agent', id: 'first' })
    await token(gone, { kind: 'agent', id: 'second' })
    await expect(authority.newHosts.tell()).resolves.toBeUndefined()
    expect(authority.log.untoldHosts()).toEqual([])
  })
})

it('knows which agent asks with which slot, for both kinds of identity', async () => {
  const { instance, agent } = await enrolledInstance(stack, 'web-01')
  const user = await stack.users.create(contextOf(), { name: 'deploy', resourceGroup: 'default' })
  await stack.users.attach(contextOf(), user.principalId, { instanceIds: [instance.id] })
  const holders = await stack.users.holdersOf(await stack.registry.require(user.principalId))
  expect([...holders.values()]).toEqual([
    { agentId: agent.id, instance: { id: instance.id, resourceId: instance.resourceId } },
  ])
})
