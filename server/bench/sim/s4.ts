import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import type { Database as Sqlite } from 'better-sqlite3'
import { systemClock } from '../../src/platform/clock.ts'
import { openSqlite } from '../../src/platform/database/sqlite.ts'
import { doctoredCopy } from '../../test/doctor.ts'
import { openStack, type Stack } from '../../test/stack.ts'
import { credentialRow, RowInserts } from '../rows.ts'
import { childEnvironment } from './children.ts'
import type { SimOptions, Simulation } from './scenario.ts'
import { seedSlots } from './seed-slots.ts'
import { control } from './simulate.ts'
import type { Verdict } from './verdict.ts'

const program = fileURLToPath(new URL('./claimer.ts', import.meta.url))
const claimers = 4
/** Shares of the work after which one of them is killed. */
const deaths = [0.25, 0.5]
const longestMs = 10 * minuteMs
const leastAtOwnSpeed = 10_000
const noneTwice = 'exactly one each'
const allThere = 'runs that ended as completed'

/** One claim twice, as a zombie without a fence would leave it; or one that a dead process took with it. */
const one = "(SELECT id FROM rotation_runs WHERE state = 'completed' LIMIT 1)"
const doctored = [
  {
    fault: 'an effect is there twice',
    words: noneTwice,
    statement: `UPDATE rotation_attempts SET run_id = ${one} WHERE to_state = 'completed'`,
  },
  {
    fault: 'an effect is lost',
    words: allThere,
    statement: `UPDATE rotation_runs SET state = 'activated' WHERE id = ${one}`,
  },
]

/** Overlaps that have ended, completed by four processes at once on one database, of which two die in the middle. */
export const killedClaimers: Simulation = {
  criterion: `${claimers} claimers, 10000 runs, kill -9 of two midway: each effect exactly once. SQLite has one writer, so that its claim needs no SKIP LOCKED; there is no other database`,
  unit: 'runs',
  sizes: { plain: { size: 10_000 }, full: { size: 100_000 }, brief: { size: 120 } },
  faults: {},
  run: claimAndDie,
}

async function claimAndDie({ verdict, size }: SimOptions): Promise<void> {
  const stack = await openStack()
  const processes: ChildProcess[] = []
  const db = openSqlite(join(stack.dataDir, 'signet.db'))
  try {
    seedOverlaps(stack, db, size)
    // A lease of half a minute is waited for where there is much to do; otherwise it is half a second.
    const speed = size < leastAtOwnSpeed ? 60 : 1
    for (let index = 0; index < claimers; index += 1) processes.push(await claimer(stack, speed))
    let busy = 0
    for (const child of processes) child.on('message', () => (busy += 1)).send('go')
    const began = performance.now()
    const killed: ChildProcess[] = []
    for (let done = 0; done < size && performance.now() - began < longestMs; ) {
      await setTimeout(20)
      done = count(db, "SELECT count(*) FROM rotation_runs WHERE state = 'completed'")
      if (done < size * (deaths[killed.length] ?? 2)) continue
      const victim = processes[killed.length]
      if (victim) killed.push(await end(victim))
    }
    const seconds = (performance.now() - began) / 1_000
    verdict.figure('completed a second, waiting for the leases of the dead included', size / seconds)
    verdict.figure('transactions given up since others wrote for too long', busy)
    verdict.figure(
      'runs that were leased more than once',
      count(db, 'SELECT count(*) FROM rotation_runs WHERE fence > 1'),
    )
    verdict.check('two of them were killed at work', killed.length === deaths.length)
    checkEffects(verdict, db, size)
    await checkControls(verdict, join(stack.dataDir, 'signet.db'), size)
  } finally {
    await Promise.all(processes.map(end))
    db.close()
    await stack.close()
  }
}

