import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzRuns } from '../../test/fuzz.ts'
import { EventStreamReader } from './event-stream.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('events of the server', () => {
  it('come out whole, however they are cut', () => {
    const objectId = randomUUID()
    const text = `: hello ü\n\nevent: revoke\ndata: {"objectId":"${objectId}","version":2,"reason":"ä"}\n\nevent: hb\r\ndata: {"serverTime":1}\r\n\r\n`
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (size) => {
        const reader = new EventStreamReader()
        const all = bytes(text)
        const events = []
        for (let at = 0; at < all.length; at += size) events.push(...reader.read(all.subarray(at, at + size)).events)
        expect(events).toEqual([
          { name: 'revoke', data: { objectId, version: 2, reason: 'ä' } },
          { name: 'hb', data: { serverTime: 1 } },
        ])
      }),
    )
  })

  it.each([
    'event: state\ndata: {}\n\n',
    'event: hb\ndata: {"serverTime":"x"}\n\n',
    'event: hb\ndata: {\n\n',
    'event: toString\ndata: {}\n\n',
    'data: {"serverTime":1}\n\n',
  ])('come to nothing when they are not understood: %j', (text) => {
    expect(new EventStreamReader().read(bytes(text))).toEqual({ events: [], refused: 1 })
  })

  it('end the connection when one never ends', () => {
    const reader = new EventStreamReader()
    const chunk = bytes('data: '.padEnd(1_048_576, 'x'))
    expect(() => {
      for (let index = 0; index < 4; index += 1) reader.read(chunk)
    }).toThrow(/too large/)
  })

  it('never fail on any bytes (SEC-187)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (chunk) => void new EventStreamReader().read(chunk)),
      { numRuns: fuzzRuns(300) },
    )
  })
})
