import { Audience, RoleAssignment } from '@signet/shared/api/audiences'
import { BlastRadius, InstanceDetail, InstanceList } from '@signet/shared/api/resources'
import {
  AssignedIdentity,
  AssignedInstance,
  HeldRole,
  UserIdentityDetail,
  UserIdentityList,
} from '@signet/shared/api/user-identities'
import { Problem } from '@signet/shared/errors'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'

let stand: DashboardStand

beforeAll(async () => {
  stand = await openDashboard()
})

afterAll(() => stand.close())

async function ask(method: string, path: string, body?: unknown, more: [string, string][] = []) {
  const headers: [string, string][] = [...stand.headers, ...more]
  const answer = await stand.send({
    method,
    path: `/api${path}`,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const json: unknown = answer.text === '' ? undefined : JSON.parse(answer.text)
  return { ...answer, json }
}

const create = async (name: string) => UserIdentityDetail.parse((await ask('POST', '/user-identities', { name })).json)
const instance = async (name: string) => InstanceDetail.parse((await ask('POST', '/instances', { name })).json)
const names = async (query: string) => {
  const list = UserIdentityList.parse((await ask('GET', `/user-identities?${query}`)).json)
  return { names: list.items.map(({ name }) => name), count: list.count, next: list.nextCursor }
}

describe('user-assigned identities over the admin API', () => {
  it('are created once for an idempotency key, with the audit event in the answer', async () => {
    const key: [string, string] = ['Idempotency-Key', 'a'.repeat(32)]
    const first = await ask('POST', '/user-identities', { name: 'once' }, [key])
    const again = await ask('POST', '/user-identities', { name: 'once' }, [key])
    expect(first.status).toBe(201)
    expect(first.headers).toMatchObject({
      etag: '"1"',
      'x-signet-audit-event': expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(again.json).toEqual(first.json)
  })

  it('say how many federated credentials hang on them', async () => {
    const { principalId } = await create('trusting')
    const rule = { name: 'cluster', issuer: 'https://issuer.test/', subject: 'system:serviceaccount:default:app' }
    expect((await ask('POST', `/identities/${principalId}/federated-credentials`, rule)).status).toBe(201)
    const shown = UserIdentityDetail.parse((await ask('GET', `/user-identities/${principalId}`)).json)
    expect(shown.federatedCredentials).toBe(1)
  })

  it('are refused under a name that is taken, with what to do', async () => {
    await create('taken')
    const problem = Problem.parse((await ask('POST', '/user-identities', { name: 'TAKEN' })).json)
    expect(problem).toMatchObject({ code: 'conflict', fix: 'Take another name or another resource group.' })
    const group = Problem.parse((await ask('POST', '/user-identities', { name: 'x-1', resourceGroup: 'no' })).json)
    expect(group).toMatchObject({ code: 'not_found', fix: 'Create the resource group first.' })
  })

  it('are changed only from the version that was seen (SEC-120)', async () => {
    const { principalId } = await create('versioned')
    const path = `/user-identities/${principalId}`
    const stale = await ask('PUT', path, { name: 'other' }, [['If-Match', '"7"']])
    expect(stale.status).toBe(412)
    const changed = await ask('PUT', path, { name: 'renamed' }, [['If-Match', '"1"']])
    expect(UserIdentityDetail.parse(changed.json)).toMatchObject({ principalId, name: 'renamed', version: 2 })
  })

  it('show what hangs on them, and so does the instance they are assigned to', async () => {
    const { id, name } = await instance('web-01')
    const { principalId } = await create('deploy')
    const attached = await ask('POST', `/user-identities/${principalId}/attach`, { instanceIds: [id] })
    expect(UserIdentityDetail.parse(attached.json)).toMatchObject({ instances: 1, agents: 0, federatedCredentials: 0 })
    const { items } = z
      .object({ items: z.array(AssignedInstance) })
      .parse((await ask('GET', `/user-identities/${principalId}/instances`)).json)
    expect(items).toMatchObject([{ instance: { id, name }, agent: null, state: 'no-agent', credential: null }])
    const own = z
      .object({ items: z.array(AssignedIdentity) })
      .parse((await ask('GET', `/instances/${id}/user-identities`)).json)
    expect(own.items).toMatchObject([{ identity: { principalId, name: 'deploy', state: 'on' } }])
    expect(InstanceDetail.parse((await ask('GET', `/instances/${id}`)).json)).toMatchObject({ userAssigned: 1 })
    const listed = InstanceList.parse((await ask('GET', '/instances?filter=user-assigned:depl*')).json)
    expect(listed.items.map((each) => each.name)).toEqual(['web-01'])
    const radius = BlastRadius.parse((await ask('GET', `/identities/${principalId}/blast-radius`)).json)
    expect(radius).toMatchObject({
      ...{ name: 'deploy', instances: { total: 1, items: [{ id, name }] }, agents: { total: 0 }, credentials: 0 },
    })
  })

  it('come back after a deletion, and are listed as deleted only where that is asked for', async () => {
    const { principalId, clientId } = await create('gone')
    const path = `/user-identities/${principalId}`
    const gone = UserIdentityDetail.parse((await ask('DELETE', path, { reason: 'unused' })).json)
    expect(gone).toMatchObject({ state: 'deleted', restorableUntil: expect.any(Number) })
    expect((await names('filter=gone')).names).toEqual([])
    expect((await names('filter=gone%20state:deleted')).names).toEqual(['gone'])
    const back = UserIdentityDetail.parse((await ask('POST', `${path}/restore`, {})).json)
    expect(back).toMatchObject({ principalId, clientId, state: 'on', restorableUntil: null })
  })

  it('are listed by filter and sorting, page by page', async () => {
    await ask('POST', '/resource-groups', { name: 'Fleet' })
    for (const name of ['fleet-b', 'fleet-a', 'fleet-c']) {
      stand.clock.advance(1)
      await ask('POST', '/user-identities', { name, resourceGroup: 'fleet' })
    }
    const filter = 'filter=group:FLEET'
    const first = await names(`${filter}&sort=-name&limit=2`)
    expect(first.names).toEqual(['fleet-c', 'fleet-b'])
    expect(first.count).toMatchObject({ shown: 3, isCapped: false })
    const rest = await names(`${filter}&sort=-name&limit=2&cursor=${encodeURIComponent(first.next ?? '')}`)
    expect(rest).toMatchObject({ names: ['fleet-a'], next: null, count: null })
    expect((await names('filter=instances:>0')).names).toEqual(['deploy'])
    expect((await names('filter=instance:web*')).names).toEqual(['deploy'])
    expect((await names(`${filter}%20-name:fleet-a&sort=created`)).names).toEqual(['fleet-b', 'fleet-c'])
    const faulty = Problem.parse((await ask('GET', '/user-identities?filter=state:of')).json)
    expect(faulty.faults).toMatchObject([{ suggestion: 'state:on' }])
  })

  it('show what was asked with them, and how often', async () => {
    const { principalId } = await create('idle')
    const path = `/user-identities/${principalId}/tokens`
    expect((await ask('GET', path)).json).toEqual({ items: [], nextCursor: null })
    expect((await ask('GET', `${path}/histogram?from=0&to=3600000`)).status).toBe(200)
    expect((await ask('GET', `${path}/histogram?from=5&to=1`)).status).toBe(400)
  })

  it('have a token lifetime of their own, as identities of any kind have', async () => {
    const { principalId } = await create('brief')
    const path = `/identities/${principalId}/token-lifetime`
    expect((await ask('GET', path)).json).toEqual({ seconds: null })
    expect((await ask('PUT', path, { seconds: 60 })).status).toBe(400)
    expect((await ask('PUT', path, { seconds: 600 })).json).toEqual({ seconds: 600 })
    const shown = UserIdentityDetail.parse((await ask('GET', `/user-identities/${principalId}`)).json)
    expect(shown.tokenLifetimeSeconds).toBe(600)
  })
})

describe('audiences over the admin API', () => {
  it('are registered, changed, listed and removed', async () => {
    const wanted = { uri: 'api://orders', name: 'Orders', roles: [{ value: 'Read' }] }
    const made = Audience.parse((await ask('POST', '/audiences', wanted)).json)
    expect(made).toMatchObject({ tokenVersion: 1, enabled: true, builtIn: false, version: 1 })
    const path = `/audiences/${made.id}`
    expect((await ask('PUT', path, { name: 'x' }, [['If-Match', '"9"']])).status).toBe(412)
    const changed = Audience.parse((await ask('PUT', path, { lifetimeSeconds: 600, tokenVersion: 2 })).json)
    expect(changed).toMatchObject({ lifetimeSeconds: 600, tokenVersion: 2, roles: made.roles, version: 2 })
    const list = z
      .object({ items: z.array(Audience) })
      .parse((await ask('GET', '/audiences?filter=built-in:no%20token-version:2')).json)
    expect(list.items.map(({ uri }) => uri)).toEqual(['api://orders'])
    expect((await ask('DELETE', path, {})).status).toBe(204)
    expect((await ask('GET', path)).status).toBe(404)
  })

  it('are refused with a URI that no token request could name', async () => {
    for (const uri of ['orders', 'https://x?y', 'api://a b', 'https://x/.default', 'ftp://x']) {
      const answer = await ask('POST', '/audiences', { uri, name: 'x' })
      expect(answer.status, uri).toBe(400)
    }
  })

  it('give roles to identities, which both sides show', async () => {
    const { principalId } = await create('reader')
    const made = Audience.parse(
      (await ask('POST', '/audiences', { uri: 'api://stock', name: 'Stock', roles: [{ value: 'Read' }] })).json,
    )
    const path = `/audiences/${made.id}/assignments`
    const given = RoleAssignment.parse((await ask('POST', path, { principalId, role: 'Read' })).json)
    expect(given).toMatchObject({ principal: { principalId, kind: 'user' }, role: 'Read' })
    const held = z
      .object({ items: z.array(HeldRole) })
      .parse((await ask('GET', `/identities/${principalId}/roles`)).json)
    expect(held.items).toMatchObject([{ assignmentId: given.id, audience: { uri: 'api://stock' }, role: 'Read' }])
    expect((await ask('DELETE', `/audiences/${made.id}`, {})).status).toBe(409)
    expect((await ask('DELETE', `${path}/${given.id}`, {})).status).toBe(204)
    expect((await ask('GET', `/identities/${principalId}/roles`)).json).toEqual({ items: [] })
  })
})
