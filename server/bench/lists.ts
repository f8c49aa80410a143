import 'reflect-metadata'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { dayMs } from '@signet/shared/vocabulary/time'
import express from 'express'
import { systemClock } from '../src/platform/clock.ts'
import { systemContext } from '../src/platform/request-context.ts'
import { openServer } from './open-server.ts'
import { nameOf, seed } from './seeding.ts'

/**
 * How the list of instances and the rotations answer over HTTP with few and with many of them (P9 to P11): p50 and p95 of each
 * kind of question, how many rows the last page had, and the ratio of the p95. Both servers are open at once and asked in turns, so that what else the machine does
 * falls on both. Also the rate of an export. Nothing here fails on a figure.
 */
const { values } = parseArgs({
  options: {
    instances: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '150' },
  },
})
const sizes = [1_000, Number(values.instances)] as const
const rounds = Number(values.rounds)
const warmUps = 10
/** What the ratios are to stay below: of the p95 with many instances to that with few, and of a deep page's to the first's. */
const limits = { size: 1.5, depth: 1.1 }
const pageRows = 50

const questions: readonly (readonly [string, (round: number) => Record<string, string>])[] = [
  ['filter state', () => ({ filter: 'state:degraded' })],
  // Both can fill a page of two; a longer one would compare two rows with fifty.
  ['filter state, rare', () => ({ filter: 'state:failing', limit: '2' })],
  ['filter state and kind', () => ({ filter: 'state:degraded kind:vm' })],
  ['filter tag', () => ({ filter: 'tag:env=prod' })],
  ['filter expires', () => ({ filter: 'expires:<7d', sort: 'expires' })],
  ['sort by last token', () => ({ sort: '-last-token' })],
  ['sort by rotation', () => ({ sort: 'rotation' })],
  ['search, rare', (round) => ({ filter: nameOf(round * 7).slice(-6) })],
  ['search, common', () => ({ filter: 'payments' })],
  ['search, common, by rotation', () => ({ filter: 'payments', sort: 'rotation' })],
  ['search an ID', () => ({ filter: 'abcd1234' })],
]

const halfYear = { from: String(systemClock.now() - 90 * dayMs), to: String(systemClock.now() + 90 * dayMs) }
const rotationQuestions: readonly (readonly [string, string, (round: number) => Record<string, string>])[] = [
  ['rotations: history', '/api/rotations', () => ({})],
  ['rotations: history, common word', '/api/rotations', () => ({ filter: 'payments' })],
  ['rotations: queue', '/api/rotations', () => ({ filter: 'queue:yes', limit: '10' })],
  ['rotations: timeline', '/api/rotations/timeline', () => halfYear],
  [
    'rotations: timeline of a name',
    '/api/rotations/timeline',
    (round) => ({ ...halfYear, instance: nameOf(round * 7) }),
  ],
  ['rotations: timeline, common names', '/api/rotations/timeline', () => ({ ...halfYear, instance: 'payments*' })],
  ['rotations: load by day', '/api/rotations/load', () => halfYear],
]

interface Asked {
  readonly label: string
  readonly ask: (round: number) => Promise<string>
}

/** A deployment of one size, asked over a connection of its own. */
interface Subject {
  readonly size: number
  readonly read: (path: string) => Promise<string>
  readonly list: (query: Record<string, string>) => Promise<string>
  /** Leads to the page in the middle of the unfiltered list. */
  readonly middle: string
  readonly close: () => Promise<void>
}

const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
const subjects: Subject[] = []
try {
  for (const size of sizes) subjects.push(await openSubject(join(folder, String(size)), size))
  await main(subjects)
} finally {
  for (const { close } of subjects) await close()
  rmSync(folder, { recursive: true, force: true })
}

