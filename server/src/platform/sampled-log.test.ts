import { describe, expect, it } from 'vitest'
import { FakeClock } from './clock.ts'
import { createLogger } from './log.ts'
import { SampledLog } from './sampled-log.ts'

function sampled() {
  const lines: Record<string, unknown>[] = []
  const clock = new FakeClock()
  const log = new SampledLog(createLogger('info', { write: (line) => lines.push(JSON.parse(line)) }), clock)
  return { log, clock, lines }
}

describe('a sampled log', () => {
  it('has ten lines a second for each reason, and then how many were left out (SEC-173)', () => {
    const { log, clock, lines } = sampled()
    for (let index = 0; index < 1_000; index += 1) log.warn('flood', {}, 'refused')
    log.warn('other', {}, 'refused')
    expect(lines.filter((line) => line['reason'] === 'flood')).toHaveLength(10)
    expect(lines.filter((line) => line['reason'] === 'other')).toHaveLength(1)
    clock.advance(1_000)
    log.warn('flood', {}, 'refused')
    expect(lines.at(-1)).toMatchObject({ reason: 'flood', unlogged: 990 })
  })

  it('stays within memory when reasons are made up', () => {
    const { log, lines } = sampled()
    for (let index = 0; index < 5_000; index += 1) log.info(`reason ${index}`, {}, 'refused')
    expect(lines).toHaveLength(5_000)
  })
})
