import { describe, expect, it } from 'vitest'
import { simulations } from './all.ts'
import { simulate } from './simulate.ts'
import { Verdict } from './verdict.ts'

const requirements: Readonly<Record<string, string>> = {
  s3: ' (SEC-143, SEC-144)',
  s4: ' (SEC-143)',
  s11: ' (SEC-87)',
  s13: ' (SEC-68)',
}

describe.each(Object.entries(simulations))('in brief %s', (id, simulation) => {
  it(`shows what it must, and finds each fault that is made on purpose: ${simulation.criterion}${requirements[id] ?? ''}`, {
    timeout: 900_000,
  }, async () => {
    const seed = Date.now() % 2 ** 31
    const lines: string[] = []
    const verdict = new Verdict((line) => lines.push(line))
    await simulate(simulation, { verdict, seed, scale: simulation.sizes.brief })
    const told = `pnpm bench:sim ${id} --brief --seed ${seed} does the same\n${lines.join('\n')}`
    expect(verdict.failures, told).toEqual([])
    expect(verdict.passed).toBeGreaterThan(Object.keys(simulation.faults).length)
  })
})