function checkEffects(verdict: Verdict, db: Sqlite, size: number): void {
  const effects = {
    [allThere]: "SELECT count(*) FROM rotation_runs WHERE state = 'completed'",
    'certificates retired': "SELECT count(*) FROM credentials WHERE state = 'retired'",
  }
  for (const [what, sql] of Object.entries(effects)) verdict.check(`${what}: ${size}`, count(db, sql) === size)
  const records = {
    'audit event of a completed run':
      "SELECT json_extract(after, '$.runId') FROM audit_events WHERE action = 'rotation.completed'",
    'audit event of a retired certificate': "SELECT target_id FROM audit_events WHERE action = 'credential.retired'",
    'step to completed': "SELECT run_id FROM rotation_attempts WHERE to_state = 'completed'",
  }
  for (const [what, sql] of Object.entries(records)) {
    const rows = db.prepare<[], string>(sql).pluck().all()
    verdict.check(`${what}: ${noneTwice}`, rows.length === size && new Set(rows).size === size)
  }
}

async function checkControls(verdict: Verdict, file: string, size: number): Promise<void> {
  for (const { statement, ...expected } of doctored) {
    const copy = doctoredCopy(file, statement)
    const db = openSqlite(copy, { readonly: true })
    await control(verdict, expected, async (quiet) => checkEffects(quiet, db, size))
    db.close()
  }
}

async function claimer({ dataDir, rootKeyFile, tenantId }: Stack, speed: number): Promise<ChildProcess> {
  const given = [dataDir, rootKeyFile, tenantId, String(speed), String(systemClock.now())]
  const child = fork(program, given, { env: childEnvironment() })
  await once(child, 'message')
  return child
}

async function end(child: ChildProcess): Promise<ChildProcess> {
  if (child.exitCode !== null || child.signalCode !== null) return child
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  return child
}

function count(db: Sqlite, sql: string): number {
  return Number(db.prepare(sql).pluck().get())
}

/** Every slot has a new certificate and an old one whose overlap is over, by the clock of the claimers. */
function seedOverlaps(stack: Stack, db: Sqlite, slots: number): void {
  const now = systemClock.now()
  const until = now - hourMs
  const held = { jitter: 0, notBefore: now - dayMs, notAfter: now + 89 * dayMs, rotateAfter: now + 40 * dayMs }
  seedSlots(
    stack,
    Array.from({ length: slots }, () => held),
  )
  stack.database.rows.keepOn(db)
  const rows = new RowInserts(db)
  const seeded = db
    .prepare<[], { slot: string; principal: string; active: string; ca: string }>(
      `SELECT slot.id AS slot, slot.principal_id AS principal, active.id AS active, active.ca_id AS ca
       FROM credential_slots AS slot JOIN credentials AS active ON active.id = slot.active_credential_id`,
    )
    .all()
  db.transaction(() => {
    for (const { slot, principal, active, ca } of seeded) {
      const old = randomUUID()
      const stamps = { tenant_id: stack.tenantId, version: 1, created_at: now - 50 * dayMs, updated_at: now - dayMs }
      rows.into('credentials', {
        ...credentialRow({
          ...{ id: old, slot_id: slot, principal_id: principal, ca_id: ca, serial: randomUUID(), x5t: randomUUID() },
          ...{ x5t_s256: thumbprint(), spki_s256: thumbprint(), cert_der: Buffer.from(old), run_id: randomUUID() },
          ...{ not_before: now - 50 * dayMs, not_after: now + 40 * dayMs, activated_at: now - 50 * dayMs },
          ...{ first_used_at: null, last_used_at: null, ...stamps },
        }),
        state: 'retiring',
        usable_until: until,
      })
      rows.into('rotation_runs', {
        ...{ id: randomUUID(), slot_id: slot, principal_id: principal, principal_name: 'slot', trigger: 'schedule' },
        ...{ actor_kind: 'system', actor_id: null, actor_label: 'simulation', state: 'activated', lane: 100 },
        ...{
          from_credential_id: old,
          to_credential_id: active,
          attempt: 0,
          due_at: until,
          lease_owner: null,
          fence: 0,
        },
        ...{ error_code: null, error_detail: null, prepared_at: now - dayMs, activated_at: now - dayMs },
        ...{ finished_at: null, ...stamps },
      })
    }
  })()
}

function thumbprint(): string {
  return randomBytes(32).toString('base64url')
}
