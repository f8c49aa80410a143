import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { hourMs } from '@signet/shared/vocabulary/time'
import { chanceOf } from '../../test/chance.ts'
import { doctoredCopy } from '../../test/doctor.ts'
import { type Fault, openRunIds, rotationFaults, runCount, unfinishedFaults } from '../../test/rotation-invariants.ts'
import { childEnvironment } from './children.ts'
import type { Death } from './crash-steps.ts'
import type { WorkerOrder, WorkerReport } from './crash-worker.ts'
import { databaseFile, makeSlots, openCrashWorld } from './crash-world.ts'
import { ScaledClock } from './scaled-clock.ts'
import type { SimOptions } from './scenario.ts'

const program = fileURLToPath(new URL('./crash-worker.ts', import.meta.url))
const workers = 3
/** A minute is an hour, a lease half a second. */
const speed = 60
/** A step is reached within seconds where nobody else uses the machine. */
const mostWaitMs = 240_000
const secondsOfKill = 3
/** Of a rollover, while others work. */
const steps = [
  'rotation.requested',
  'credential.prepared',
  'credential.activated',
  'rotation.completed',
  'run.leased',
] as const

/** What no code of ours does, and the invariant that it breaks. */
const doctored = [
  {
    fault: 'a slot loses its certificate',
    invariant: 'I1',
    statement: `UPDATE credentials SET state = 'retired' WHERE id =
      (SELECT active_credential_id FROM credential_slots WHERE active_credential_id IS NOT NULL LIMIT 1)`,
  },
  {
    fault: 'a slot has two active ones',
    invariant: 'I2',
    statement: `UPDATE credentials SET state = 'active' WHERE id =
      (SELECT id FROM credentials WHERE slot_id IS NOT NULL AND state IN ('retiring', 'retired') LIMIT 1)`,
  },
  {
    fault: 'a record is lost',
    invariant: 'I3',
    statement: `DELETE FROM audit_events WHERE id =
      (SELECT id FROM audit_events WHERE action = 'credential.activated' LIMIT 1)`,
  },
  {
    fault: 'a run is forgotten',
    invariant: 'I4',
    statement: `UPDATE rotation_runs SET finished_at = NULL WHERE id = (SELECT min(id) FROM rotation_runs)`,
  },
] as const

/**
 * Three worker processes roll the credentials of one database while SIGKILL takes one of them every 0.6 to 1.5 s; then
 * steps of a rollover kill one before and after their commit; then all that is open has to end (I1 to I4 of data-and-scale §4.2).
 */
