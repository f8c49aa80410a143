import { crashFuzz } from './crash-fuzz.ts'
import type { Simulation } from './scenario.ts'
import { killAtEveryStep } from './step-kills.ts'

/** S3: I1 to I4 hold while workers are killed. */
export const crashes: Simulation = {
  criterion:
    '3 workers, SIGKILL every 0.6 to 1.5 s for 60 s, and at every named step once: I1 to I4 hold. SQLite is the one engine there is',
  unit: 'slots',
  sizes: { plain: { size: 24, seconds: 60 }, full: { size: 48, seconds: 600 }, brief: { size: 8, seconds: 3 } },
  faults: {},
  async run(options) {
    await crashFuzz(options)
    const isBrief = options.size <= crashes.sizes.brief.size
    await killAtEveryStep(options.verdict, isBrief ? options.seed : undefined)
  },
}
