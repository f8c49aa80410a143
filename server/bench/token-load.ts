import { randomUUID, sign } from 'node:crypto'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { jwtBearer } from '@signet/shared/wire/oauth'
import type { LoadPlan, LoadResult } from './processes.ts'

/**
 * Load from a process of its own: signs fresh assertions first, sends each request once over kept connections, one in
 * flight on each. Written on bare sockets, since it shares the cores with what it measures.
 */
process.on('message', (plan: LoadPlan) => void run(plan).then((result) => process.send?.(result)))
process.on('disconnect', () => process.exit())

async function run(plan: LoadPlan): Promise<LoadResult> {
  const requests = plan.token ? tokenRequests(plan, plan.token) : repeated(plan)
  const latencies: number[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    const connection = new Connection(plan)
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const startedAt = performance.now()
      await connection.exchange(request)
      latencies.push(performance.now() - startedAt)
    }
    connection.close()
  }
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: plan.connections }, lane))
  const seconds = (performance.now() - startedAt) / 1_000
  const cpu = process.cpuUsage(cpuBefore)
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  return { seconds, cpuMicros: cpu.user + cpu.system, p50Ms: at(0.5), p99Ms: at(0.99) }
}

function repeated({ path, count }: LoadPlan): Buffer[] {
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n`)
  return Array.from({ length: count }, () => request)
}

function tokenRequests({ path, count }: LoadPlan, { clients, privateKey, issuer }: NonNullable<LoadPlan['token']>) {
  return Array.from({ length: count }, (_, index) => {
    const client = clients[index % clients.length]
    if (!client) throw new Error('no client to ask with')
    const { clientId, x5tS256 } = client
    const now = Math.floor(Date.now() / 1_000)
    const claims = { iss: clientId, sub: clientId, aud: issuer, jti: randomUUID(), nbf: now, exp: now + 240 }
    const input = `${encode({ alg: 'RS256', typ: 'JWT', 'x5t#S256': x5tS256 })}.${encode(claims)}`
    const body = new URLSearchParams({
      ...{ grant_type: 'client_credentials', client_id: clientId, scope: 'https://vault.azure.net/.default' },
      client_assertion_type: jwtBearer,
      client_assertion: `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`,
    }).toString()
    const head = [
      `POST ${path} HTTP/1.1`,
      'Host: localhost',
      'Accept: application/json',
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${body.length}`,
    ]
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
  })
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** One kept connection, opened again when the server has closed it (it does so after a thousand requests). */
class Connection {
  readonly #plan: LoadPlan
  #socket: Socket | undefined
  #received = ''
  #waiting: { resolve(): void; reject(error: Error): void } | undefined

  constructor(plan: LoadPlan) {
    this.#plan = plan
  }

  exchange(request: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket ??= this.#open()
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket?.destroy()
  }

  #open(): Socket {
    const { port, isTls } = this.#plan
    const where = { port, host: '127.0.0.1' }
    const socket = isTls ? connectTls({ ...where, rejectUnauthorized: false }) : connectPlain(where)
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => this.#take(chunk, socket))
    socket.on('error', (error) => this.#waiting?.reject(error))
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')))
    return socket
  }

  #take(chunk: string, socket: Socket): void {
    this.#received += chunk
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1]
    if (this.#received.length < end + 4 + Number(length)) return
    const waiting = this.#waiting
    const answer = this.#received
    this.#waiting = undefined
    this.#received = ''
    if (/\r\nconnection: close/i.test(answer)) {
      socket.destroy()
      this.#socket = undefined
    }
    if (answer.startsWith('HTTP/1.1 200 ')) waiting?.resolve()
    else waiting?.reject(new Error(answer))
  }
}