export async function crashFuzz(options: SimOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-crash-'))
  const fuzz = new CrashFuzz(folder, options)
  try {
    await fuzz.run()
  } finally {
    await fuzz.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

class CrashFuzz {
  readonly #folder: string
  readonly #options: SimOptions
  readonly #chance: () => number
  readonly #origin = Date.now()
  readonly #refusals = new Map<string, number>()
  readonly #living = new Set<ChildProcess>()
  readonly #unforeseen: string[] = []
  #aheadMs = 0
  #kills = 0
  #zombies = 0

  constructor(folder: string, options: SimOptions) {
    this.#folder = folder
    this.#options = options
    this.#chance = chanceOf(options.seed)
  }

  async run(): Promise<void> {
    const { size } = this.#options
    const world = await openCrashWorld(this.#folder, this.#clock())
    await makeSlots(world, size)
    await world.database.close()
    await this.#killAtRandom()
    this.#check(`${this.#kills} kills at random`, rotationFaults(this.#file, this.#clock().now()))
    // In brief only one of them: each has its scene in any case.
    await this.#killAtSteps(size > 8 ? steps : ['credential.activated'], 'busy')
    // A run fails when nobody has picked it up for a day.
    this.#aheadMs = 25 * hourMs
    await this.#killAtSteps(['rotation.failed'], 'silent')
    await this.#finishAll()
    this.#check(
      'nothing unforeseen',
      this.#unforeseen.map((what) => ({ invariant: 'I4', what })),
    )
    const { verdict } = this.#options
    verdict.figure('kills of workers side by side', this.#kills)
    verdict.figure('runs', runCount(this.#file))
    verdict.figure('writes of zombies refused', this.#zombies)
    const refusals = [...this.#refusals].map(([code, times]) => `${code} ${times}`)
    verdict.figure('refusals', refusals.join(', ') || 'none')
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#living].map((child) => this.#kill(child)))
  }

  get #file(): string {
    return databaseFile(this.#folder)
  }

  #clock(): ScaledClock {
    return new ScaledClock({ speed, origin: this.#origin, aheadMs: this.#aheadMs })
  }

  async #killAtRandom(): Promise<void> {
    const crew = await Promise.all(Array.from({ length: workers }, () => this.#start('busy')))
    const { seconds = 60 } = this.#options
    const until = Date.now() + seconds * 1_000
    // Where it takes long to start a process there are as many kills, in more time.
    while (Date.now() < until || this.#kills < seconds / secondsOfKill) {
      await delay(600 + this.#chance() * 900)
      const index = Math.floor(this.#chance() * workers)
      const victim = crew[index]
      if (victim) await this.#kill(victim)
      this.#kills += 1
      crew[index] = await this.#start('busy')
    }
    // All at once, as a power cut does.
    await Promise.all(crew.map((child) => this.#kill(child)))
    this.#kills += workers
  }

  /** Each step once before its commit and once after it, as many at a time as there are workers. */
  async #killAtSteps(named: readonly Death['step'][], agents: WorkerOrder['agents']): Promise<void> {
    const deaths = named.flatMap((step): Death[] => [
      { step, moment: 'before commit' },
      { step, moment: 'after commit' },
    ])
    const next = async (): Promise<void> => {
      for (let death = deaths.shift(); death; death = deaths.shift()) await this.#killAt(death, agents)
    }
    // One at a time where one death takes what the next one needs.
    await Promise.all(Array.from({ length: agents === 'silent' ? 1 : workers }, next))
  }

  async #killAt(death: Death, agents: WorkerOrder['agents']): Promise<void> {
    const child = this.#fork(agents, death)
    const signal = new AbortController()
    const ended = once(child, 'exit', { signal: signal.signal }).then(([, by]) => by === 'SIGKILL')
    const died = await Promise.race([ended, delay(mostWaitMs, false, { signal: signal.signal })]).catch(() => false)
    signal.abort()
    if (died) this.#kills += 1
    else await this.#kill(child)
    const name = `killed at ${death.step}, ${death.moment}`
    const never: Fault[] = died ? [] : [{ invariant: 'I4', what: 'the step was never reached' }]
    this.#check(name, [...never, ...rotationFaults(this.#file)])
  }

  /** I4: everything that was open when the workers came back ends. */
  async #finishAll(): Promise<void> {
    const open = openRunIds(this.#file)
    await Promise.all(Array.from({ length: workers }, () => this.#start('obedient')))
    const until = Date.now() + mostWaitMs
    while (Date.now() < until && unfinishedFaults(this.#file, open).length > 0) await delay(100)
    await this.stop()
    this.#check(`${open.length} open runs end after the restart`, unfinishedFaults(this.#file, open))
    this.#check('the end', rotationFaults(this.#file))
    for (const { fault, invariant, statement } of doctored) {
      const copy = doctoredCopy(this.#file, statement)
      const found = [...rotationFaults(copy), ...unfinishedFaults(copy, openRunIds(copy))]
      this.#options.verdict.check(
        `control, ${fault}: found by ${invariant}`,
        found.some((one) => one.invariant === invariant),
      )
    }
  }

  #check(name: string, faults: readonly Fault[]): void {
    const { verdict } = this.#options
    for (const { invariant, what } of faults.slice(0, 10)) verdict.figure(invariant, what)
    verdict.check(name, faults.length === 0)
  }

  async #start(agents: WorkerOrder['agents']): Promise<ChildProcess> {
    const child = this.#fork(agents, undefined)
    await once(child, 'message')
    return child
  }

  #fork(agents: WorkerOrder['agents'], death: Death | undefined): ChildProcess {
    const order: WorkerOrder = {
      folder: this.#folder,
      seed: Math.floor(this.#chance() * 2 ** 31),
      clock: { speed, origin: this.#origin, aheadMs: this.#aheadMs },
      agents,
      death,
    }
    const child = fork(program, [JSON.stringify(order)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: childEnvironment(),
    })
    this.#living.add(child)
    child.once('exit', () => this.#living.delete(child))
    child.on('message', (report: WorkerReport) => this.#hear(report))
    return child
  }

  #hear({ zombie, refused, fault }: WorkerReport): void {
    if (zombie) this.#zombies += 1
    if (refused !== undefined) this.#refusals.set(refused, (this.#refusals.get(refused) ?? 0) + 1)
    if (fault !== undefined) this.#unforeseen.push(fault)
  }

  async #kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
}
