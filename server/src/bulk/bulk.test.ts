import { type BulkKind, BulkWish } from '@signet/shared/api/bulk'
import { resourcesApi } from '@signet/shared/api/resources'
import { InstanceId, type JobId } from '@signet/shared/vocabulary/identifiers'
import { secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, given, identityOn, openStack, rowsOf, type Stack, tamper } from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'
import { kindFacts } from './bulk-kinds.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const context = contextOf()

async function registered(count: number, prefix = 'web'): Promise<InstanceId[]> {
  const ids: InstanceId[] = []
  for (let index = 0; index < count; index += 1) {
    const name = `${prefix}-${String(index).padStart(3, '0')}`
    ids.push((await stack.resources.register(context, { name, kind: 'host' })).id)
  }
  return ids
}

const start = (kind: BulkKind, selection: { ids: InstanceId[] } | { q: string }, more = {}) =>
  stack.bulk.jobs.start(context, { list: 'instances', kind, selection, ...more })

/** Second by second until the job has ended, or for as many seconds as are given. */
async function work(id: JobId, seconds = 60): Promise<Awaited<ReturnType<Stack['bulk']['jobs']['show']>>> {
  for (let second = 0; second < seconds; second += 1) {
    await stack.bulk.runner.turn()
    if ((await stack.bulk.jobs.show(id)).finishedAt !== null) break
    stack.clock.advance(secondMs)
  }
  return stack.bulk.jobs.show(id)
}

const states = async () => (await rowsOf(stack, 'service_instances')).map((row) => row.identity_state)
const events = async (action: string) => (await rowsOf(stack, 'audit_events')).filter((row) => row.action === action)

describe('a wish', () => {
  const ids = [newGuid()]
  it.each([
    ['no selection', { kind: 'pause', selection: {} }],
    ['two selections', { kind: 'pause', selection: { ids, q: 'web' } }],
    ['an empty list', { kind: 'pause', selection: { ids: [] } }],
    ['too long a list', { kind: 'pause', selection: { ids: Array.from({ length: 1_001 }, newGuid) } }],
    ['an ID that is none', { kind: 'pause', selection: { ids: ['../x'] } }],
    ['an unknown kind', { kind: 'explode', selection: { ids } }],
    ['an act of another list', { kind: 'delete', selection: { ids } }],
    ['an identity without the kind', { kind: 'pause', selection: { ids }, identity: newGuid() }],
    ['the kind without an identity', { kind: 'attach', selection: { ids } }],
    ['tags without the kind', { kind: 'pause', selection: { ids }, tags: { set: { a: 'b' } } }],
    ['the kind without tags', { kind: 'tag', selection: { ids } }],
    ['a tag with a control character', { kind: 'tag', selection: { ids }, tags: { set: { a: 'b\u0000' } } }],
    ['a tag name with a blank', { kind: 'tag', selection: { ids }, tags: { set: { 'a b': 'c' } } }],
  ])('with %s is malformed (SEC-151)', (_name, wish) => {
    expect(BulkWish.safeParse({ list: 'instances', ...wish }).success).toBe(false)
  })

  it('folds the names of tags', () => {
    expect(resourcesApi.tag.body.parse({ set: { Env: ' prod ' } })).toEqual({ set: { env: 'prod' }, unset: [] })
  })
})

