import { createServer } from 'node:http'
import { auditEventHeader, idempotencyHeader, route } from '@signet/shared/api/contract'
import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import express from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { contextOf, openStack, rowsOf, type Stack } from '../../../test/stack.ts'
import { csvLine } from '../csv.ts'
import { newGuid } from '../identifiers.ts'
import { SampledLog } from '../sampled-log.ts'
import { SignetError } from '../signet-error.ts'
import { etagOf, ifMatchOf } from './conditional.ts'
import { contractRouter } from './contract-router.ts'
import { type Answer, Idempotency } from './idempotency.ts'

let stack: Stack
let idempotency: Idempotency

beforeEach(async () => {
  stack = await openStack()
  idempotency = new Idempotency(stack)
})

afterEach(() => stack.close())

const context = contextOf()
const request = { key: newGuid(), content: ['POST', '/things', { name: 'a' }], secret: false }
const registering =
  (name: string) =>
  async (under: typeof context): Promise<Answer> => ({
    status: 201,
    body: await stack.resources.register(under, { name, kind: 'host' }),
  })
const instances = async () => (await rowsOf(stack, 'service_instances')).map((row) => row.name)

describe('a write with a key', () => {
  it('is carried out once and answered alike however often it is sent (SEC-150)', async () => {
    const first = await idempotency.once(context, request, registering('a'))
    const again = await idempotency.once(context, request, registering('b'))
    expect(again).toEqual(first)
    expect(await instances()).toEqual(['a'])
  })

  it('is carried out once for twenty that send it at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => idempotency.once(context, request, registering(`n-${index}`))),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(await instances()).toEqual(['n-0'])
  })

  it('is refused when the key belongs to another request', async () => {
    await idempotency.once(context, request, registering('a'))
    const other = { ...request, content: ['POST', '/things', { name: 'b' }] }
    await expect(idempotency.once(context, other, registering('b'))).rejects.toMatchObject({
      code: 'idempotency_key_reused',
      status: 422,
    })
  })

  it('shares its key with nobody else', async () => {
    await idempotency.once(context, request, registering('a'))
    const someoneElse = { ...context, actor: { ...context.actor, id: newGuid() } }
    await idempotency.once(someoneElse, request, registering('b'))
    expect(await instances()).toEqual(['a', 'b'])
  })

  it('that came to nothing can be tried again under the same key', async () => {
    const refuse = () => Promise.reject(new SignetError('conflict'))
    await expect(idempotency.once(context, request, refuse)).rejects.toMatchObject({ code: 'conflict' })
    await idempotency.once(context, request, registering('a'))
    expect(await instances()).toEqual(['a'])
  })

  it('that took effect but lost its answer is never carried out again', async () => {
    const dies = async (under: typeof context): Promise<Answer> => {
      await stack.resources.register(under, { name: 'a', kind: 'host' })
      throw new Error('the process dies here')
    }
    await expect(idempotency.once(context, request, dies)).rejects.toThrow('dies here')
    await expect(idempotency.once(context, request, registering('b'))).rejects.toMatchObject({
      code: 'idempotency_answer_lost',
    })
    expect(await instances()).toEqual(['a'])
  })

  it('of a process that died before its effect is free again after a minute', async () => {
    const gate = Promise.withResolvers<Answer>()
    const dead = new Idempotency(stack).once(context, request, () => gate.promise)
    await expect.poll(() => rowsOf(stack, 'idempotency_keys')).toHaveLength(1)
    await expect(idempotency.once(context, request, registering('a'))).rejects.toMatchObject({
      code: 'idempotency_key_busy',
    })
    stack.clock.advance(minuteMs)
    await idempotency.once(context, request, registering('a'))
    expect(await instances()).toEqual(['a'])
    gate.resolve({ status: 200 })
    await dead
  })

  it('keeps no answer that holds a secret, and is refused when repeated', async () => {
    const secret = { ...request, secret: true }
    await idempotency.once(context, secret, async () => ({ status: 200, body: { token: 'very-secret' } }))
    expect(JSON.stringify(await rowsOf(stack, 'idempotency_keys'))).not.toContain('very-secret')
    await expect(idempotency.once(context, secret, registering('a'))).rejects.toMatchObject({
      code: 'idempotency_answer_lost',
    })
  })

  it('is forgotten after 24 hours and not before', async () => {
    await idempotency.once(context, request, registering('a'))
    stack.clock.advance(dayMs - 1)
    await idempotency.prune()
    expect(await rowsOf(stack, 'idempotency_keys')).toHaveLength(1)
    stack.clock.advance(1)
    await idempotency.once(context, request, registering('b'))
    stack.clock.advance(dayMs)
    await idempotency.prune()
    expect(await rowsOf(stack, 'idempotency_keys')).toEqual([])
    expect(await instances()).toEqual(['a', 'b'])
  })

  it.each(['', 'short', 'x'.repeat(65), 'has blanks in it, so no key at all', 'ключ-ключ-ключ-ключ-ключ'])(
    'is refused with the key %j',
    async (key) => {
      await expect(idempotency.once(context, { ...request, key }, registering('a'))).rejects.toMatchObject({
        code: 'invalid_request',
      })
    },
  )
})

