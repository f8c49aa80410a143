import Sqlite, { type Database } from 'better-sqlite3'

/** Of data-and-scale §4.2. */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4'

export interface Fault {
  readonly invariant: Invariant
  readonly what: string
}

interface Credential {
  readonly id: string
  readonly slot_id: string
  readonly state: string
  readonly not_after: number
  readonly activated_at: number | null
}

interface Slot {
  readonly id: string
  readonly state: string
  readonly active_credential_id: string | null
  readonly prepared_credential_id: string | null
}

interface Run {
  readonly id: string
  readonly slot_id: string
  readonly state: string
  readonly finished_at: number | null
}

/**
 * What is wrong with the rotations of a database, by I1 to I3, as its file has them now.
 *
 * @param liveAt when every active credential has to be within its own life; absent: an expired one is no fault
 */
export function rotationFaults(file: string, liveAt?: number): Fault[] {
  return reading(file, (db) => {
    const credentials = db
      .prepare<[], Credential>(
        'SELECT id, slot_id, state, not_after, activated_at FROM credentials WHERE slot_id IS NOT NULL ORDER BY rowid',
      )
      .all()
    const runs = db.prepare<[], Run>('SELECT id, slot_id, state, finished_at FROM rotation_runs').all()
    const slots = db
      .prepare<[], Slot>('SELECT id, state, active_credential_id, prepared_credential_id FROM credential_slots')
      .all()
    const faults = slots.flatMap((slot) => {
      const own = credentials.filter((one) => one.slot_id === slot.id)
      const open = runs.filter((run) => run.slot_id === slot.id && run.finished_at === null)
      return [...keptUsable(slot, own, liveAt), ...oneOfEach(slot, own, open.length)]
    })
    return [...faults, ...stepsOfRuns(db, runs), ...recordsOf(db, runs, credentials)]
  })
}

export function openRunIds(file: string): string[] {
  return reading(file, (db) =>
    db.prepare<[], string>('SELECT id FROM rotation_runs WHERE finished_at IS NULL').pluck().all(),
  )
}

export function runCount(file: string): number {
  return reading(file, (db) => db.prepare<[], number>('SELECT count(*) FROM rotation_runs').pluck().get() ?? 0)
}

/** I4: of the runs that were open once, those that still are. */
export function unfinishedFaults(file: string, runIds: readonly string[]): Fault[] {
  const open = new Set(openRunIds(file))
  return runIds.filter((id) => open.has(id)).map((id) => ({ invariant: 'I4', what: `run ${id} never ended` }))
}

function reading<T>(file: string, work: (db: Database) => T): T {
  const db = new Sqlite(file, { readonly: true })
  try {
    // One picture of it all, whoever writes meanwhile.
    return db.transaction(() => work(db)).deferred()
  } finally {
    db.close()
  }
}

/** I1: what was ever put to use has a usable successor, unless the newest was revoked on purpose. */
function keptUsable(slot: Slot, own: readonly Credential[], liveAt: number | undefined): Fault[] {
  if (slot.state !== 'open') return []
  const used = own.filter((one) => one.activated_at !== null)
  const active = own.find((one) => one.state === 'active')
  if (used.length === 0 || used.at(-1)?.state === 'revoked') return []
  if (!active) return [{ invariant: 'I1', what: `slot ${slot.id} had a credential in use and has none` }]
  if (liveAt === undefined || active.not_after > liveAt) return []
  return [{ invariant: 'I1', what: `credential ${active.id} of slot ${slot.id} expired in use` }]
}

/** I2: at most one active, one prepared and one open run, and the pointers of the slot name them. */
function oneOfEach(slot: Slot, own: readonly Credential[], openRuns: number): Fault[] {
  const inState = (state: string) => own.filter((one) => one.state === state)
  const fault = (what: string): Fault => ({ invariant: 'I2', what: `slot ${slot.id} ${what}` })
  const [active, prepared] = [inState('active'), inState('prepared')]
  const faults: Fault[] = []
  if (active.length > 1) faults.push(fault(`has ${active.length} active credentials`))
  if (prepared.length > 1) faults.push(fault(`has ${prepared.length} prepared credentials`))
  if (openRuns > 1) faults.push(fault(`has ${openRuns} open runs`))
  if (slot.state !== 'open') {
    const usable = own.some((one) => one.state !== 'revoked' && one.state !== 'retired')
    return usable || openRuns > 0 ? [...faults, fault('is closed and not wound up')] : faults
  }
  const revoked = own.find((one) => one.id === slot.active_credential_id)?.state === 'revoked'
  if (!revoked && slot.active_credential_id !== (active[0]?.id ?? null)) faults.push(fault('names another active one'))
  if (slot.prepared_credential_id !== (prepared[0]?.id ?? null)) faults.push(fault('names another prepared one'))
  return faults
}

const ends = ['completed', 'failed', 'cancelled', 'rolled_back']

/** I3, the steps: an unbroken chain from nothing to the state of the run. */
function stepsOfRuns(db: Database, runs: readonly Run[]): Fault[] {
  const steps = Map.groupBy(
    db
      .prepare<[], { run_id: string; from_state: string | null; to_state: string }>(
        'SELECT run_id, from_state, to_state FROM rotation_attempts ORDER BY rowid',
      )
      .all(),
    (step) => step.run_id,
  )
  return runs.flatMap((run) => {
    const own = steps.get(run.id) ?? []
    const isChain = own.every((step, index) => step.from_state === (own[index - 1]?.to_state ?? null))
    const isWhole =
      isChain && own.at(-1)?.to_state === run.state && ends.includes(run.state) === (run.finished_at !== null)
    const path = own.map((step) => step.to_state).join(', ')
    return isWhole ? [] : [{ invariant: 'I3' as const, what: `run ${run.id} is ${run.state} after the steps ${path}` }]
  })
}

/** I3, the record: one audit event for each transition that was, none for one that was not. */
function recordsOf(db: Database, runs: readonly Run[], credentials: readonly Credential[]): Fault[] {
  const counts = new Map(
    db
      .prepare<[], { name: string; n: number }>(
        `SELECT action || ' ' || coalesce(json_extract(after, '$.runId'), target_id) AS name, count(*) AS n
         FROM audit_events WHERE action IN ('rotation.requested', 'rotation.completed', 'rotation.failed',
           'rotation.cancelled', 'rotation.rolled_back', 'credential.prepared', 'credential.activated', 'credential.retired', 'credential.revoked')
         GROUP BY name`,
      )
      .all()
      .map(({ name, n }) => [name, n]),
  )
  const faults: Fault[] = []
  const expectOf = (action: string, id: string, happened: boolean) => {
    const n = counts.get(`${action} ${id}`) ?? 0
    if (n !== (happened ? 1 : 0)) faults.push({ invariant: 'I3', what: `${n} records of ${action} for ${id}` })
  }
  for (const run of runs) {
    expectOf('rotation.requested', run.id, true)
    for (const end of ends) expectOf(`rotation.${end}`, run.id, run.state === end)
  }
  for (const { id, state, activated_at } of credentials) {
    expectOf('credential.prepared', id, true)
    expectOf('credential.activated', id, activated_at !== null)
    for (const end of ['retired', 'revoked']) expectOf(`credential.${end}`, id, state === end)
  }
  return faults
}
