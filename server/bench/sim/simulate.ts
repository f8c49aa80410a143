import type { SimSize, Simulation } from './scenario.ts'
import { Verdict } from './verdict.ts'

/**
 * One simulation, and after it each of its faults in brief: a check that does not find what was broken on purpose proves
 * nothing when it holds.
 */
export async function simulate(
  simulation: Simulation,
  given: { verdict: Verdict; seed: number; scale: SimSize },
): Promise<void> {
  const { verdict, seed, scale } = given
  const { criterion, unit, sizes, faults } = simulation
  verdict.criterion(criterion)
  const seconds = scale.seconds === undefined ? '' : `, ${scale.seconds} s`
  verdict.figure('sizes', `${scale.size} ${unit}${seconds}; seed ${seed}`)
  await toItsEnd(simulation, { verdict, seed, scale })
  for (const [fault, words] of Object.entries(faults))
    await control(verdict, { fault, words }, (quiet) =>
      toItsEnd(simulation, { verdict: quiet, seed, scale: sizes.brief, fault }),
    )
}

/** The check whose name has these words fails for what was broken on purpose. */
export async function control(
  verdict: Verdict,
  { fault, words }: { fault: string; words: string },
  run: (quiet: Verdict) => Promise<void>,
): Promise<void> {
  const quiet = new Verdict(() => undefined)
  await run(quiet)
  verdict.check(
    `control, ${fault}: the check "${words}" fails`,
    quiet.failures.some((name) => name.includes(words)),
  )
}

async function toItsEnd(
  { run }: Simulation,
  given: { verdict: Verdict; seed: number; scale: SimSize; fault?: string },
): Promise<void> {
  const { verdict, seed, scale, fault } = given
  try {
    await run({ ...scale, verdict, seed, fault })
  } catch (error) {
    // A run that was broken on purpose may end in any way; only its checks are asked.
    if (fault === undefined) console.error(error)
    verdict.check('it came to its end', false)
  }
}
