import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { simulations } from './all.ts'
import { simulate } from './simulate.ts'
import { Verdict } from './verdict.ts'

/**
 * The simulations of the background work, by their ids (`s1`, `s4`; none means all). Every one prints what it must show, its
 * sizes, seed and figures, and how many of its checks held; one that did not makes this end with 1.
 */
// What ends is a process, not the power: databases are as good in memory, and the disk has no part in the figures.
const { env } = process
if (env['TMPDIR'] === undefined && existsSync('/dev/shm')) env['TMPDIR'] = '/dev/shm'
const number = { type: 'string' } as const
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: number,
    seconds: number,
    seed: { ...number, default: '1' },
    full: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
  },
})
const wanted = positionals.length > 0 ? positionals.map((id) => id.toLowerCase()) : Object.keys(simulations)
const unknown = wanted.filter((id) => simulations[id] === undefined)
if (unknown.length > 0) {
  console.error(`no such simulation: ${unknown.join(', ')}; there are ${Object.keys(simulations).join(', ')}`)
  process.exit(1)
}
const scaleName = values.full ? 'full' : values.brief ? 'brief' : 'plain'
const sum = { passed: 0, failed: 0 }
const began = performance.now()
for (const id of wanted) {
  const simulation = simulations[id]
  if (!simulation) continue
  console.log(id.toUpperCase())
  const verdict = new Verdict()
  const startedAt = performance.now()
  const asked = { ...given('size', values.size), ...given('seconds', values.seconds) }
  const scale = { ...simulation.sizes[scaleName], ...asked }
  await simulate(simulation, { verdict, seed: Number(values.seed), scale })
  verdict.figure('took', secondsSince(startedAt))
  verdict.close()
  sum.passed += verdict.passed
  sum.failed += verdict.failures.length
}
console.log(`${wanted.length} simulations, ${secondsSince(began)}`)
console.log(`${sum.passed} passed, ${sum.failed} failed`)
process.exitCode = sum.failed > 0 ? 1 : 0

function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1_000).toFixed(1)} s`
}

function given(name: 'size' | 'seconds', value: string | undefined): Partial<Record<typeof name, number>> {
  return value === undefined ? {} : { [name]: Number(value) }
}
