import { describe, expect, it } from 'vitest'
import { simulations } from './all.ts'
import { simulate } from './simulate.ts'
import { Verdict } from './verdict.ts'

describe.each(Object.entries(simulations))('in brief %s', (id, simulation) => {
  it(`shows what it must, and finds each fault that is made on purpose: ${simulation.criterion}`, {
    timeout: 400_000,
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
