import 'reflect-metadata'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { systemContext } from '../src/platform/request-context.ts'
import { openServer } from './open-server.ts'
import { nameOf, seed } from './seeding.ts'

/**
 * How the list of instances answers over HTTP with few and with many of them: p50 and p95 of each kind of question, and
 * the ratio of the p95 (P9 to P11). Also page 1,000 against page 1, and the rate of an export.
 */
const sizes = [1_000, Number(process.env['BENCH_INSTANCES'] ?? 100_000)] as const
const rounds = 150

const questions: readonly (readonly [string, (round: number) => Record<string, string>])[] = [
  ['first page', () => ({})],
  ['filter state', () => ({ filter: 'state:failing' })],
  ['filter state and kind', () => ({ filter: 'state:degraded kind:vm' })],
  ['filter tag', () => ({ filter: 'tag:env=prod' })],
  ['filter expires', () => ({ filter: 'expires:<7d', sort: 'expires' })],
  ['sort by last token', () => ({ sort: '-last-token' })],
  ['sort by rotation', () => ({ sort: 'rotation' })],
  ['search, rare', (round) => ({ filter: nameOf(round * 7).slice(-6) })],
  ['search, common', () => ({ filter: 'payments' })],
  ['search an ID', () => ({ filter: 'abcd1234' })],
]

interface Timing {
  readonly p50: number
  readonly p95: number
}

const results = new Map<string, Timing[]>()
for (const size of sizes) {
  const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  try {
    const data = join(folder, 'data')
    await seed(data, { instances: size, auditEvents: 0 })
    await measure(data, size)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
for (const [name, [few, many]] of results) {
  const ratio = few && many ? (many.p95 / few.p95).toFixed(2) : ''
  console.log(`${name.padEnd(24)} ${[few, many].map(timingText).join('   ')}   ratio of p95 ${ratio}`)
}

async function measure(data: string, size: number): Promise<void> {
  const { server, lifecycle } = await openServer({ SIGNET_DATA_DIR: data })
  const app = express()
  app.use(
    '/api',
    server.adminApi(async () => systemContext('bench', 'bench')),
  )
  const listener = createServer(app).listen(0, '127.0.0.1')
  await new Promise((resolve) => listener.once('listening', resolve))
  const { port } = listener.address() as AddressInfo
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const read = (path: string) => fetchText(agent, port, path)
  const list = (query: Record<string, string>) =>
    read(`/api/instances?${new URLSearchParams({ limit: '50', ...query })}`)
  for (const [name, queryOf] of questions) await record(name, (round) => list(queryOf(round)))
  await record('facets', () => read('/api/instances/facets'))
  const cursors = await cursorsOf(list, Math.min(1_000, size / 50 - 2))
  await record('page 2', () => list({ cursor: cursors[0] ?? '' }))
  await record('last page reached', () => list({ cursor: cursors.at(-1) ?? '' }))
  const startedAt = performance.now()
  const exported = await read('/api/instances/export?format=ndjson')
  const rows = exported.split('\n').length - 1
  console.log(`export of ${rows} rows: ${Math.round(rows / ((performance.now() - startedAt) / 1_000))} rows/s`)
  agent.destroy()
  await new Promise((resolve) => listener.close(resolve))
  await lifecycle.stop()
}

async function record(name: string, ask: (round: number) => Promise<unknown>): Promise<void> {
  for (let round = 0; round < 10; round += 1) await ask(round)
  const taken: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now()
    await ask(round)
    taken.push(performance.now() - startedAt)
  }
  taken.sort((a, b) => a - b)
  const at = (share: number) => taken[Math.floor(share * (taken.length - 1))] ?? 0
  results.set(name, [...(results.get(name) ?? []), { p50: at(0.5), p95: at(0.95) }])
}

async function cursorsOf(list: (query: Record<string, string>) => Promise<string>, pages: number): Promise<string[]> {
  const cursors: string[] = []
  while (cursors.length < pages) {
    const cursor = cursors.at(-1)
    const { nextCursor } = JSON.parse(await list(cursor === undefined ? {} : { cursor })) as {
      nextCursor: string | null
    }
    if (nextCursor === null) break
    cursors.push(nextCursor)
  }
  return cursors
}

function fetchText(agent: Agent, port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ agent, port, path, host: '127.0.0.1' }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(`${path}: ${response.statusCode} ${text}`))
      })
    }).on('error', reject)
  })
}

function timingText(timing: Timing | undefined): string {
  return timing ? `p50 ${timing.p50.toFixed(1)} ms, p95 ${timing.p95.toFixed(1)} ms` : ''
}
