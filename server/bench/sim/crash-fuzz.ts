import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { hourMs } from '@signet/shared/vocabulary/time'
import { chanceOf } from '../../test/chance.ts'
import { type Fault, openRunIds, rotationFaults, runCount, unfinishedFaults } from '../../test/rotation-invariants.ts'
import { type Death, namedSteps } from './crash-steps.ts'
import type { WorkerOrder, WorkerReport } from './crash-worker.ts'
import { databaseFile, makeSlots, openCrashWorld } from './crash-world.ts'
import { ScaledClock } from './scaled-clock.ts'

export interface CrashCheck {
  readonly name: string
  readonly faults: readonly string[]
}

export interface CrashReport {
  readonly checks: readonly CrashCheck[]
  readonly kills: number
  readonly runs: number
  /** Writes of holders whose lease had passed on, all refused. */
  readonly zombies: number
  readonly refusals: ReadonlyMap<string, number>
}

const program = fileURLToPath(new URL('./crash-worker.ts', import.meta.url))
const workers = 3
/** A minute is an hour, a lease half a second. */
const speed = 60
const mostWaitMs = 60_000

/**
 * Three worker processes roll the credentials of one database while SIGKILL takes one of them every 0.6 to 1.5 s; then
 * each named step kills one before and after its commit; then all that is open has to end (I1 to I4 of data-and-scale §4.2).
 */
export async function crashFuzz(options: {
  seed: number
  seconds: number
  slots: number
  say: (line: string) => void
}): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-crash-'))
  const fuzz = new CrashFuzz(folder, options)
  try {
    return await fuzz.run()
  } finally {
    await fuzz.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

class CrashFuzz {
  readonly #folder: string
  readonly #options: Parameters<typeof crashFuzz>[0]
  readonly #chance: () => number
  readonly #origin = Date.now()
  readonly #checks: CrashCheck[] = []
  readonly #refusals = new Map<string, number>()
  readonly #living = new Set<ChildProcess>()
  readonly #unforeseen: string[] = []
  #aheadMs = 0
  #kills = 0
  #zombies = 0

  constructor(folder: string, options: Parameters<typeof crashFuzz>[0]) {
    this.#folder = folder
    this.#options = options
    this.#chance = chanceOf(options.seed)
  }

  async run(): Promise<CrashReport> {
    const world = await openCrashWorld(this.#folder, this.#clock())
    await makeSlots(world, this.#options.slots)
    await world.database.close()
    await this.#killAtRandom()
    this.#check(`${this.#kills} kills at random`, rotationFaults(this.#file, this.#clock().now()))
    const alive: Death['step'][] = namedSteps.filter((step) => step !== 'fail')
    await this.#killAtSteps(alive, 'busy')
    // A run fails when nobody has picked it up for a day.
    this.#aheadMs = 25 * hourMs
    await this.#killAtSteps(['fail'], 'silent')
    await this.#finishAll()
    this.#check(
      'nothing unforeseen',
      this.#unforeseen.map((what) => ({ invariant: 'I4', what })),
    )
    return {
      checks: this.#checks,
      kills: this.#kills,
      runs: runCount(this.#file),
      zombies: this.#zombies,
      refusals: this.#refusals,
    }
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
    const until = Date.now() + this.#options.seconds * 1_000
    while (Date.now() < until) {
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
  async #killAtSteps(steps: readonly Death['step'][], agents: WorkerOrder['agents']): Promise<void> {
    const deaths = steps.flatMap((step): Death[] => [
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
  }

  #check(name: string, faults: readonly Fault[]): void {
    const words = faults.map(({ invariant, what }) => `${invariant}: ${what}`)
    this.#checks.push({ name, faults: words })
    this.#options.say(`  ${words.length === 0 ? 'ok    ' : 'FAILED'} ${name}`)
    for (const word of words.slice(0, 10)) this.#options.say(`           ${word}`)
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
    const child = fork(program, [JSON.stringify(order)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
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
