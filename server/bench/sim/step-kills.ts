import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AuditAction } from '@signet/shared/vocabulary/audit-events'
import { secondMs } from '@signet/shared/vocabulary/time'
import Sqlite from 'better-sqlite3'
import { SignetError } from '../../src/platform/signet-error.ts'
import { doctor } from '../../test/doctor.ts'
import { rotationFaults } from '../../test/rotation-invariants.ts'
import { openStack } from '../../test/stack.ts'
import { childEnvironment } from './children.ts'
import type { Death } from './crash-steps.ts'
import { type SceneName, scenes } from './scenes/all.ts'
import type { Memo, Scene } from './scenes/scene.ts'
import type { Verdict } from './verdict.ts'

/** What the process is told that is to die. */
export interface StepOrder {
  readonly folder: string
  readonly step: SceneName
  readonly moment: Death['moment']
}

/** How far it came before it acted. */
interface Story {
  readonly memo: Memo
  /** Records of the step by then. */
  readonly before: number
  readonly at: number
}

const program = fileURLToPath(new URL('./step-worker.ts', import.meta.url))
const names = Object.keys(scenes) as SceneName[]
const leaseMs = 30 * secondMs
const longestMs = 300 * secondMs
const sideBySide = 2

export const storyFile = (folder: string) => join(folder, 'story.json')
const databaseOf = (dataDir: string) => join(dataDir, 'signet.db')

/** How often a step was recorded; none of those without a record. */
export function recordsOf(dataDir: string, step: SceneName): number {
  const db = new Sqlite(databaseOf(dataDir), { readonly: true })
  try {
    return db.prepare<[string], number>('SELECT count(*) FROM audit_events WHERE action = ?').pluck().get(step) ?? 0
  } finally {
    db.close()
  }
}

/**
 * A process dies by SIGKILL at each named step, and the next one goes on with what it left. What was not committed is not
 * there, what was is there once, and whoever acts again brings it to the same end.
 *
 * @param draw in brief: at every third step, before or after its commit, others for each number
 */
export async function killAtEveryStep(verdict: Verdict, draw?: number): Promise<void> {
  const deaths = names.flatMap((step, index): Omit<StepOrder, 'folder'>[] => {
    const both = [
      { step, moment: 'before commit' },
      { step, moment: 'after commit' },
    ] as const
    if (draw === undefined) return [...both]
    return index % 3 === draw % 3 ? both.filter((_, place) => place === (index + draw) % 2) : []
  })
  verdict.figure('named steps', `${names.length}, deaths at them ${deaths.length}`)
  const next = async (): Promise<void> => {
    for (let death = deaths.shift(); death; death = deaths.shift()) {
      // One that fails for a reason nobody thought of is a fault of its own step: the others are still to be seen.
      const faults = await dieAndGoOn(death).catch((error: unknown) => [String(error)])
      for (const fault of faults) verdict.figure(`${death.step}, ${death.moment}`, fault)
      verdict.check(`killed at ${death.step}, ${death.moment}`, faults.length === 0)
    }
  }
  await Promise.all(Array.from({ length: sideBySide }, next))
  const lost = await dieAndGoOn({ step: 'credential.activated', moment: 'after commit' }, forgetful)
  verdict.check('control, a record is lost with its process: it is missed', lost.length > 0)
}

const forgetful = `DELETE FROM audit_events WHERE id =
  (SELECT max(id) FROM audit_events WHERE action = 'credential.activated')`

/**
 * @param statement breaks what the dead process left
 * @returns what is wrong afterwards
 */
async function dieAndGoOn(death: Omit<StepOrder, 'folder'>, statement?: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-step-'))
  try {
    const order: StepOrder = { ...death, folder }
    const child = fork(program, [JSON.stringify(order)], { env: childEnvironment(), timeout: longestMs })
    const [, signal] = await once(child, 'exit')
    if (!existsSync(storyFile(folder))) return ['the scene was never set']
    if (statement !== undefined) doctor(databaseOf(join(folder, 'data')), statement)
    const story = JSON.parse(readFileSync(storyFile(folder), 'utf8')) as Story
    const never = signal === 'SIGKILL' ? [] : ['the step was never reached']
    return [...never, ...(await goOn(order, story))]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function goOn({ folder, step, moment }: StepOrder, { memo, before, at }: Story): Promise<string[]> {
  const scene: Scene = scenes[step]
  const { times = 1 } = scene
  const isRecorded = AuditAction.safeParse(step).success
  const dataDir = join(folder, 'data')
  const faults: string[] = []
  const expectRecords = (most: number, least: number, when: string) => {
    const count = recordsOf(dataDir, step) - before
    if (isRecorded && (count < least || count > most)) faults.push(`${count} records of it ${when}`)
  }
  if (moment === 'before commit') expectRecords(0, 0, 'though nothing was committed')
  else expectRecords(times, 1, 'after its commit')
  for (const { what } of rotationFaults(databaseOf(dataDir))) faults.push(`after the death: ${what}`)
  // The leases of the dead have ended.
  const stack = await openStack({ folder, at: at + leaseMs + secondMs })
  try {
    if (moment === 'before commit' || scene.actsAgain) await refusable(() => scene.act(stack, memo))
    faults.push(...((await scene.ends?.(stack, memo)) ?? []))
  } finally {
    await stack.close()
  }
  expectRecords(times, times, 'in the end')
  for (const { what } of rotationFaults(databaseOf(dataDir))) faults.push(`in the end: ${what}`)
  return faults
}

const answers = new Set<string>(['conflict', 'not_found', 'agent_refused'])

/** What was done already may be refused; nothing may fail otherwise. */
async function refusable(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof SignetError) || !answers.has(error.code)) throw error
  }
}
