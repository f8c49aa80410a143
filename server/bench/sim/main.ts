import { parseArgs } from 'node:util'

/** What a scenario is told: where its chance begins, how long it takes where that is of choice, and its own flags. */
export interface SimOptions {
  readonly seed: number
  readonly seconds: number | undefined
}

/** Prints its pass criterion and, last, `N passed, N failed`; sets the exit code when something failed. */
type Scenario = (options: SimOptions) => Promise<void>

/** By the IDs of data-and-scale §13. */
const scenarios: Record<string, () => Promise<{ run: Scenario }>> = {
  s3: () => import('./s3.ts'),
  s13: () => import('./s13.ts'),
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, seconds: { type: 'string' } },
})
const asked = positionals.length === 0 ? Object.keys(scenarios) : positionals.map((id) => id.toLowerCase())
const unknown = asked.filter((id) => !(id in scenarios))
if (unknown.length > 0) {
  process.stderr.write(`no such scenario: ${unknown.join(', ')}; there are ${Object.keys(scenarios).join(', ')}\n`)
  process.exit(2)
}
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)
for (const id of asked) {
  process.stdout.write(`${id} (seed ${seed})\n`)
  const scenario = await scenarios[id]?.()
  await scenario?.run({ seed, seconds: values.seconds === undefined ? undefined : Number(values.seconds) })
}
