import { describe, expect, it } from 'vitest'
import { crashFuzz } from './crash-fuzz.ts'
import { namedSteps } from './crash-steps.ts'

describe('rotation', () => {
  it('keeps I1 to I4 while workers are killed at random, and at each named step (SEC-143, SEC-144)', async () => {
    const seed = Date.now() % 2 ** 31
    const { checks, kills, runs } = await crashFuzz({ seed, seconds: 4, slots: 12, say: () => undefined })
    const faults = checks.flatMap((check) => check.faults.map((fault) => `${check.name}: ${fault}`))
    expect(faults, `seed ${seed}; pnpm bench:sim s3 --seed=${seed} tries the same for a minute`).toEqual([])
    expect(kills).toBeGreaterThanOrEqual(3 + 2 * namedSteps.length)
    expect(runs).toBeGreaterThanOrEqual(12)
  }, 240_000)
})
