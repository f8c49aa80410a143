import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { auditFields } from '@signet/shared/query/audit-fields'
import { AuditAction } from '@signet/shared/vocabulary/audit-events'
import { dayMs } from '@signet/shared/vocabulary/time'
import { AuditExports, AuditLog } from '../src/audit/index.ts'
import { systemClock } from '../src/platform/clock.ts'
import { Database } from '../src/platform/database/database.ts'
import { Cursors } from '../src/platform/database/paging.ts'
import { openSqlite } from '../src/platform/database/sqlite.ts'
import { newGuid, SequentialIds } from '../src/platform/identifiers.ts'
import { requireTerms } from '../src/platform/query-text.ts'
import { systemContext } from '../src/platform/request-context.ts'
import { auditEventRow, RowInserts } from './rows.ts'

/**
 * The questions of the audit page on a large log: p50 and p95 of each in milliseconds, the rate of an export, and how
 * long the main thread was held up meanwhile.
 */
const { values } = parseArgs({ options: { events: { type: 'string', default: '1000000' } } })
const events = Number(values.events)
const rounds = 30
/** What a busy machine does to a thread that does nothing. */
const idleMs = 3_000
const yearMs = 365 * dayMs
const tenantId = newGuid()
const now = systemClock.now()

const targetOf = (index: number) => `01890000-0000-4000-8000-${String(index % 5_000).padStart(12, '0')}`

/** Filters as people write them: rare and frequent, indexed and not, matching nothing at all. */
const filters = [
  ['frequent action', 'action:token.tested'],
  ['prefix of actions', 'action:identity.*'],
  ['rare outcome', 'result:failed'],
  ['target by ID', `target:${targetOf(4_321)}`],
  ['target by name', 'target:web-4321'],
  ['names that begin so', 'target:web-43*'],
  ['actor by name', 'actor:operator-7'],
  ['actor, rare', 'actor:operator-rare'],
  ['kind of actor', 'actor-kind:console'],
  ['reason', 'reason:incident-77'],
  ['correlation ID', 'correlation:c-777777'],
  ['address', 'ip:192.0.2.77'],
  ['bare word', 'web-4321'],
  ['bare word, no match', 'nowhere-to-be-found'],
  ['bare word, in many names', 'web-43'],
  ['bare word, frequent', 'operator-7'],
  ['bare word, in a title', 'tested'],
  ['bare word and a field', 'web-4321 result:failed'],
  ['frequent word and a field', 'operator-7 action:token.tested'],
  ['two bare words', 'operator-7 incident-77'],
  ['everything but a word', '-operator-7'],
  ['everything but', '-actor-kind:system -result:ok'],
] as const

