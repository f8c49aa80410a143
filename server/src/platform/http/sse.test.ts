import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { EventStream } from './sse.ts'

let server: Server | undefined
afterEach(() => server?.closeAllConnections())

/** A stream and its reader at the other end. */
async function open(): Promise<{ stream: EventStream; reader: IncomingMessage }> {
  const opened = Promise.withResolvers<EventStream>()
  const listening = createServer((request, response) => opened.resolve(new EventStream(request, response)))
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  const reader = await new Promise<IncomingMessage>((resolve) => {
    get({ host: '127.0.0.1', port, agent: false }, resolve)
  })
  return { stream: await opened.promise, reader }
}

const closed = (stream: EventStream) => new Promise<void>((resolve) => stream.onClose(resolve))

describe('an event stream', () => {
  it('carries each event as name and JSON on one line, whatever is in it', async () => {
    const { stream, reader } = await open()
    stream.send('change', { text: 'a\n\nevent: forged\ndata: {}' })
    stream.end()
    const chunks: string[] = []
    for await (const chunk of reader) chunks.push(String(chunk))
    expect(chunks.join('')).toBe('event: change\ndata: {"text":"a\\n\\nevent: forged\\ndata: {}"}\n\n')
  })

  it('cuts off a reader that falls a mebibyte behind, and forgets it', async () => {
    const { stream, reader } = await open()
    reader.on('error', () => undefined)
    const gone = closed(stream)
    const event = { filler: 'x'.repeat(100_000) }
    for (let index = 0; index < 200; index += 1) stream.send('change', event)
    await gone
    stream.send('change', event)
  })

  it('sends nothing after its end, though the connection is still open', async () => {
    const { stream, reader } = await open()
    stream.end()
    stream.send('change', { late: true })
    const chunks: string[] = []
    for await (const chunk of reader) chunks.push(String(chunk))
    expect(chunks.join('')).toBe('')
  })

  it('tells once that its reader left, also to who asks later', async () => {
    const { stream, reader } = await open()
    const gone = closed(stream)
    reader.destroy()
    await gone
    await closed(stream)
  })
})
