import 'reflect-metadata'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import express from 'express'
import type { RequestContext } from '../src/platform/request-context.ts'
import { openServer } from './open-server.ts'
import { seed } from './seeding.ts'

/**
 * What a rollout of everything costs the server: how long its dry run, its start, its page and the list of rollouts take,
 * and for how long at most nothing else was served meanwhile. Nothing here fails on a figure.
 */
const { values } = parseArgs({
  options: {
    /** A folder that `bench:seed` has filled; without, one is made and removed. */
    data: { type: 'string' },
    instances: { type: 'string', default: '150000' },
    earlier: { type: 'string', default: '3' },
  },
})

const context: RequestContext = {
  actor: { kind: 'console', id: null, label: 'bench' },
  correlationId: 'bench',
  ip: null,
}
let longestBlockNs = 0

interface Answer {
  readonly id: string
  readonly credentials: number
  readonly total: number
}

const nothing: Answer & { items?: readonly Answer[] } = { id: '', credentials: 0, total: 0 }

const folder = values.data === undefined ? mkdtempSync(join(tmpdir(), 'signet-bench-')) : undefined
const data = folder === undefined ? resolve(values.data ?? '') : join(folder, 'data')
try {
  if (folder !== undefined) await seed(data, { instances: Number(values.instances), auditEvents: 0 })
  const { server, lifecycle } = await openServer({ SIGNET_DATA_DIR: data })
  const app = express().use(
    '/api',
    // Of the console, which confirms nothing again before an emergency.
    server.adminApi(async () => context),
  )
  const listener = createServer(app).listen(0, '127.0.0.1')
  await new Promise((done) => listener.once('listening', done))
  await measure((listener.address() as AddressInfo).port)
  console.log(`the longest time for which nothing else was served: ${ms(longestBlockNs)}`)
  listener.closeAllConnections()
  await new Promise((done) => listener.close(done))
  await lifecycle.stop()
} finally {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}

async function measure(port: number): Promise<void> {
  const ask = (method: string, path: string, body?: object) => call(port, { method, path, body })
  const wish = (act: string) => ({
    act,
    selection: { list: 'instances', q: '' },
    plan: { waveSize: 200, itemSeconds: 86_400 },
  })
  await timed('first look at the list', () => ask('GET', '/instances?limit=1'))
  const { credentials } = await timed('dry run', () => ask('POST', '/rollouts/preview', wish('rotate')))
  console.log(`  of ${credentials} certificates`)
  await timed('dry run of an emergency', () => ask('POST', '/rollouts/preview', wish('emergency')))
  for (let count = 0; count <= Number(values.earlier); count += 1) {
    const { id } = await timed(`start ${count + 1}`, () => ask('POST', '/rollouts', wish('rotate')))
    await timed('  its page', () => ask('GET', `/rollouts/${id}`))
    await timed('  what of it has failed', () => ask('GET', `/rollouts/${id}/items?stage=failed`))
    await timed('  five seconds of it', () => new Promise((done) => setTimeout(() => done(nothing), 5_000)))
    await timed('  the list', () => ask('GET', '/rollouts'))
    if (count === Number(values.earlier)) {
      // It takes everything out of the hands of that one, which is over by that.
      await timed('emergency over it', () => ask('POST', '/rollouts', { ...wish('emergency'), reason: 'bench' }))
      continue
    }
    await timed('  cancelled', () => ask('POST', `/rollouts/${id}/cancel`, {}))
  }
  const { items } = await ask('GET', '/rollouts?open=true')
  for (const { id } of items ?? []) await ask('POST', `/rollouts/${id}/cancel`, {})
}

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const startedAt = performance.now()
  const result = await work()
  const took = performance.now() - startedAt
  delay.disable()
  longestBlockNs = Math.max(longestBlockNs, delay.max)
  console.log(
    `${name}: ${Math.round(took)} ms; nothing else was served for ${ms(delay.max)} at most, p99 ${ms(delay.percentile(99))}`,
  )
  return result
}

function ms(ns: number): string {
  return `${Math.round(ns / 1e6)} ms`
}

function call(port: number, sent: { method: string; path: string; body: object | undefined }): Promise<typeof nothing> {
  const headers = { 'content-type': 'application/json' }
  return new Promise((done, fail) => {
    const asked = request(
      { port, host: '127.0.0.1', method: sent.method, path: `/api${sent.path}`, headers },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          if ((answer.statusCode ?? 500) < 300) done(JSON.parse(text))
          else fail(new Error(`${sent.path}: ${answer.statusCode} ${text}`))
        })
      },
    )
    asked.on('error', fail)
    asked.end(sent.body === undefined ? undefined : JSON.stringify(sent.body))
  })
}
