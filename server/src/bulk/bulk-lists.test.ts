import { type BulkKind, type BulkList, bulkActs, BulkList as Lists } from '@signet/shared/api/bulk'
import type { JobId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, given, identityOn, openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'
import { bulkKinds, kindFacts } from './bulk-kinds.ts'
import { bulkHandlers } from './index.ts'

let stack: Stack
beforeEach(async () => {
  stack = await openStack()
})
afterEach(() => stack.close())

const context = contextOf()
const start = (list: BulkList, kind: BulkKind, ids: readonly string[], identity?: ObjectId) =>
  stack.bulk.jobs.start(context, { list, kind, selection: { ids: [...ids] }, identity, reason: 'drill' })
const preview = (list: BulkList, kind: BulkKind, q: string) =>
  stack.bulk.previewer.preview({ list, kind, selection: { q } })

async function work(id: JobId) {
  for (let second = 0; second < 30; second += 1) {
    await stack.bulk.runner.turn()
    if ((await stack.bulk.jobs.show(id)).finishedAt !== null) break
    stack.clock.advance(secondMs)
  }
  return stack.bulk.jobs.show(id)
}

const undone = async (id: JobId) => work((await stack.bulk.jobs.undo(context, id, undefined)).id)
const audited = async (action: string) => (await rowsOf(stack, 'audit_events')).filter((row) => row.action === action)

async function identities(...names: string[]): Promise<ObjectId[]> {
  const made: ObjectId[] = []
  for (const name of names) {
    made.push((await stack.users.create(context, { name, resourceGroup: 'default' })).principalId)
  }
  return made
}

async function applications(...names: string[]): Promise<ObjectId[]> {
  const made: ObjectId[] = []
  for (const name of names) made.push((await stack.applications.create(context, name)).principalId)
  return made
}

const audience = (uri: string) =>
  stack.audiences.register(context, {
    ...{ uri, name: uri, tokenVersion: 1, lifetimeSeconds: null, assignmentRequired: false },
    ...{ clientCapabilities: false, roles: [] },
  })

describe('the kinds of jobs', () => {
  it.each(Lists.options)('of %s are those that the contract offers, and what undoes one is one of them', (list) => {
    const kinds = Object.keys(bulkActs[list])
    expect(Object.keys(bulkKinds[list]).sort()).toEqual(kinds.sort())
    for (const { inverse } of Object.values(bulkKinds[list])) if (inverse !== null) expect(kinds).toContain(inverse)
  })

  it('are refused for a list that does not have them', () => {
    expect(() => kindFacts('audiences', 'tag')).toThrow()
  })
})

describe('who may start a job', () => {
  const handlers = () => {
    const asked: string[] = []
    const requirePermission = (_context: unknown, permission: string) => void asked.push(permission)
    const requireStepUp = async () => void asked.push('step-up')
    return {
      asked,
      api: bulkHandlers(stack.bulk, {
        requirePermission,
        requireStepUp,
        told: async () => ({ replicas: 1, agents: 0 }),
        propagation: async () => null,
      }),
    }
  }
  const noReply = { setHeader: () => undefined }

  it.each([
    ['identities', 'pause', ['identities.write']],
    ['identities', 'delete', ['identities.write', 'step-up']],
    ['audiences', 'disable', ['audiences.write']],
    ['audiences', 'delete', ['audiences.write', 'step-up']],
    ['instances', 'tag', ['instances.write']],
  ] as const)('is who may do the act itself: of %s, to %s (SEC-22, SEC-27)', async (list, kind, wanted) => {
    const { asked, api } = handlers()
    const body = { list, kind, selection: { ids: [newGuid()] } }
    await api.start({ body, params: undefined, query: undefined, ifMatch: undefined }, context, noReply)
    expect(asked).toEqual(wanted)
  })

  it('confirms anew to undo a restore, which deletes (SEC-22)', async () => {
    const [id] = await identities('one')
    await stack.users.act(context, 'delete', given(id), {})
    const job = await work((await start('identities', 'restore', [given(id)])).id)
    const { asked, api } = handlers()
    const input = { params: { jobId: job.id }, body: {}, query: undefined, ifMatch: undefined }
    await api.undo(input, context, noReply)
    expect(asked).toEqual(['identities.write', 'step-up'])
  })
})

describe('user-assigned identities', () => {
  it('are previewed by a filter, with those that were used lately as risky, and nothing changes', async () => {
    const [used, idle, gone] = await identities('deploy-1', 'deploy-2', 'deploy-3')
    stack.lastUses.set(given(used), { at: stack.clock.now() - hourMs, audience: 'vault' })
    stack.lastUses.set(given(idle), { at: stack.clock.now() - 2 * dayMs, audience: 'vault' })
    await stack.users.act(context, 'delete', given(gone), {})
    const before = await rowsOf(stack, 'audit_events')
    expect(await preview('identities', 'pause', 'deploy')).toMatchObject({ total: 2, change: 2, risky: 1 })
    const deleted = await preview('identities', 'pause', 'deploy state:deleted')
    expect(deleted).toMatchObject({ total: 1, refused: 1, examples: [{ id: gone, name: 'deploy-3' }] })
    expect(await preview('identities', 'restore', 'state:deleted')).toMatchObject({ change: 1, restorable: 0 })
    expect(await rowsOf(stack, 'audit_events')).toEqual(before)
  })

  it('are deleted, brought back under the same IDs by undoing it, and each act is on record under the job', async () => {
    const ids = await identities('one', 'two')
    const job = await work((await start('identities', 'delete', ids)).id)
    expect(job).toMatchObject({ list: 'identities', changed: 2, undo: 'restore', state: 'finished' })
    expect(await audited('identity.deleted')).toMatchObject([
      { correlation_id: job.correlationId, reason: 'drill', actor_label: 'Ada' },
      { correlation_id: job.correlationId },
    ])
    expect(await undone(job.id)).toMatchObject({ list: 'identities', kind: 'restore', changed: 2 })
    expect(await Promise.all(ids.map(async (id) => (await stack.users.require(id)).state))).toEqual(['on', 'on'])
  })

  it('are found by a filter only once it is the job’s turn to look', async () => {
    const { id } = await stack.bulk.jobs.start(context, {
      ...{ list: 'identities', kind: 'pause', selection: { q: 'late' } },
    })
    await identities('late-1', 'other')
    expect(await work(id)).toMatchObject({ total: 1, changed: 1 })
    const { items } = await stack.bulk.jobs.items(id, { limit: 5 })
    expect(items).toMatchObject([{ name: 'late-1', state: 'changed' }])
  })
})

describe('an identity and many instances', () => {
  it('is assigned to each, and taken from those alone by undoing it', async () => {
    const [a, b] = [await identityOn(stack, 'web-1'), await identityOn(stack, 'web-2')]
    const [deploy] = await identities('deploy')
    const principalId = given(deploy)
    await stack.users.attach(context, principalId, { instanceIds: [a.instance.id] })
    const ids = [a.instance.id, b.instance.id]
    const wish = { list: 'instances', kind: 'attach', selection: { ids }, identity: principalId } as const
    expect(await stack.bulk.previewer.preview(wish)).toMatchObject({ change: 1, already: 1 })
    const job = await work((await start('instances', 'attach', ids, principalId)).id)
    expect(job).toMatchObject({ changed: 1, already: 1, identity: { principalId, name: 'deploy' }, undo: 'detach' })
    expect((await stack.users.require(principalId)).instances).toBe(2)
    expect(await undone(job.id)).toMatchObject({ kind: 'detach', changed: 1, identity: { name: 'deploy' } })
    expect(await stack.users.placesOf(principalId)).toMatchObject([{ instanceId: a.instance.id }])
  })

  it('is refused for all when it was deleted', async () => {
    const { instance } = await identityOn(stack, 'web-1')
    const [deploy] = await identities('deploy')
    const principalId = given(deploy)
    await stack.users.act(context, 'delete', principalId, {})
    const wish = { list: 'instances', kind: 'attach', selection: { q: '' }, identity: principalId } as const
    expect(await stack.bulk.previewer.preview(wish)).toMatchObject({ refused: 1, change: 0 })
    expect(await work((await start('instances', 'attach', [instance.id], principalId)).id)).toMatchObject({
      refused: 1,
    })
  })
})

describe('applications', () => {
  it('are paused and deleted, and both are undone', async () => {
    const ids = await applications('billing', 'crm', 'ci')
    await stack.applications.act(context, 'pause', given(ids[0]), {})
    stack.lastUses.set(given(ids[1]), { at: stack.clock.now(), audience: 'vault' })
    expect(await preview('applications', 'pause', '')).toMatchObject({ change: 2, already: 1, risky: 1 })
    const paused = await work((await start('applications', 'pause', ids)).id)
    expect(paused).toMatchObject({ changed: 2, already: 1 })
    expect(await undone(paused.id)).toMatchObject({ kind: 'resume', changed: 2 })
    expect((await stack.applications.show(given(ids[0]))).state).toBe('paused')
    const deleted = await work((await start('applications', 'delete', ids)).id)
    expect(deleted).toMatchObject({ changed: 3, undo: 'restore' })
    expect((await undone(deleted.id)).changed).toBe(3)
  })

  it('that were deleted for good, or never were, are refused by name of their ID', async () => {
    const job = await work((await start('applications', 'restore', ['99999999-0000-4000-8000-000000000001'])).id)
    expect(job).toMatchObject({ refused: 1, changed: 0 })
    const { items } = await stack.bulk.jobs.items(job.id, { limit: 5 })
    expect(items).toMatchObject([{ name: null, detail: 'No such application.' }])
  })
})

describe('audiences', () => {
  it('are disabled for the very next token request and enabled by undoing it, the built-in ones refused (N10)', async () => {
    const id = await audience('api://orders')
    expect(await preview('audiences', 'disable', 'uri:"api://orders"')).toMatchObject({ change: 1, refused: 0 })
    expect(await preview('audiences', 'disable', 'built-in:yes')).toMatchObject({ change: 0, refused: 8 })
    const job = await work((await start('audiences', 'disable', [id])).id)
    expect(job).toMatchObject({ changed: 1, undo: 'enable' })
    expect(stack.apps.find('api://orders')?.enabled).toBe(false)
    await undone(job.id)
    expect(stack.apps.find('api://orders')?.enabled).toBe(true)
  })

  it('are deleted only when nobody needs them, and that is for good', async () => {
    const [quiet, busy] = [await audience('api://quiet'), await audience('api://busy')]
    stack.issued.add('api://busy')
    expect(await preview('audiences', 'delete', 'built-in:no')).toMatchObject({ change: 1, refused: 1 })
    expect(await preview('audiences', 'disable', 'built-in:no')).toMatchObject({ change: 2, risky: 1 })
    const job = await work((await start('audiences', 'delete', [quiet, busy])).id)
    expect(job).toMatchObject({ changed: 1, refused: 1, undo: null })
    expect([stack.apps.find('api://quiet'), stack.apps.find('api://busy')?.name]).toEqual([undefined, 'api://busy'])
    await expect(stack.bulk.jobs.undo(context, job.id, undefined)).rejects.toMatchObject({ code: 'conflict' })
  })
})
