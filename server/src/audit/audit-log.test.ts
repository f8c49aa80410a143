import { CompiledQuery } from 'kysely'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { contextOf, given, openStack, rowsOf, type Stack, tamper } from '../../test/stack.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const start = () => stack.audit.record(contextOf('system', 'server'), { action: 'server.start' })

describe('an audit event', () => {
  it('cannot be changed or deleted, not even by hand', async () => {
    await start()
    const before = await rowsOf(stack, 'audit_events')
    for (const statement of [
      "UPDATE audit_events SET actor_label = 'nobody'",
      'DELETE FROM audit_events',
      "UPDATE audit_events SET outcome = 'ok' WHERE outcome = 'refused' OR 1 = 1",
    ]) {
      await expect(tamper(stack, statement)).rejects.toThrow('audit events are insert only')
    }
    expect(await rowsOf(stack, 'audit_events')).toEqual(before)
  })

  it('stands and falls with the transaction of its change (SEC-124)', async () => {
    const before = await rowsOf(stack, 'audit_events')
    const failed = stack.database.transact(async (tx) => {
      await stack.audit.append(tx, contextOf(), { action: 'instance.registered' })
      throw new Error('the change failed')
    })
    await expect(failed).rejects.toThrow('the change failed')
    expect(await rowsOf(stack, 'audit_events')).toEqual(before)
  })

  it('says who did what to what, from where, and how it ended', async () => {
    const context = contextOf()
    await stack.audit.record(context, {
      action: 'rotation.failed',
      outcome: 'failed',
      target: { kind: 'identity', id: 'one', label: 'web-01' },
      reason: 'no agent',
      before: { state: 'requested' },
      after: { state: 'failed' },
    })
    const { items } = await stack.audit.page({ terms: [] }, { limit: 1 })
    expect(items[0]).toMatchObject({
      at: stack.clock.now(),
      actor: { kind: 'operator', label: 'Ada', ip: '192.0.2.7' },
      action: 'rotation.failed',
      target: { kind: 'identity', id: 'one', label: 'web-01' },
      outcome: 'failed',
      reason: 'no agent',
      correlationId: context.correlationId,
      before: { state: 'requested' },
      after: { state: 'failed' },
    })
  })
})

describe('the audit log', () => {
  it('is paged newest first, each event once, while others are written', async () => {
    for (let index = 0; index < 7; index += 1) await start()
    const total = (await rowsOf(stack, 'audit_events')).length
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await stack.audit.page({ terms: [] }, { limit: 3, cursor })
      seen.push(...page.items.map((event) => event.id))
      cursor = page.nextCursor ?? undefined
      await start()
    } while (cursor)
    expect(seen).toHaveLength(total)
    expect(seen).toEqual([...new Set(seen)].sort().reverse())
  })

  it('refuses the cursor of another list', async () => {
    await stack.resources.register(contextOf(), { name: 'a', kind: 'host' })
    await stack.resources.register(contextOf(), { name: 'b', kind: 'host' })
    const cursor = given((await stack.list.page({ sort: 'name', limit: 1 })).nextCursor)
    await expect(stack.audit.page({ terms: [] }, { limit: 1, cursor })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })

  it('finds acts by their correlation IDs in the index of those, however many acts of the kind there are', async () => {
    const { read } = stack.database
    const ids = Array.from({ length: 1_000 }, (_, n) => `id-${n}`)
    await stack.audit.record({ ...contextOf(), correlationId: 'id-7' }, { action: 'token.tested' })
    await stack.audit.record({ ...contextOf(), correlationId: 'id-8' }, { action: 'server.start' })
    const asked = vi.spyOn(read.getExecutor(), 'executeQuery')
    expect(await stack.audit.recordedUnder('token.tested', ids)).toEqual(new Set(['id-7']))
    const { sql, parameters } = given(asked.mock.calls[0]?.[0])
    const plan = await read.executeQuery(CompiledQuery.raw(`EXPLAIN QUERY PLAN ${sql}`, [...parameters]))
    expect(JSON.stringify(plan.rows)).toContain('audit_events_correlation (tenant_id=? AND correlation_id=?)')
  })
})
