import { describe, expect, it } from 'vitest'
import { SignetError } from '../platform/signet-error.ts'
import { TraceRecorder } from './traces.ts'

describe('traces', () => {
  it('tell each step of a watched request with its start and duration, once', async () => {
    const recorder = new TraceRecorder()
    let now = 100
    recorder.begin('id')
    const trace = recorder.of('id', () => now)
    now += 2
    const step = trace.step('client-authentication', 'checked', () => {
      now += 3
      return 'result'
    })
    expect(await step).toBe('result')
    expect(recorder.take('id')).toEqual([
      {
        name: 'client-authentication',
        title: 'checked',
        status: 'ok',
        startMs: 2,
        durationMs: 3,
        httpStatus: null,
        detail: '',
        code: null,
        exchange: null,
      },
    ])
    expect(recorder.take('id')).toEqual([])
  })

  it('tell a step that failed with its code of the catalogue, and pass its error on', async () => {
    const recorder = new TraceRecorder()
    recorder.begin('id')
    const fail = () => Promise.reject(new SignetError('assertion_expired', 'It is too late.'))
    await expect(recorder.of('id', () => 0).step('audience', 'a', fail)).rejects.toThrow('too late')
    expect(recorder.take('id')).toMatchObject([
      { status: 'failed', detail: 'It is too late.', code: 'assertion_expired' },
    ])
  })

  it('tell nothing of an error that is not of the catalogue', async () => {
    const recorder = new TraceRecorder()
    recorder.begin('id')
    const fail = () => Promise.reject(new Error('SELECT secret FROM keys'))
    await expect(recorder.of('id', () => 0).step('record', 'r', fail)).rejects.toThrow('SELECT')
    expect(JSON.stringify(recorder.take('id'))).not.toContain('SELECT')
  })

  it('announce each step as it ends, with what was found in words', async () => {
    const recorder = new TraceRecorder()
    const seen: number[] = []
    recorder.begin('id', () => seen.push(recorder.peek('id').length))
    const trace = recorder.of('id', () => 0)
    await trace.step(
      'audience',
      'a',
      () => 'Vault',
      (name) => `${name} is registered`,
    )
    await trace.step('signature', 's', () => 0)
    expect(seen).toEqual([1, 2])
    expect(recorder.take('id').map((step) => step.detail)).toEqual(['Vault is registered', ''])
  })

  it('measure nothing for a request that nobody watches', async () => {
    const recorder = new TraceRecorder()
    let looks = 0
    const trace = recorder.of('nobody', () => ++looks)
    expect(await trace.step('record', 'r', () => 7)).toBe(7)
    expect([looks, recorder.take('nobody')]).toEqual([0, []])
  })

  it('stay bounded: the oldest watch gives way, and one ID takes no more than its steps', async () => {
    const recorder = new TraceRecorder()
    for (let index = 0; index <= 100; index += 1) recorder.begin(`id-${index}`)
    await recorder.of('id-0', () => 0).step('record', 'r', () => 0)
    expect(recorder.take('id-0')).toEqual([])
    for (let index = 0; index < 50; index += 1) await recorder.of('id-100', () => 0).step('record', 'r', () => 0)
    expect(recorder.take('id-100')).toHaveLength(16)
  })
})