const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
try {
  await Database.open(folder, systemClock).close()
  const began = performance.now()
  seed(join(folder, 'signet.db'))
  console.log(`${events} events seeded in ${Math.round((performance.now() - began) / 1_000)} s`)
  await measure()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Rows as a year of a fleet leaves them; no code of ours made them. */
function seed(file: string): void {
  const db = openSqlite(file)
  db.pragma('synchronous = OFF')
  db.pragma('cache_size = -262144')
  // Indexes are made once all rows are there: the same in the end, and minutes faster.
  const indexes = db
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'audit_events' AND sql IS NOT NULL`,
    )
    .all()
  for (const { name } of indexes) db.exec(`DROP INDEX ${name}`)
  const rows = new RowInserts(db)
  let at = now - yearMs
  const ids = new SequentialIds({ ...systemClock, now: () => at })
  const actions = AuditAction.options
  const step = yearMs / events
  const portion = db.transaction((from: number, to: number) => {
    for (let index = from; index < to; index += 1) {
      at = Math.floor(now - yearMs + index * step)
      const draw = (index * 2_654_435_761) % 4_294_967_296
      const isRare = draw % 100_003 === 7
      const operator = isRare ? 'operator-rare' : `operator-${draw % 40}`
      rows.into(
        'audit_events',
        auditEventRow({
          ...{ id: ids.next(), tenant_id: tenantId, at, action: actions[draw % actions.length] ?? '' },
          ...{ actor_kind: draw % 500 === 0 ? 'console' : draw % 3 === 0 ? 'operator' : 'system' },
          ...{ actor_id: operator, actor_label: operator, actor_ip: `192.0.2.${draw % 250}` },
          ...{ target_id: targetOf(draw), target_label: `web-${draw % 5_000}`, correlation_id: `c-${index}` },
          outcome: draw % 300 === 0 ? 'failed' : draw % 70 === 0 ? 'refused' : 'ok',
          reason: draw % 11 === 0 ? `incident-${draw % 4_000}` : null,
          before: JSON.stringify({ state: 'on', principalId: targetOf(draw) }),
          after: JSON.stringify({ state: 'off' }),
        }),
      )
    }
  })
  for (let from = 0; from < events; from += 10_000) portion(from, Math.min(from + 10_000, events))
  for (const { sql } of indexes) db.exec(sql)
  db.close()
}

async function measure(): Promise<void> {
  const database = Database.open(folder, systemClock)
  const audit = new AuditLog({ database, cursors: new Cursors(randomBytes(32)), clock: systemClock, tenantId })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await setTimeout(idleMs)
  heldUp('idleness, for comparison', delay)
  delay.reset()
  const all = { terms: [] }
  const day = { terms: [], from: now - dayMs }
  await time('page', () => audit.page(all, { limit: 50 }))
  await time('page, last 24 hours', () => audit.page(day, { limit: 50 }))
  await time('count, all', () => audit.count(all))
  await time('histogram, 24 hours', () => audit.histogram(day))
  await time('histogram, 30 days', () => audit.histogram({ terms: [], from: now - 30 * dayMs }))
  await time('histogram, all time', () => audit.histogram(all), 3)
  for (const [name, text] of filters) {
    const terms = requireTerms(text, auditFields)
    await time(`${name}: page`, () => audit.page({ terms }, { limit: 50 }))
    await time(`${name}: count`, () => audit.count({ terms }))
  }
  const month = { terms: requireTerms('action:identity.*', auditFields), from: now - 30 * dayMs }
  await time('filtered histogram, 30 days', () => audit.histogram(month))
  heldUp('questions', delay)
  await exported(audit, delay)
  await database.close()
}

async function exported(audit: AuditLog, delay: ReturnType<typeof monitorEventLoopDelay>): Promise<void> {
  for (const format of ['csv', 'ndjson'] as const) {
    delay.reset()
    const before = process.memoryUsage().rss
    let [characters, peak] = [0, before]
    const began = performance.now()
    const file = await new AuditExports(audit, systemClock).open(systemContext('bench', newGuid()), { format })
    for await (const chunk of file.chunks) {
      characters += chunk.length
      peak = Math.max(peak, process.memoryUsage.rss())
    }
    const seconds = (performance.now() - began) / 1_000
    const rate = Math.round(events / seconds)
    const [size, grown] = [characters, peak - before].map((bytes) => Math.round(bytes / 1e6))
    console.log(
      `export as ${format}: ${rate} events/s, ${size} MB in ${seconds.toFixed(1)} s, memory grew by ${grown} MB`,
    )
    heldUp(`export as ${format}`, delay)
  }
}

async function time(name: string, ask: () => Promise<unknown>, times = rounds): Promise<void> {
  const taken: number[] = []
  for (let round = 0; round < times; round += 1) {
    const began = performance.now()
    await ask()
    taken.push(performance.now() - began)
    if (taken.reduce((sum, each) => sum + each, 0) > 10_000) break
  }
  taken.sort((a, b) => a - b)
  const at = (share: number) => (taken[Math.floor((taken.length - 1) * share)] ?? 0).toFixed(1).padStart(9)
  console.log(`${name.padEnd(36)} p50 ${at(0.5)} ms   p95 ${at(0.95)} ms`)
}

function heldUp(what: string, delay: ReturnType<typeof monitorEventLoopDelay>): void {
  const ms = (nanoseconds: number) => (nanoseconds / 1e6).toFixed(1)
  console.log(`main thread during ${what}: p99 ${ms(delay.percentile(99))} ms, longest ${ms(delay.max)} ms`)
}
