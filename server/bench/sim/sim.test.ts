import { describe, expect, it } from 'vitest'
import { run as outage } from './s2.ts'
import { run as fairness } from './s10.ts'
import type { SimOptions } from './scenario.ts'
import { Verdict } from './verdict.ts'

describe('in a simulation of the schedule', () => {
  it.each([
    { what: 'a tenant with a backlog holds up nobody else', run: fairness, size: 500 },
    { what: 'an outage lets nothing expire and is caught up at the rate, the urgent first', run: outage, size: 300 },
  ])('$what', async ({ run, size }: { run: (options: SimOptions) => Promise<void>; size: number }) => {
    const lines: string[] = []
    const verdict = new Verdict((line) => lines.push(line))
    await run({ verdict, size, seconds: undefined, seed: 7 })
    expect(verdict.failed, lines.join('\n')).toBe(0)
  })
})