async function main(subjects: readonly Subject[]): Promise<void> {
  const inEach = (ask: (subject: Subject, round: number) => Promise<string>) =>
    subjects.map((subject) => ({ label: `${subject.size} instances`, ask: (round: number) => ask(subject, round) }))
  await compare(
    'first page',
    inEach(({ list }) => list({})),
  )
  await compare(
    'page in the middle',
    inEach(({ list, middle }) => list({ cursor: middle })),
  )
  for (const { size, list, middle } of subjects.slice(1)) {
    const pages = [
      { label: 'page 1', ask: () => list({}) },
      { label: `page ${size / 2 / pageRows + 1}`, ask: () => list({ cursor: middle }) },
    ]
    await compare(`depth, with ${size} instances`, pages, limits.depth)
  }
  for (const [name, queryOf] of questions)
    await compare(
      name,
      inEach(({ list }, round) => list(queryOf(round))),
    )
  for (const [name, path, queryOf] of rotationQuestions)
    await compare(
      name,
      inEach(({ read }, round) => read(`${path}?${new URLSearchParams(queryOf(round))}`)),
    )
  await compare(
    'facets',
    inEach(({ read }) => read('/api/instances/facets')),
  )
  for (const { read } of subjects) {
    const startedAt = performance.now()
    const exported = await read('/api/instances/export?format=ndjson')
    const rows = exported.split('\n').length - 1
    console.log(`export of ${rows} rows: ${Math.round(rows / ((performance.now() - startedAt) / 1_000))} rows/s`)
  }
}

/** Asks two in turns and prints what each took, and the second's p95 as a multiple of the first's. */
async function compare(name: string, asked: readonly Asked[], limit = limits.size): Promise<void> {
  const taken = asked.map((): number[] => [])
  const answers = asked.map(() => '{}')
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const [index, { ask }] of asked.entries()) {
      const startedAt = performance.now()
      answers[index] = await ask(Math.abs(round))
      if (round >= 0) taken[index]?.push(performance.now() - startedAt)
    }
  }
  console.log(name)
  const p95s = asked.map(({ label }, index) => {
    const sorted = (taken[index] ?? []).sort((a, b) => a - b)
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
    const { items }: { items?: unknown[] } = JSON.parse(answers[index] ?? '{}')
    const page = items === undefined ? '' : `, ${items.length} rows`
    console.log(`  ${label}: p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms${page}`)
    return at(0.95)
  })
  console.log(`  ratio of p95: ${((p95s[1] ?? 0) / (p95s[0] ?? 0)).toFixed(2)} (limit ${limit})`)
}

async function openSubject(data: string, size: number): Promise<Subject> {
  await seed(join(data, 'data'), { instances: size, auditEvents: 0 })
  const { server, lifecycle } = await openServer({ SIGNET_DATA_DIR: join(data, 'data') })
  const app = express()
  app.use(
    '/api',
    server.adminApi(async () => systemContext('bench', 'bench')),
  )
  const listener = createServer(app).listen(0, '127.0.0.1')
  // While the other size is asked, this one's connection rests, however long that takes.
  listener.keepAliveTimeout = 0
  await new Promise((resolve) => listener.once('listening', resolve))
  const { port } = listener.address() as AddressInfo
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const read = (path: string) => fetchText(agent, port, path)
  const list = (query: Record<string, string>) =>
    read(`/api/instances?${new URLSearchParams({ limit: String(pageRows), ...query })}`)
  const close = async () => {
    agent.destroy()
    await new Promise((resolve) => listener.close(resolve))
    await lifecycle.stop()
  }
  return { size, read, list, middle: await cursorAt(list, size / 2), close }
}

/** Turns pages until that many rows have passed. */
async function cursorAt(list: Subject['list'], rows: number): Promise<string> {
  let cursor = ''
  for (let passed = 0; passed < rows; passed += pageRows) {
    const page: { nextCursor: string | null } = JSON.parse(await list(cursor === '' ? {} : { cursor }))
    if (page.nextCursor === null) throw new Error(`the list ended before row ${rows}`)
    cursor = page.nextCursor
  }
  return cursor
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
