import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { minuteMs } from '@signet/shared/vocabulary/time'
import express from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, dashboardUrl, openStack, type Stack, tamper } from '../../test/stack.ts'
import { ChangeStreams, eventsRouter } from './events-routes.ts'
import { RequestGuard, signedInOf } from './request-guard.ts'
import type { SignedIn } from './sessions.ts'

let stack: Stack
let server: Server
let streams: ChangeStreams
let session: SignedIn

beforeEach(async () => {
  stack = await openStack()
  const { sessions } = stack.operators
  session = await signIn()
  streams = new ChangeStreams({ feed: stack.database, sessions, clock: stack.clock })
  const guard = new RequestGuard(sessions, dashboardUrl)
  const app = express()
  app.use(
    '/api',
    eventsRouter(streams, async (request, correlationId) =>
      signedInOf(await guard.admit({ method: 'GET', headers: request.headers, ip: null }, 'session', correlationId)),
    ),
  )
  server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await stack.close()
})

async function signIn(): Promise<SignedIn> {
  const { code } = await stack.operators.issueCode(contextOf('console', 'console'))
  const id = await stack.operators.signIn(contextOf('anonymous', 'nobody'), { code: code.reveal(), displayName: 'Ada' })
  return stack.operators.sessions.require(id)
}

interface Line {
  event: string
  id: number
  data: { seq: number; kind?: string; id?: string }
}

/** Reads a stream; `lines` grows as they come. */
async function listen(options: { after?: number; lastEventId?: string; cookie?: string } = {}) {
  const { port } = server.address() as AddressInfo
  const headers = {
    accept: 'text/event-stream',
    cookie: options.cookie ?? `__Host-signet=${session.sessionId.reveal()}`,
    ...(options.lastEventId !== undefined && { 'last-event-id': options.lastEventId }),
  }
  const path = options.after === undefined ? '/api/events' : `/api/events?after=${options.after}`
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, headers }, resolve).on('error', reject)
  })
  const lines: Line[] = []
  let text = ''
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = Object.fromEntries(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      )
      lines.push({ event: fields['event'] ?? '', id: Number(fields['id']), data: JSON.parse(fields['data'] ?? '{}') })
      text = text.slice(end + 2)
    }
  })
  const ended = new Promise<void>((resolve) => response.once('close', resolve))
  return { status: response.statusCode, lines, ended }
}

const change = (id: string) => stack.database.transact((tx) => stack.database.changed(tx, { kind: 'instance', id }))
const latest = () => stack.database.latestSeq()
const idsOf = (lines: readonly Line[]) => lines.filter((line) => line.event === 'change').map((line) => line.data.id)

describe('the event stream', () => {
  it('says where it stands, then every change with its number', async () => {
    const start = await latest()
    const { lines } = await listen()
    await expect.poll(() => lines).toMatchObject([{ event: 'hello', id: start, data: { seq: start } }])
    await change('one')
    await expect
      .poll(() => lines[1])
      .toMatchObject({ event: 'change', id: start + 1, data: { kind: 'instance', id: 'one' } })
  })

  it('sends a reader that comes back what it missed, once and in order', async () => {
    const before = await latest()
    for (const id of ['one', 'two', 'three']) await change(id)
    const { lines } = await listen({ after: before + 1 })
    await expect.poll(() => lines.at(-1)).toMatchObject({ event: 'hello', data: { seq: before + 3 } })
    await change('four')
    await expect.poll(() => idsOf(lines)).toEqual(['two', 'three', 'four'])
  })

  it('believes the browser before the address it was given earlier', async () => {
    const before = await latest()
    for (const id of ['one', 'two']) await change(id)
    const { lines } = await listen({ after: before, lastEventId: String(before + 1) })
    await expect.poll(() => lines.some((line) => line.event === 'hello')).toBe(true)
    expect(idsOf(lines)).toEqual(['two'])
  })

  const expectReset = async (after: number) => {
    const { lines } = await listen({ after })
    await expect.poll(() => lines[0]).toMatchObject({ event: 'reset' })
    expect(lines[0]?.data.seq).toBe(await latest())
    expect(idsOf(lines)).toEqual([])
  }

  it('tells a reader to read everything again when what it missed is forgotten', async () => {
    const before = await latest()
    for (const id of ['one', 'two']) await change(id)
    stack.clock.advance(minuteMs)
    await stack.database.forgetChangesBefore(stack.clock.now())
    await expectReset(before)
  })

  it('tells a reader to read everything again when it missed more than a thousand', async () => {
    const before = await latest()
    await stack.database.transact(async (tx) => {
      for (let index = 0; index < 1_001; index += 1)
        await stack.database.changed(tx, { kind: 'run', id: String(index) })
    })
    await expectReset(before)
  })

  it('tells a reader to read everything again when its number is of a database that was restored', async () => {
    await expectReset((await latest()) + 1)
  })

  it('beats while nothing happens', async () => {
    const { lines } = await listen()
    await expect.poll(() => lines).toHaveLength(1)
    stack.clock.advance(15_000)
    await expect.poll(() => lines[1]).toMatchObject({ event: 'beat', id: lines[0]?.id })
  })

  it('is refused to nobody and for a number that is none', async () => {
    expect((await listen({ cookie: '' })).status).toBe(401)
    expect((await listen({ lastEventId: 'x' })).status).toBe(400)
    expect(streams.count).toBe(0)
  })

  it('is refused beyond twelve of one session', async () => {
    for (let index = 0; index < 12; index += 1) expect((await listen()).status).toBe(200)
    expect((await listen()).status).toBe(429)
  })
})

describe('a session and its stream (SEC-17, SEC-18)', () => {
  it('end together when somebody signs out', async () => {
    const { lines, ended } = await listen()
    await expect.poll(() => lines).toHaveLength(1)
    await stack.operators.sessions.end(contextOf(), session)
    await ended
    await expect.poll(() => streams.count).toBe(0)
  })

  it('end together when the operator is disabled, at the next beat at the latest', async () => {
    const { lines, ended } = await listen()
    await expect.poll(() => lines).toHaveLength(1)
    await tamper(stack, "UPDATE operators SET state = 'disabled'")
    stack.clock.advance(15_000)
    await ended
  })

  it('end together when the operator is disabled, before anything more is sent', async () => {
    const { lines, ended } = await listen()
    await expect.poll(() => lines).toHaveLength(1)
    await tamper(stack, "UPDATE operators SET state = 'disabled'")
    await change('not for them')
    await ended
    expect(lines).toHaveLength(1)
  })

  it('end together when the session gets a new id by a step-up', async () => {
    const { lines, ended } = await listen()
    await expect.poll(() => lines).toHaveLength(1)
    const { code } = await stack.operators.issueCode(contextOf('console', 'console'))
    await stack.operators.stepUp(contextOf(), session, code.reveal())
    await ended
  })

  it('end together when nobody is there: a stream does not keep a session alive', async () => {
    stack.clock.advance(10 * minuteMs)
    const { lines, ended } = await listen()
    await expect.poll(() => lines).toHaveLength(1)
    stack.clock.advance(20 * minuteMs)
    await ended
  })
})
