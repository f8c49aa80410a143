import type { IncomingMessage, ServerResponse } from 'node:http'

/** One open stream of server-sent events. A reader that falls too far behind is cut off; it comes back for the whole. */
export class EventStream {
  readonly #response: ServerResponse
  readonly #onClose = new Set<() => void>()
  #open = true

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#response = response
    request.socket.setTimeout(0)
    request.socket.setNoDelay(true)
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    })
    response.flushHeaders()
    response.on('close', () => this.#closed())
  }

  /**
   * Nothing is sent any more once the stream was ended, though its connection may close only later.
   *
   * @param id what the reader says in `Last-Event-ID` when it comes back
   */
  send(event: string, data: unknown, id?: number): void {
    if (!this.#open || this.#response.writableEnded) return
    const numbered = id === undefined ? '' : `id: ${id}\n`
    const drained = this.#response.write(`${numbered}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    if (!drained && this.#response.writableLength > mostBufferedBytes) this.#response.destroy()
  }

  onClose(callback: () => void): void {
    if (this.#open) this.#onClose.add(callback)
    else callback()
  }

  end(): void {
    if (this.#open) this.#response.end()
  }

  #closed(): void {
    this.#open = false
    for (const callback of this.#onClose) callback()
    this.#onClose.clear()
  }
}

const mostBufferedBytes = 1_048_576
