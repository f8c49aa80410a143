import { crashFuzz } from './crash-fuzz.ts'
import type { SimOptions } from './scenario.ts'

/** S3: I1 to I4 hold while workers are killed, for a minute unless said otherwise. */
export async function run({ verdict, seed, seconds = 60 }: SimOptions): Promise<void> {
  verdict.criterion('I1 to I4 of data-and-scale §4.2 hold after every kill')
  const say = (line: string) => process.stdout.write(`${line}\n`)
  const { checks, kills, runs, zombies, refusals } = await crashFuzz({ seed, seconds, slots: 24, say })
  verdict.figure('kills', kills)
  verdict.figure('runs', runs)
  verdict.figure('writes of zombies refused', zombies)
  verdict.figure('refusals', [...refusals].map(([code, times]) => `${code} ${times}`).join(', ') || 'none')
  for (const { faults, ...check } of checks) {
    for (const fault of faults) say(`  ${fault}`)
    verdict.check(check.name, faults.length === 0)
  }
}