describe('a job', () => {
  it('does every item once, in the name of who started it, under one correlation ID', async () => {
    await registered(3)
    const job = await start('turn-on', { q: 'web' }, { reason: 'roll-out' })
    expect(job).toMatchObject({ state: 'selecting', total: 0, reason: 'roll-out' })
    expect(await work(job.id)).toMatchObject({ state: 'finished', total: 3, changed: 3, waiting: 0 })
    const [parent] = await events('bulk.started')
    const children = await events('identity.turned_on')
    expect(children).toHaveLength(3)
    for (const child of children) {
      expect(child).toMatchObject({
        correlation_id: given(parent).correlation_id,
        actor_label: 'Ada',
        reason: 'roll-out',
      })
    }
    expect(await events('bulk.finished')).toMatchObject([{ outcome: 'ok', actor_kind: 'system' }])
  })

  it('keeps its pace, also over restarts', async () => {
    await registered(kindFacts('instances', 'turn-on').perSecond + 1)
    const job = await start('turn-on', { q: '' })
    await stack.bulk.runner.turn()
    await stack.bulk.runner.turn()
    await stack.bulkAgain().runner.turn()
    expect(await stack.bulk.jobs.show(job.id)).toMatchObject({
      changed: kindFacts('instances', 'turn-on').perSecond,
      waiting: 1,
    })
    stack.clock.advance(secondMs)
    await stack.bulkAgain().runner.turn()
    expect(await stack.bulk.jobs.show(job.id)).toMatchObject({ state: 'finished', waiting: 0 })
  })

  it('records what was refused and why, and goes on', async () => {
    const on = await identityOn(stack, 'api-1')
    const [off] = await registered(1)
    const job = await start('pause', { ids: [on.instance.id, given(off), InstanceId.parse(newGuid())] })
    expect(await work(job.id)).toMatchObject({ changed: 1, refused: 2, failed: 0 })
    const { items } = await stack.bulk.jobs.items(job.id, { limit: 10, state: 'refused' })
    expect(items.map((item) => [item.name, item.detail])).toEqual([
      ['web-000', 'The identity is off; there is nothing to pause.'],
      [null, 'No such service instance.'],
    ])
  })

  it('over nothing is finished at once', async () => {
    const job = await start('pause', { q: 'nothing like it' })
    expect(await work(job.id)).toMatchObject({ state: 'finished', total: 0 })
  })

  it('is worked off once by five runners at once (SEC-144)', async () => {
    await registered(8)
    const job = await start('turn-on', { q: '' })
    await Promise.all(Array.from({ length: 5 }, () => stack.bulkAgain().runner.turn()))
    expect(await stack.bulk.jobs.show(job.id)).toMatchObject({ state: 'finished', changed: 8 })
    expect(await events('identity.turned_on')).toHaveLength(8)
  })

  it('goes on where a process died in the middle of an item, and does none twice (SEC-143)', async () => {
    await registered(6)
    const job = await start('turn-on', { q: '' })
    await tamper(
      stack,
      "CREATE TRIGGER dies BEFORE UPDATE ON bulk_items WHEN (SELECT count(*) FROM bulk_items WHERE state = 'changed') = 3 BEGIN SELECT RAISE(ABORT, 'killed'); END",
    )
    await expect(stack.bulk.runner.turn()).rejects.toThrow('killed')
    expect(await events('identity.turned_on')).toHaveLength(3)
    await tamper(stack, 'DROP TRIGGER dies')
    const next = stack.bulkAgain()
    await next.runner.turn()
    expect(await events('identity.turned_on')).toHaveLength(3)
    stack.clock.advance(30 * secondMs)
    await next.runner.turn()
    expect(await stack.bulk.jobs.show(job.id)).toMatchObject({ state: 'finished', changed: 6, failed: 0 })
    expect(await events('identity.turned_on')).toHaveLength(6)
  })

  it('goes on finding its items where a process died', async () => {
    await registered(3)
    const job = await start('turn-on', { q: '' })
    await tamper(
      stack,
      "CREATE TRIGGER dies BEFORE UPDATE ON bulk_jobs WHEN NEW.total > 0 BEGIN SELECT RAISE(ABORT, 'killed'); END",
    )
    await expect(stack.bulk.runner.turn()).rejects.toThrow('killed')
    expect(await rowsOf(stack, 'bulk_items')).toEqual([])
    await tamper(stack, 'DROP TRIGGER dies')
    stack.clock.advance(30 * secondMs)
    expect(await work(job.id)).toMatchObject({ total: 3, changed: 3 })
  })

  it('takes an item that fails for a failed one, shows nothing of why, and retries it', async () => {
    const ids = await registered(2)
    const job = await start('turn-on', { ids })
    await tamper(
      stack,
      "CREATE TRIGGER full BEFORE INSERT ON principals WHEN NEW.display_name = 'web-000' BEGIN SELECT RAISE(ABORT, 'secret path'); END",
    )
    expect(await work(job.id)).toMatchObject({ changed: 1, failed: 1, state: 'finished' })
    const [failed] = (await stack.bulk.jobs.items(job.id, { limit: 1, state: 'failed' })).items
    expect(given(failed).detail).not.toContain('secret')
    await tamper(stack, 'DROP TRIGGER full')
    await stack.bulk.jobs.retry(context, job.id, undefined)
    expect(await work(job.id)).toMatchObject({ changed: 2, failed: 0, state: 'finished' })
    await expect(stack.bulk.jobs.retry(context, job.id, undefined)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('tags like anything else', async () => {
    const on = await identityOn(stack, 'api-1')
    const tags = { set: { env: 'prod' }, unset: [] }
    const tag = await work((await start('tag', { ids: [on.instance.id] }, { tags })).id)
    expect(tag).toMatchObject({ changed: 1, undo: 'tag', tags })
  })
})

describe('steering a job', () => {
  it('pauses it before the next item and resumes it', async () => {
    await registered(3)
    const job = await start('turn-on', { q: '' })
    await stack.bulk.jobs.pause(context, job.id, 'lunch')
    expect(await work(job.id, 3)).toMatchObject({ state: 'paused', changed: 0 })
    await expect(stack.bulk.jobs.pause(context, job.id, undefined)).rejects.toMatchObject({ code: 'conflict' })
    await stack.bulk.jobs.resume(context, job.id, undefined)
    expect(await work(job.id)).toMatchObject({ state: 'finished', changed: 3 })
    expect(await events('bulk.paused')).toMatchObject([{ reason: 'lunch' }])
  })

  it('cancels the rest and keeps what was done', async () => {
    const count = kindFacts('instances', 'turn-on').perSecond + 2
    await registered(count)
    const job = await start('turn-on', { q: '' })
    await stack.bulk.runner.turn()
    const cancelled = await stack.bulk.jobs.cancel(context, job.id, undefined)
    expect(cancelled).toMatchObject({ state: 'cancelled', changed: count - 2, waiting: 2 })
    expect(await work(job.id, 3)).toMatchObject({ changed: count - 2 })
    const rest = await stack.bulk.jobs.items(job.id, { limit: 10, state: 'cancelled' })
    expect(rest.items).toHaveLength(2)
    expect((await stack.bulk.jobs.items(job.id, { limit: 10, state: 'waiting' })).items).toEqual([])
    await expect(stack.bulk.jobs.resume(context, job.id, undefined)).rejects.toMatchObject({ code: 'conflict' })
    await expect(stack.bulk.jobs.retry(context, job.id, undefined)).rejects.toMatchObject({ code: 'conflict' })
  })

  it.each(['pause', 'resume', 'cancel', 'retry', 'undo', 'show'] as const)(
    'does not find a job that is not there (%s)',
    async (what) => {
      const { jobs } = stack.bulk
      const answer = what === 'show' ? jobs.show(newGuid()) : jobs[what](context, newGuid(), undefined)
      await expect(answer).rejects.toMatchObject({ code: 'not_found' })
    },
  )
})

describe('undoing a job', () => {
  it('turns off what it turned on, and nothing else', async () => {
    const ids = await registered(3)
    await stack.identities.turnOn(context, given(ids[0]))
    const job = await work((await start('turn-on', { ids })).id)
    expect(job).toMatchObject({ changed: 2, already: 1, undo: 'turn-off' })
    const undo = await work((await stack.bulk.jobs.undo(context, job.id, 'mistake')).id)
    expect(undo).toMatchObject({ kind: 'turn-off', undoOf: job.id, changed: 2 })
    expect(await states()).toEqual(['enabling', 'off', 'off'])
    expect(await stack.bulk.jobs.show(job.id)).toMatchObject({ undo: null, undoneBy: undo.id })
  })

  it('leaves alone what was turned on anew since', async () => {
    const ids = await registered(2)
    const job = await work((await start('turn-on', { ids })).id)
    await stack.identities.turnOff(context, given(ids[0]))
    await stack.identities.turnOn(context, given(ids[0]))
    const undo = await work((await stack.bulk.jobs.undo(context, job.id, undefined)).id)
    expect(undo).toMatchObject({ changed: 1, refused: 1 })
    expect(await states()).toEqual(['enabling', 'off'])
  })

  it('goes on with another when it was cancelled half-way, and does none twice', async () => {
    const count = kindFacts('instances', 'turn-off').perSecond + 3
    const ids = await registered(count)
    const job = await work((await start('turn-on', { ids })).id)
    const first = await stack.bulk.jobs.undo(context, job.id, undefined)
    await stack.bulk.runner.turn()
    await expect(stack.bulk.jobs.undo(context, job.id, undefined)).rejects.toMatchObject({ code: 'conflict' })
    expect(await stack.bulk.jobs.cancel(context, first.id, undefined)).toMatchObject({ changed: count - 3, waiting: 3 })
    expect(await stack.bulk.jobs.show(job.id)).toMatchObject({ undo: 'turn-off', undoneBy: null })
    const second = await work((await stack.bulk.jobs.undo(context, job.id, undefined)).id)
    expect(second).toMatchObject({ changed: 3, already: count - 3, refused: 0 })
    expect(new Set(await states())).toEqual(new Set(['off']))
    expect(await stack.bulk.jobs.show(job.id)).toMatchObject({ undo: null, undoneBy: second.id })
  })

  it('leaves nothing of it to be tried again: that would change what the undoing does not know of', async () => {
    const [id] = await registered(1)
    await identityOn(stack, 'api-1')
    const job = await work((await start('pause', { q: '' })).id)
    expect(job).toMatchObject({ changed: 1, refused: 1 })
    await stack.bulk.jobs.undo(context, job.id, undefined)
    await stack.identities.turnOn(context, given(id))
    await expect(stack.bulk.jobs.retry(context, job.id, undefined)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('brings back under the same IDs what it turned off, and resumes what it paused', async () => {
    const on = await identityOn(stack, 'api-1')
    const off = await work((await start('turn-off', { q: 'api' })).id)
    expect(await work((await stack.bulk.jobs.undo(context, off.id, undefined)).id)).toMatchObject({
      kind: 'restore',
      changed: 1,
    })
    expect((await stack.resources.require(on.instance.id)).principalId).toBe(on.principalId)
    const paused = await work((await start('pause', { q: 'api' })).id)
    await work((await stack.bulk.jobs.undo(context, paused.id, undefined)).id)
    expect((await stack.registry.require(on.principalId)).state).toBe('enabled')
  })

  it('gives every instance its own former tags back', async () => {
    const [a, b] = await registered(2)
    await stack.resources.tag(context, given(a), { set: { env: 'test' }, unset: [] })
    const tags = { set: { env: 'prod' }, unset: [] }
    const job = await work((await start('tag', { q: '' }, { tags })).id)
    await work((await stack.bulk.jobs.undo(context, job.id, undefined)).id)
    const found = await stack.resources.tagsOf([given(a), given(b)])
    expect([found.get(given(a)), found.get(given(b))]).toEqual([{ env: 'test' }, undefined])
  })

  it('is refused while it runs, twice, and when nothing changed', async () => {
    await identityOn(stack, 'api-1')
    const running = await start('pause', { q: 'api' })
    await expect(stack.bulk.jobs.undo(context, running.id, undefined)).rejects.toMatchObject({ code: 'conflict' })
    await work(running.id)
    await stack.bulk.jobs.undo(context, running.id, undefined)
    await expect(stack.bulk.jobs.undo(context, running.id, undefined)).rejects.toMatchObject({ code: 'conflict' })
    const nothing = await work((await start('turn-on', { q: 'api' })).id)
    await expect(stack.bulk.jobs.undo(context, nothing.id, undefined)).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('the lists', () => {
  it('page jobs newest first and items in their order, each once', async () => {
    await registered(5)
    const first = await work((await start('turn-on', { q: '' })).id)
    const second = await start('turn-off', { q: '' })
    expect((await stack.bulk.jobs.page({ limit: 1 })).items.map((job) => job.id)).toEqual([second.id])
    expect((await stack.bulk.jobs.page({ limit: 9, open: true })).items.map((job) => job.id)).toEqual([second.id])
    const names: (string | null)[] = []
    let cursor: string | undefined
    do {
      const page = await stack.bulk.jobs.items(first.id, { limit: 2, cursor })
      names.push(...page.items.map((item) => item.name))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(names).toEqual(['web-000', 'web-001', 'web-002', 'web-003', 'web-004'])
  })

  it.each(['csv', 'ndjson'] as const)('are exported whole as %s', async (format) => {
    await registered(2)
    const job = await work((await start('pause', { q: '' })).id)
    const text = await textOf(await stack.bulk.jobs.export(context, job.id, format))
    const lines = text.trim().split('\n')
    expect(lines).toHaveLength(format === 'csv' ? 3 : 2)
    expect(lines.at(-1)).toContain('web-001')
    expect(lines.at(-1)).toContain('there is nothing to pause')
  })

  it('are exported as every list is: escaped, typed and on record before the first byte (SEC-135)', async () => {
    const [id] = await registered(1)
    const job = await work((await start('pause', { q: '' })).id)
    await tamper(stack, `UPDATE service_instances SET name = 'a' || char(8238, 155) WHERE id = '${id}'`)
    const file = await stack.bulk.jobs.export(context, job.id, 'ndjson')
    const [event, ...more] = await events('bulk.exported')
    expect(more).toEqual([])
    expect(event).toMatchObject({ target_kind: 'job', target_id: job.id, target_label: 'pause' })
    expect(event?.after).toBe(JSON.stringify({ format: 'ndjson' }))
    expect(file.contentType).toBe('application/x-ndjson; charset=utf-8')
    expect(file.fileName).toMatch(new RegExp(`^job-${job.id}-[\\dT-]+Z\\.ndjson$`))
    const text = await textOf(file)
    expect(text).toContain('"name":"a\\u202e\\u009b"')
    expect(JSON.parse(text)).toMatchObject({ id, at: expect.stringMatching(/Z$/) })
  })

  it('of a job that is not there are not exported, and nothing is recorded', async () => {
    await expect(stack.bulk.jobs.export(context, newGuid(), 'csv')).rejects.toMatchObject({ code: 'not_found' })
    expect(await events('bulk.exported')).toEqual([])
  })
})

async function textOf({ chunks }: Awaited<ReturnType<Stack['bulk']['jobs']['export']>>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += chunk
  return text
}

describe('twenty thousand instances', () => {
  it('are selected in portions and none is left out', { timeout: 120_000 }, async () => {
    const [first] = await registered(1)
    await tamper(
      stack,
      `WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 20000)
       INSERT INTO service_instances SELECT printf('%08x-0000-4000-8000-000000000000', value), tenant_id, subscription_id,
         resource_group_id, kind, 'many-' || value, 'many-' || value, arm_id || value, arm_id_key || value, 'off', NULL, NULL,
         NULL, 1, created_at, updated_at FROM service_instances, n WHERE id = '${first}'`,
    )
    const job = await start('turn-off', { q: 'many' })
    await stack.bulk.runner.turn()
    expect(await stack.bulk.jobs.show(job.id)).toMatchObject({ state: 'running', total: 20_000, already: 50 })
    await stack.bulk.jobs.cancel(context, job.id, undefined)
  })
})
