import { crashFuzz } from './crash-fuzz.ts'
import type { SimOptions } from './main.ts'

/** S3: I1 to I4 hold while workers are killed, for a minute unless said otherwise. */
export async function run({ seed, seconds = 60 }: SimOptions): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`)
  say('  pass: I1 to I4 of data-and-scale §4.2 hold after every kill')
  const { checks, kills, runs, zombies, refusals } = await crashFuzz({ seed, seconds, slots: 24, say })
  const failed = checks.filter((check) => check.faults.length > 0).length
  const refused = [...refusals].map(([code, times]) => `${code} ${times}`).join(', ') || 'none'
  say(`  ${kills} kills, ${runs} runs, ${zombies} writes of zombies refused; refusals: ${refused}`)
  say(`${checks.length - failed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}
