import type { ProbeStep } from '@signet/shared/wire/agent-protocol'
import { describe, expect, test } from 'vitest'
import { pairSteps } from './compare.ts'

const step = (name: ProbeStep['name'], more: Partial<ProbeStep> = {}): ProbeStep => ({
  name,
  title: name,
  status: 'ok',
  startMs: 0,
  durationMs: 1,
  httpStatus: null,
  detail: '',
  code: null,
  exchange: null,
  ...more,
})

describe('two traces side by side', () => {
  test('align by step in the order of the path, whatever order they come in', () => {
    const pairs = pairSteps([step('cache'), step('agent')], [step('agent'), step('authority')])
    expect(pairs.map(({ name, left, right }) => [name, left !== undefined, right !== undefined])).toEqual([
      ['agent', true, true],
      ['cache', true, false],
      ['authority', false, true],
    ])
    expect(pairs.map(({ differences }) => differences)).toEqual([[], ['only on one side'], ['only on one side']])
  })

  test('show what was tried again where it was tried, not where its name came first', () => {
    const at = (name: ProbeStep['name'], startMs: number) => step(name, { startMs })
    const once = [at('assertion', 1), at('authority', 2), at('record', 3)]
    const twice = [at('assertion', 1), at('authority', 2), at('assertion', 5), at('authority', 6), at('record', 7)]
    const path = ['assertion', 'authority', 'assertion', 'authority', 'record']
    expect(pairSteps(once, twice).map(({ name }) => name)).toEqual(path)
    expect(pairSteps(twice, once).map(({ name }) => name)).toEqual(path)
    expect(pairSteps(once, twice).at(-1)?.left?.startMs).toBe(3)
  })

  test('mark what is not the same', () => {
    const failed = step('authority', { status: 'failed', httpStatus: 401, code: 'client_disabled', detail: 'paused' })
    const [pair] = pairSteps([step('authority', { httpStatus: 200 })], [failed])
    expect(pair?.differences).toEqual(['outcome', 'HTTP status', 'reason', 'detail'])
  })

  test('take no notice of small differences in time', () => {
    const took = (durationMs: number) => step('authority', { durationMs })
    expect(pairSteps([took(1)], [took(9)])[0]?.differences).toEqual([])
    expect(pairSteps([took(20)], [took(40)])[0]?.differences).toEqual([])
    expect(pairSteps([took(2)], [took(40)])[0]?.differences).toEqual(['time taken'])
  })

  test('pair a step that was taken twice with its own counterpart', () => {
    expect(pairSteps([step('assertion'), step('assertion')], [step('assertion')])).toHaveLength(2)
  })
})