describe('a contract route', () => {
  const api = {
    register: route({
      method: 'POST',
      path: '/things',
      summary: '',
      access: 'instances.write',
      body: z.strictObject({ name: z.string() }),
      response: z.object({ name: z.string(), version: z.int() }),
      status: 201,
      ifMatch: true,
    }),
    list: route({
      method: 'GET',
      path: '/things.csv',
      summary: '',
      access: 'instances.read',
      download: true,
    }),
  }

  async function served(use: (url: string) => Promise<void>): Promise<void> {
    const chunks = async function* () {
      yield csvLine(['name', 'note'])
      yield csvLine(['a,"b"', '=1+1'])
    }
    const router = contractRouter(
      api,
      {
        register: ({ body, ifMatch }, under) => {
          if (ifMatch === 9) throw new SignetError('precondition_failed')
          return stack.resources.register(under, { ...body, kind: 'host' })
        },
        list: async () => ({ fileName: '../things".csv', contentType: 'text/csv', chunks: chunks() }),
      },
      {
        guard: async (_request, _access, correlationId) => ({ ...context, correlationId }),
        log: new SampledLog(stack.log, stack.clock),
        idempotency,
      },
    )
    const server = createServer(express().use(router))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    try {
      await use(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  const post = (url: string, headers: Record<string, string>, name = 'a') =>
    fetch(`${url}/things`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ name }),
    })

  it('answers with the version as ETag and the audit event that records the write, again too (SEC-120)', async () => {
    await served(async (url) => {
      const headers = { [idempotencyHeader]: newGuid() }
      const answers = [await post(url, headers), await post(url, headers)]
      const [event] = (await stack.audit.page({ terms: [] }, { limit: 1 })).items
      for (const answer of answers) {
        expect(answer.status).toBe(201)
        expect(answer.headers.get('etag')).toBe('"1"')
        expect(answer.headers.get(auditEventHeader)).toBe(event?.id)
      }
      expect((await post(url, headers, 'b')).status).toBe(422)
      expect(await instances()).toEqual(['a'])
    })
  })

  it('is given the version of If-Match, and refuses what is none', async () => {
    await served(async (url) => {
      expect((await post(url, { 'if-match': '"9"' })).status).toBe(412)
      expect((await post(url, { 'if-match': 'W/"9"' })).status).toBe(412)
      expect((await post(url, { 'if-match': '"8"' })).status).toBe(201)
      expect(() => ifMatchOf(api.list, { headers: { 'if-match': '"1"' } })).toThrow('takes no If-Match')
      expect(etagOf({ version: '1.4.2' })).toBeUndefined()
    })
  })

  it('streams a file under a harmless name, with cells that no spreadsheet runs (SEC-26)', async () => {
    await served(async (url) => {
      const answer = await fetch(`${url}/things.csv`)
      expect(answer.headers.get('content-disposition')).toBe('attachment; filename=".._things_.csv"')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(await answer.text()).toBe('name,note\r\n"a,""b""",\'=1+1\r\n')
    })
  })
})
