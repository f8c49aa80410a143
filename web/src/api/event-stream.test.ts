import type { ChangeEvent } from '@signet/shared/api/events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LinkState } from './connection.ts'
import { listenToChanges, retryDelayMs } from './event-stream.ts'

/** The network as the stream sees it: what was opened, and a way to say what the server would. */
class FakeSource extends EventTarget {
  static opened: FakeSource[] = []
  static get last(): FakeSource {
    const source = FakeSource.opened.at(-1)
    if (source === undefined) throw new Error('nothing was opened')
    return source
  }
  readonly url: string
  closed = false
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  constructor(url: string) {
    super()
    this.url = url
    FakeSource.opened.push(this)
  }
  close() {
    this.closed = true
  }
  say(event: string, data: object) {
    this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }))
  }
}

let stop: AbortController
let changes: ChangeEvent[]
let links: LinkState[]
let resets: number

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  vi.stubGlobal('EventSource', FakeSource)
  vi.spyOn(Math, 'random').mockReturnValue(1)
  FakeSource.opened = []
  stop = new AbortController()
  changes = []
  links = []
  resets = 0
  listenToChanges(
    { onChange: (change) => changes.push(change), onReset: () => resets++, onLink: (link) => links.push(link) },
    stop.signal,
  )
  await vi.waitFor(() => expect(FakeSource.opened).toHaveLength(1), { interval: 1 })
})

afterEach(() => {
  stop.abort()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const change = (seq: number) => ({ seq, kind: 'instance', id: `i-${seq}` })

describe('the stream', () => {
  test('is live once the server has said where it stands, and hands on changes', () => {
    expect(FakeSource.last.url).toBe('/api/events')
    FakeSource.last.say('hello', { seq: 7 })
    expect(links.at(-1)).toEqual({ state: 'live' })
    FakeSource.last.say('change', change(8))
    FakeSource.last.say('change', { seq: 9, kind: 'nonsense', id: 'x' })
    expect(changes.map((each) => each.seq)).toEqual([8])
  })

  test('comes back with the number of the last event it has, and says when it tries', () => {
    FakeSource.last.say('hello', { seq: 7 })
    FakeSource.last.say('change', change(8))
    FakeSource.last.onerror?.()
    expect(links.at(-1)).toEqual({ state: 'reconnecting', retryAt: Date.now() + 1_000 })
    vi.advanceTimersByTime(1_000)
    expect(FakeSource.last.url).toBe('/api/events?after=8')
    FakeSource.last.say('change', change(9))
    FakeSource.last.say('hello', { seq: 9 })
    expect(links.at(-1)).toEqual({ state: 'live' })
    expect(resets).toBe(0)
  })

  test('has everything read again when what it missed is too old', () => {
    FakeSource.last.say('hello', { seq: 7 })
    FakeSource.last.onerror?.()
    vi.advanceTimersByTime(1_000)
    FakeSource.last.say('reset', { seq: 5_000 })
    expect(resets).toBe(1)
    FakeSource.last.onerror?.()
    vi.advanceTimersByTime(1_000)
    expect(FakeSource.last.url).toBe('/api/events?after=5000')
  })

  test('is offline after three breaks in a row, waits longer each time, and recovers by itself', () => {
    FakeSource.last.say('hello', { seq: 1 })
    const waits: number[] = []
    for (let index = 0; index < 7; index += 1) {
      FakeSource.last.onerror?.()
      const link = links.at(-1)
      waits.push(link !== undefined && 'retryAt' in link ? (link.retryAt ?? 0) - Date.now() : -1)
      vi.advanceTimersByTime(waits.at(-1) ?? 0)
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000])
    expect(links.at(-1)?.state).toBe('offline')
    FakeSource.last.say('hello', { seq: 1 })
    expect(links.at(-1)).toEqual({ state: 'live' })
  })

  test('takes a silent server for gone, and a beating one not', () => {
    FakeSource.last.say('hello', { seq: 1 })
    vi.advanceTimersByTime(39_000)
    FakeSource.last.say('beat', { seq: 1 })
    vi.advanceTimersByTime(39_000)
    expect(links.at(-1)).toEqual({ state: 'live' })
    const { last } = FakeSource
    vi.advanceTimersByTime(1_000)
    expect(last.closed).toBe(true)
    expect(links.at(-1)?.state).toBe('reconnecting')
  })

  test('tries at once when the network is back', () => {
    FakeSource.last.say('hello', { seq: 1 })
    FakeSource.last.onerror?.()
    const before = FakeSource.opened.length
    window.dispatchEvent(new Event('online'))
    expect(FakeSource.opened).toHaveLength(before + 1)
    vi.advanceTimersByTime(1_000)
    expect(FakeSource.opened).toHaveLength(before + 1)
  })

  test('is closed and not opened again when nobody listens any more', () => {
    FakeSource.last.say('hello', { seq: 1 })
    stop.abort()
    expect(FakeSource.last.closed).toBe(true)
    vi.advanceTimersByTime(60_000)
    expect(FakeSource.opened).toHaveLength(1)
  })
})

test('tries are spread by a quarter, so that tabs and operators do not come back at once', () => {
  expect(retryDelayMs(1, 0)).toBe(750)
  expect(retryDelayMs(1, 1)).toBe(1_000)
  expect(retryDelayMs(20, 1)).toBe(15_000)
})
