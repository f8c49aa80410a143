import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/clock.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { StreamEvent } from './event-stream.ts'
import { ServerLink } from './server-link.ts'
import { silentLog } from './testing/test-stand.ts'

let link: ServerLink | undefined
afterEach(() => link?.stop())

/** Lets everything that waits on nothing but promises and streams happen. */
async function settle() {
  for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setImmediate(resolve))
}

function rig(open: () => PassThrough | SignetError) {
  const clock = new FakeClock()
  const opened: number[] = []
  const events: StreamEvent[] = []
  link = new ServerLink({
    clock,
    log: silentLog,
    onEvent: (event) => events.push(event),
    beforeConnect: async () => undefined,
    onRefused: async () => undefined,
    client: {
      stream: async (signal) => {
        opened.push(clock.monotonicMs())
        const stream = open()
        if (stream instanceof SignetError) throw stream
        signal.addEventListener('abort', () => stream.destroy(new Error('aborted')))
        return stream as unknown as IncomingMessage
      },
      sync: async () => {
        throw new SignetError('unavailable')
      },
    },
  })
  link.start()
  return { clock, opened, events }
}

const heartbeat = 'event: hb\ndata: {"serverTime":1}\n\n'

describe('the stream to the server', () => {
  it('is dropped after 90 s of silence and opened anew', async () => {
    const stream = new PassThrough()
    const { clock, opened, events } = rig(() => stream)
    await settle()
    clock.advance(80_000)
    stream.write(heartbeat)
    await settle()
    clock.advance(80_000)
    await settle()
    expect([opened.length, events.length, stream.destroyed]).toEqual([1, 1, false])
    clock.advance(10_000)
    await settle()
    expect(stream.destroyed).toBe(true)
    clock.advance(2_000)
    await settle()
    expect(opened.length).toBe(2)
  })

  it('is tried again after 1 s, doubling to 60 s, half of it random', async () => {
    const { clock, opened } = rig(() => new SignetError('unavailable'))
    for (let second = 0; second < 600; second += 1) {
      await settle()
      clock.advance(1_000)
    }
    const waits = opened.slice(1).map((at, index) => at - (opened[index] ?? 0))
    expect(waits[0]).toBeLessThanOrEqual(3_000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(61_000)
    expect(Math.min(...waits.slice(6))).toBeGreaterThanOrEqual(30_000)
  })

  it('is opened anew at once when that is asked for, whether it is open or waited for (SEC-145)', async () => {
    const streams: (PassThrough | SignetError)[] = [
      new PassThrough(),
      new SignetError('unavailable'),
      new PassThrough(),
    ]
    const [first] = streams
    const { opened } = rig(() => streams.shift() ?? new PassThrough())
    await settle()
    link?.reconnect()
    await settle()
    expect(first instanceof PassThrough && first.destroyed).toBe(true)
    expect(opened).toEqual([0, 0])
    link?.reconnect()
    await settle()
    expect(opened).toEqual([0, 0, 0])
  })

  it('comes back when the server said, after bye or Retry-After', async () => {
    const answers = [new PassThrough(), new SignetError('unavailable', undefined, { retryAfterSeconds: 20 })]
    const [first] = answers
    const { clock, opened } = rig(() => answers.shift() ?? new PassThrough())
    await settle()
    if (first instanceof PassThrough) first.end('event: bye\ndata: {"reconnectAfterMs":5000}\n\n')
    await settle()
    clock.advance(4_999)
    await settle()
    expect(opened.length).toBe(1)
    clock.advance(1)
    await settle()
    clock.advance(19_999)
    await settle()
    expect(opened.length).toBe(2)
    clock.advance(1)
    await settle()
    expect(opened.length).toBe(3)
  })
})
