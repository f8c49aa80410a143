import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'
import { contextOf, given, openStack, type Stack } from '../../test/stack.ts'
import { AuditExports } from './audit-export.ts'

let stack: Stack
let exports: AuditExports
const start = Date.UTC(2030, 10, 20, 12)
beforeEach(async () => {
  stack = await openStack()
  stack.clock.advance(start - stack.clock.now())
  exports = new AuditExports(stack.audit, stack.clock)
})
afterEach(() => stack.close())

const started = (label = 'server') => stack.audit.record(contextOf('system', label), { action: 'server.start' })

async function contentOf(file: { chunks: AsyncIterable<string>; ended?: () => void }): Promise<string> {
  let text = ''
  for await (const chunk of file.chunks) text += chunk
  file.ended?.()
  return text
}

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line))

describe('an export of the audit log', () => {
  it('has exactly what the filter shows, newest first, as it was when it began (SEC-134)', async () => {
    await stack.database.transact(async (tx) => {
      for (let index = 0; index < 1_203; index += 1) {
        await stack.audit.append(tx, contextOf('system', 'server'), { action: 'server.start' })
      }
    })
    const { items } = await stack.audit.page({ terms: [], from: start }, { limit: 200 })
    const file = await exports.open(contextOf(), { filter: 'action:server.*', from: start, format: 'ndjson' })
    const seen: unknown[] = []
    for await (const chunk of file.chunks) {
      seen.push(...linesOf(chunk))
      await started('written meanwhile')
    }
    const events = seen.slice(0, -1) as { id: string; actor: { label: string } }[]
    expect(events).toHaveLength(1_203)
    expect(events.slice(0, 200).map(({ id }) => id)).toEqual(items.map(({ id }) => id))
    const ids = events.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)].sort().reverse())
    expect(events.some(({ actor }) => actor.label === 'written meanwhile')).toBe(false)
  })

  it('ends as NDJSON with a manifest that says what the file holds', async () => {
    await started()
    stack.clock.advance(1_000)
    await started()
    const query = { filter: 'action:server.start', from: start, to: start + 60_000 }
    const lines = linesOf(await contentOf(await exports.open(contextOf(), { ...query, format: 'ndjson' })))
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatchObject({ at: '2030-11-20T12:00:01.000Z', action: 'server.start', outcome: 'ok' })
    expect(lines[2]).toEqual({
      manifest: {
        count: 2,
        firstId: lines[0]?.['id'],
        lastId: lines[1]?.['id'],
        filter: 'action:server.start',
        from: '2030-11-20T12:00:00.000Z',
        to: '2030-11-20T12:01:00.000Z',
        generatedAt: '2030-11-20T12:00:01.000Z',
      },
    })
    const none = linesOf(await contentOf(await exports.open(contextOf(), { filter: 'actor:nobody', format: 'ndjson' })))
    expect(none).toMatchObject([{ manifest: { count: 0, firstId: null, lastId: null, from: null, to: null } }])
  })

  it('writes no cell that a spreadsheet or a terminal would obey (SEC-26, SEC-135)', async () => {
    await stack.audit.record(contextOf('operator', '=HYPERLINK("x")'), {
      action: 'instance.registered',
      target: { kind: 'instance', id: 'i', label: 'a\r\nb\u001b[2J\u202e\u009b,c' },
      reason: '@sum',
    })
    const text = await contentOf(await exports.open(contextOf(), { from: start, format: 'csv' }))
    const [head, row, end] = text.split('\r\n')
    expect(head).toMatch(/^id,at,actor_kind,/)
    expect(row).toContain(`,"'=HYPERLINK(""x"")",`)
    expect(row).toContain(`,"a\\u000d\\u000ab\\u001b[2J\\u202e\\u009b,c",`)
    expect(row).toContain(",'@sum,")
    expect(row).toContain('2030-11-20T12:00:00.000Z')
    expect(end).toBe('')
    const json = await contentOf(await exports.open(contextOf(), { from: start, format: 'ndjson' }))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
    expect(json).not.toMatch(/[\u001b\u009b\u202e\r]/)
    expect(linesOf(json)).toContainEqual(
      expect.objectContaining({ target: { kind: 'instance', id: 'i', label: 'a\r\nb\u001b[2J\u202e\u009b,c' } }),
    )
  })

  it('is in the log before its first byte, and not in itself', async () => {
    const file = await exports.open(contextOf('operator', 'Grace'), { filter: 'result:ok', format: 'csv' })
    const { items } = await stack.audit.page({ terms: [] }, { limit: 1 })
    expect(items[0]).toMatchObject({
      action: 'audit.exported',
      actor: { label: 'Grace' },
      after: { filter: 'result:ok', from: null, to: null, format: 'csv' },
    })
    expect(await contentOf(file)).not.toContain('audit.exported')
    expect(file.fileName).toBe('audit-2030-11-20T12-00-00Z.csv')
  })

  it('runs twice at once and no more; one that ended makes room (SEC-165)', async () => {
    const open = () => exports.open(contextOf(), { format: 'csv' })
    const first = await open()
    await open()
    await expect(open()).rejects.toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 30 })
    first.ended?.()
    first.ended?.()
    await open()
    await expect(open()).rejects.toMatchObject({ code: 'too_many_requests' })
    const faulty = new AuditExports(stack.audit, stack.clock)
    const query = { filter: 'nothing:x', format: 'csv' } as const
    for (let index = 0; index < 4; index += 1) {
      await expect(faulty.open(contextOf(), query)).rejects.toMatchObject({ code: 'invalid_request' })
    }
  })
})

describe('GET /audit/export', () => {
  let stand: DashboardStand
  beforeEach(async () => {
    stand = await openDashboard()
  })
  afterEach(() => stand.close())

  const path = '/api/audit/export?format=csv'

  it('is a file with a name of the server’s own, for whoever confirmed just now (SEC-22, SEC-26)', async () => {
    const answer = await stand.send({ path, headers: stand.headers })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="audit-[\dTZ-]+\.csv"$/)
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    stand.clock.advance(5 * 60_000 + 1)
    const late = await stand.send({ path, headers: stand.headers })
    expect(late.status).toBe(403)
    expect(JSON.parse(late.text)).toMatchObject({ code: 'step_up_required' })
  })

  it('forgets an export whose reader went away', async () => {
    for (let index = 0; index < 5; index += 1) {
      await new Promise<void>((resolve, reject) => {
        const headers = Object.fromEntries([...stand.headers, ['Host', `localhost:${stand.port}`]])
        const call = request({ host: '127.0.0.1', port: stand.port, path, headers }, (response) => {
          given(response.statusCode)
          response.destroy()
          response.once('close', () => resolve())
        })
        call.once('error', reject)
        call.end()
      })
    }
    await expect.poll(async () => (await stand.send({ path, headers: stand.headers })).status).toBe(200)
    expect(stand.logged()).not.toContain('request failed')
  })
})
