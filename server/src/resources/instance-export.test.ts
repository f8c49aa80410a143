import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resourcesApi } from '@signet/shared/api/resources'
import express from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, identityOn, openStack, type Stack, tamper } from '../../test/stack.ts'
import { contractRouter } from '../platform/http/contract-router.ts'
import { createLogger } from '../platform/log.ts'
import { SampledLog } from '../platform/sampled-log.ts'
import { resourceHandlers } from './admin-routes.ts'

let stack: Stack
let server: Server
let base: string

beforeEach(async () => {
  stack = await openStack()
  const parts = {
    ...stack,
    tenantId: stack.tenantId,
    authorityUrl: 'https://localhost:7421',
    requireStepUp: async () => undefined,
    told: async () => ({ replicas: 1, agents: 0 }),
  }
  const app = express()
  app.use(
    contractRouter(resourcesApi, resourceHandlers(parts), {
      guard: async () => contextOf(),
      log: new SampledLog(createLogger('silent'), stack.clock),
    }),
  )
  server = createServer(app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/instances`
})

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  await stack.close()
})

const register = (name: string) => stack.resources.register(contextOf(), { name, kind: 'vm' })
const read = async (query: string) => {
  const response = await fetch(`${base}/export?${query}`)
  return { response, text: await response.text() }
}

describe('an export over HTTP', () => {
  it('is a file of exactly what is filtered, in the order asked for, with UTC times', async () => {
    for (const name of ['web-1', 'db-1']) await register(name)
    const { first } = await identityOn(stack, 'web-2')
    const { response, text } = await read('format=ndjson&filter=web&sort=-name')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="instances-[\dTZ-]+\.ndjson"$/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(rows.map((row) => row['name'])).toEqual(['web-2', 'web-1'])
    expect(rows[0]?.['certificate_not_after']).toBe(new Date(first.notAfter).toISOString())
  })

  it('has a header and one line for each in CSV, also over several pages', async () => {
    for (let index = 0; index < 450; index += 1) {
      await tamper(stack, insertOf(index))
      if (index % 100 === 0) await register(`registered-${index}`)
    }
    await stack.database.transact((tx) => stack.database.changed(tx, { kind: 'policy', id: 'all' }))
    const { text } = await read('format=csv')
    const lines = text.trim().split('\r\n')
    expect(lines).toHaveLength(1 + 455)
    expect(lines[0]).toMatch(/^id,name,kind,/)
    expect(new Set(lines).size).toBe(lines.length)
  })

  it('makes no formula of what an agent reports (SEC-26)', async () => {
    const { agent } = await identityOn(stack)
    await tamper(stack, `UPDATE agents SET agent_version = '=HYPERLINK("http://evil")' WHERE id = '${agent.id}'`)
    expect((await read('format=csv')).text).toContain(`"'=HYPERLINK(""http://evil"")"`)
  })

  it('is in the audit log with its filter, and one that cannot be read is not', async () => {
    await read('format=csv&filter=kind:vm')
    expect((await auditTrail(stack)).at(-1)).toBe('instances.exported')
    const before = (await auditTrail(stack)).length
    const { response, text } = await read('format=csv&filter=stat:on')
    expect(response.status).toBe(400)
    expect(JSON.parse(text)).toMatchObject({
      code: 'invalid_request',
      faults: [{ from: 0, to: 7, suggestion: 'state:on' }],
    })
    expect(await auditTrail(stack)).toHaveLength(before)
  })
})

describe('an export of a selection over HTTP', () => {
  const post = async (body: object) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${base}/export`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { response, text: await response.text() }
  }
  const idsOf = async (...names: string[]) => {
    const ids: string[] = []
    for (const name of names) {
      stack.clock.advance(1)
      ids.push((await register(name)).id)
    }
    return ids
  }

  it.each([
    ['name', ['a-1', 'b-2', 'c-3']],
    ['-name', ['c-3', 'b-2', 'a-1']],
    ['kind', ['a-1', 'b-2', 'c-3']],
    ['created', ['b-2', 'c-3', 'a-1']],
  ])('is exactly the selected rows, each once, sorted by %s as the list is', async (sort, expected) => {
    const [b, other, c, a] = await idsOf('b-2', 'b-other', 'c-3', 'a-1')
    expect(other).toBeDefined()
    const gone = '01890000-0000-4000-8000-0000000000ff'
    const { response, text } = await post({ ids: [c, a, gone, b, a], sort, format: 'ndjson' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="instances-[\dTZ-]+\.ndjson"$/)
    const rows = text.trim().split('\n')
    expect(rows.map((line) => (JSON.parse(line) as Record<string, unknown>)['name'])).toEqual(expected)
  })

  it('takes a thousand in CSV, over several portions, and not one more', async () => {
    for (let index = 0; index < 1_005; index += 1) await tamper(stack, insertOf(index))
    await stack.database.transact((tx) => stack.database.changed(tx, { kind: 'policy', id: 'all' }))
    const ids = Array.from({ length: 1_001 }, (_, index) => idOf(index))
    const { text } = await post({ ids: ids.slice(0, 1_000), format: 'csv' })
    const lines = text.trim().split('\r\n')
    expect(lines[0]).toMatch(/^id,name,kind,/)
    expect(new Set(lines.slice(1).map((line) => line.split(',')[0]))).toEqual(new Set(ids.slice(0, 1_000)))
    expect(lines).toHaveLength(1_001)
    expect((await post({ ids, format: 'csv' })).response.status).toBe(400)
  })

  it.each(['csv', 'ndjson'])('keeps hostile values inert in %s (SEC-26, SEC-135)', async (format) => {
    const { agent, instance } = await identityOn(stack)
    await tamper(stack, `UPDATE agents SET agent_version = '=1+1' || char(8238) WHERE id = '${agent.id}'`)
    const { text } = await post({ ids: [instance.id], format })
    expect(text).toContain(format === 'csv' ? `'=1+1` : '"=1+1\\u202e"')
  })

  it('is in the audit log with how many were named, and a refused one is not', async () => {
    const [id] = await idsOf('web-1')
    await post({ ids: [id], format: 'csv' })
    const [event] = (await stack.audit.page({ terms: [] }, { limit: 1 })).items
    expect(event).toMatchObject({ action: 'instances.exported', after: { instances: 1, sort: 'name', format: 'csv' } })
    const before = (await auditTrail(stack)).length
    const bad = [
      { ids: [], format: 'csv' },
      { ids: ['x'], format: 'csv' },
      { format: 'csv' },
      { ids: [id], format: 'xls' },
    ]
    for (const body of bad) expect((await post(body)).response.status).toBe(400)
    expect(await auditTrail(stack)).toHaveLength(before)
  })
})

describe('the list over HTTP', () => {
  it.each([
    ['an unknown sorting', 'sort=colour'],
    ['an empty page', 'limit=0'],
    ['a page that is too long', 'limit=999'],
    ['a made-up cursor', 'cursor=x'],
    ['an unknown parameter', 'q=web'],
    ['a filter longer than a person types', `filter=${'a'.repeat(1_001)}`],
  ])('refuses %s', async (_, query) => {
    expect((await fetch(`${base}?${query}`)).status).toBe(400)
  })

  it('answers rows and how many there are', async () => {
    await register('web-1')
    const body: unknown = await (await fetch(`${base}?filter=kind:vm`)).json()
    expect(body).toMatchObject({ items: [{ name: 'web-1' }], count: { shown: 1, isCapped: false, all: 1 } })
  })
})

const idOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`

function insertOf(index: number): string {
  const id = idOf(index)
  return `INSERT INTO service_instances SELECT '${id}', tenant_id, subscription_id, id, 'vm', 'm-${index}', 'm-${index}',
    '/m/${index}', '/m/${index}', 'off', NULL, NULL, NULL, 1, 1, 1 FROM resource_groups LIMIT 1`
}
