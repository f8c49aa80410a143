import { type StreamEventName, streamEvents } from '@signet/shared/wire/agent-protocol'
import type { z } from 'zod'

/** An event of the server, checked. */
export type StreamEvent = {
  [Name in StreamEventName]: { readonly name: Name; readonly data: z.output<(typeof streamEvents)[Name]> }
}[StreamEventName]

const largestEventBytes = 2 * 1_048_576

/**
 * Reads server-sent events from chunks of text. Comments, unknown names and data that does not fit its schema come to
 * nothing; only an event that never ends is an error.
 *
 * @see HTML Living Standard §9.2.6
 */
export class EventStreamReader {
  readonly #decoder = new TextDecoder()
  #rest = ''
  #name = ''
  #data: string[] = []
  #size = 0

  /** @returns the events that this chunk completed, and how many were not understood */
  read(chunk: Uint8Array): { events: StreamEvent[]; refused: number } {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split(/\r\n|\n/)
    this.#rest = lines.pop() ?? ''
    const events: StreamEvent[] = []
    let refused = 0
    for (const line of lines) {
      if (line !== '') this.#field(line)
      else if (this.#data.length > 0) {
        const event = parseEvent(this.#name, this.#data.join('\n'))
        if (event) events.push(event)
        else refused += 1
        this.#reset()
      } else this.#reset()
    }
    if (this.#rest.length + this.#size > largestEventBytes) throw new Error('an event of the server is too large')
    return { events, refused }
  }

  #field(line: string): void {
    const [, field, value = ''] = /^(event|data)(?:: ?(.*))?$/s.exec(line) ?? []
    if (field === 'event') this.#name = value
    if (field !== 'data') return
    this.#data.push(value)
    this.#size += value.length
  }

  #reset(): void {
    this.#name = ''
    this.#data = []
    this.#size = 0
  }
}

function parseEvent(name: string, data: string): StreamEvent | undefined {
  if (!Object.hasOwn(streamEvents, name)) return undefined
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    return undefined
  }
  return checked(name as StreamEventName, value)
}

function checked<Name extends StreamEventName>(name: Name, value: unknown): StreamEvent | undefined {
  const result = streamEvents[name].safeParse(value)
  // The schema that was applied is the one of this name; the compiler cannot follow that through the union.
  return result.success ? ({ name, data: result.data } as StreamEvent) : undefined
}
