import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { SimOptions } from './scenario.ts'
import { Verdict } from './verdict.ts'

/**
 * The simulations of the background work, by their ids (`s1`, `s4`; none means all): each file `s<n>.ts` of this folder
 * exports `run`. Every one prints what it must show, its figures, and how many of its checks held; one that did not makes
 * this end with 1.
 */
// What ends is a process, not the power: databases are as good in memory, and the disk has no part in the figures.
const { env } = process
if (env['TMPDIR'] === undefined && existsSync('/dev/shm')) env['TMPDIR'] = '/dev/shm'
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { size: { type: 'string' }, seconds: { type: 'string' }, seed: { type: 'string', default: '1' } },
})
const known = readdirSync(fileURLToPath(new URL('.', import.meta.url)))
  .flatMap((file) => /^(s\d+)\.ts$/.exec(file)?.[1] ?? [])
  .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
const wanted = positionals.length > 0 ? positionals.map((id) => id.toLowerCase()) : known
const unknown = wanted.filter((id) => !known.includes(id))
if (unknown.length > 0) {
  console.error(`no such simulation: ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(1)
}
let failed = 0
for (const id of wanted) failed += await simulate(id)
process.exitCode = failed > 0 ? 1 : 0

async function simulate(id: string): Promise<number> {
  console.log(id.toUpperCase())
  const verdict = new Verdict()
  const began = performance.now()
  const { run } = (await import(`./${id}.ts`)) as { run: (options: SimOptions) => Promise<void> }
  try {
    await run({ verdict, size: given(values.size), seconds: given(values.seconds), seed: Number(values.seed) })
  } catch (error) {
    console.error(error)
    verdict.check('it came to its end', false)
  }
  verdict.figure('took', `${((performance.now() - began) / 1_000).toFixed(1)} s`)
  verdict.close()
  return verdict.failed
}

function given(value: string | undefined): number | undefined {
  return value === undefined ? undefined : Number(value)
}
