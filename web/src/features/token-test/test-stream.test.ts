import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followTest } from './test-stream.ts'

class FakeSource extends EventTarget {
  static last: FakeSource
  readonly url: string
  closed = false
  onerror: (() => void) | undefined

  constructor(url: string) {
    super()
    this.url = url
    FakeSource.last = this
  }

  close() {
    this.closed = true
  }

  say(name: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(name, { data: typeof data === 'string' ? data : JSON.stringify(data) }))
  }
}

const id = '0e02b2c3-58cc-4372-a567-f47ac10bd479'
const step = {
  name: 'agent',
  title: 'Agent',
  status: 'ok',
  startMs: 0,
  durationMs: 1,
  httpStatus: null,
  detail: '',
  code: null,
  exchange: null,
}
const result = {
  id,
  at: 1,
  actor: 'Ada',
  instance: { id: '01890000-0000-7000-8000-000000000001', name: 'vm' },
  resource: 'https://vault.azure.net',
  dialect: 'imds',
  bypassCache: false,
  shortLived: false,
  selector: null,
  outcome: 'ok',
  durationMs: 3,
  steps: [step],
  token: null,
  failure: null,
  revealableUntil: null,
}

beforeEach(() => {
  vi.stubGlobal('EventSource', FakeSource)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

function follow() {
  const seen: string[] = []
  const stop = new AbortController()
  const ended = new Promise<void>((resolve) => {
    followTest(
      id,
      {
        onSteps: (steps) => seen.push(`steps ${steps.length}`),
        onResult: (test) => {
          seen.push(`result ${test.outcome}`)
          resolve()
        },
        onLost: (error) => {
          seen.push(`lost ${String(Reflect.get(Object(error), 'code'))}`)
          resolve()
        },
      },
      stop.signal,
    )
  })
  return { seen, stop, ended }
}

test('tells steps as they come, then the result, and closes the stream', async () => {
  const { seen, ended } = follow()
  expect(FakeSource.last.url).toBe(`/api/token-tests/${id}/events`)
  FakeSource.last.say('progress', { steps: [step] })
  FakeSource.last.say('progress', 'not json')
  FakeSource.last.say('result', result)
  await ended
  expect([seen, FakeSource.last.closed]).toEqual([['steps 1', 'result ok'], true])
})

test('reads the result when the stream breaks off', async () => {
  vi.spyOn(window, 'fetch').mockResolvedValue(Response.json(result))
  const { seen, ended } = follow()
  FakeSource.last.onerror?.()
  await ended
  expect(seen).toEqual(['result ok'])
})

test('says so when the result cannot be read either', async () => {
  vi.spyOn(window, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'))
  const { seen, ended } = follow()
  FakeSource.last.onerror?.()
  await ended
  expect(seen).toEqual(['lost unavailable'])
})

test('closes the stream when nobody watches any more', () => {
  const { stop } = follow()
  stop.abort()
  expect(FakeSource.last.closed).toBe(true)
})
