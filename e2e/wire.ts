import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A network between a client and a server of this machine, which can be cut: what is open breaks, and nothing gets through. */
export class Wire {
  readonly port: number
  readonly #server: Server
  readonly #open: Set<Socket>
  readonly #state: { isCut: boolean }

  private constructor(server: Server, port: number, parts: { open: Set<Socket>; state: { isCut: boolean } }) {
    this.#server = server
    this.port = port
    this.#open = parts.open
    this.#state = parts.state
  }

  static async to(target: number): Promise<Wire> {
    const open = new Set<Socket>()
    const state = { isCut: false }
    const keep = (socket: Socket) => {
      open.add(socket)
      // A cut is an error at both ends, which is what it is for.
      socket.on('error', () => undefined)
      socket.once('close', () => open.delete(socket))
    }
    const server = createServer((near) => {
      keep(near)
      if (state.isCut) return void near.destroy()
      const far = connect(target, '127.0.0.1')
      keep(far)
      near.once('close', () => far.destroy())
      far.once('close', () => near.destroy())
      near.pipe(far).pipe(near)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return new Wire(server, address.port, { open, state })
  }

  cut(): void {
    this.#state.isCut = true
    for (const socket of this.#open) socket.destroy()
  }

  mend(): void {
    this.#state.isCut = false
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
