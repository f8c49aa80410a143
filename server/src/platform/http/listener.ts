import { createServer as createHttpServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { createSecureContext, type SecureContext, type SecureVersion } from 'node:tls'
import { SignetError, StartupError } from '../signet-error.ts'
import { headerFault, mostHeaders } from './header-guard.ts'
import { transportRefusal } from './problem.ts'

export interface TlsMaterial {
  /** PEM: the leaf first, its issuers after it. */
  readonly cert: string
  /** PEM. */
  readonly key: string
}

export interface ListenerOptions {
  readonly name: string
  /** The setting that moves it, for the message when the port is taken. */
  readonly setting: string
  readonly bind: string
  readonly port: number
  readonly handler: RequestListener
  /** How long a connection may wait for its next request; 5 s unless given. */
  readonly idleMs?: number
  /** Connections open at once from one address; further ones are closed. 1,024 unless given. */
  readonly mostConnectionsPerAddress?: number
  /** Whether a connection from this address is taken; any is unless given. One that is not is closed without a word. */
  readonly admits?: (remoteAddress: string) => boolean
  /** The name was configured and TLS is on: tell browsers to stay with it (SEC-163). */
  readonly strictTransport?: boolean
  readonly tls?: TlsMaterial & {
    readonly minVersion: SecureVersion
    /** Ask for a client certificate; the handler decides what to make of it, by thumbprint. */
    readonly requestCert?: boolean
    /** The certificate for a name in SNI, where it is another than the first one. Must not throw. */
    readonly contextFor?: (name: string) => SecureContext | undefined
  }
}

export interface Listener {
  readonly port: number
  /** Takes new certificates without dropping a connection. */
  renew(material: TlsMaterial): void
  /** Stops accepting, lets requests finish for `drainMs`, then closes what is left. */
  close(drainMs?: number): Promise<void>
}

/** Limits of SEC-157. */
export const httpLimits = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
}
const mostConnectionsPerAddress = 1_024

/** With an ephemeral key and authenticated encryption alone (SEC-177); of TLS 1.3 there is nothing else. */
const ciphers = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ...['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305'].flatMap((name) => [
    `ECDHE-ECDSA-${name}`,
    `ECDHE-RSA-${name}`,
  ]),
].join(':')

/** For `contextFor`: another certificate on the same terms as the first one. */
export function secureContextOf(material: TlsMaterial): SecureContext {
  return createSecureContext({ ...material, ciphers, minVersion: 'TLSv1.2' })
}

/** Opens one port. @throws StartupError when it is taken or not allowed */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const server = createServer(options)
  harden(server)
  const { admits } = options
  if (admits) server.on('connection', (socket: Socket) => admits(socket.remoteAddress ?? '') || socket.destroy())
  limitConnections(server, options.mostConnectionsPerAddress ?? mostConnectionsPerAddress)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portError(options, error)))
    server.listen(options.port, options.bind, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    renew: (material) => (server as TlsServer).setSecureContext?.({ ciphers, ...options.tls, ...material }),
    close: (drainMs = 10_000) => close(server, drainMs),
  }
}

function createServer(options: ListenerOptions): Server | TlsServer {
  const limits = { ...httpLimits, keepAliveTimeout: options.idleMs ?? httpLimits.keepAliveTimeout }
  const handler = guarded(options.handler, options.strictTransport === true)
  if (!options.tls) return createHttpServer(limits, handler)
  const { requestCert = false, contextFor, ...tls } = options.tls
  const fixed = { ciphers, requestCert, rejectUnauthorized: false, sessionTimeout: 1, ALPNProtocols: ['http/1.1'] }
  return createHttpsServer(
    { ...limits, ...tls, ...fixed, ...(contextFor && { SNICallback: (name, done) => done(null, contextFor(name)) }) },
    handler,
  )
}

/** What every server of ours has, on a port or on a socket file. */
export function harden(server: Server | TlsServer): void {
  // One more than is allowed: the HTTP layer drops what is past its limit unseen, and the guard has to see it.
  server.maxHeadersCount = mostHeaders + 1
  server.maxRequestsPerSocket = 1_000
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseMalformed(socket as Socket, error.code))
  server.on('checkExpectation', (_request, response) => refuse(response, 'Expectations are not met here.'))
}

/** The handler behind the checks that come before any reading of a request. */
export function guarded(handler: RequestListener, strictTransport = false): RequestListener {
  return (request, response) => {
    if (strictTransport) response.setHeader('Strict-Transport-Security', 'max-age=31536000; includeSubDomains')
    const fault = headerFault(request)
    if (fault === undefined) handler(request, response)
    else refuse(response, fault)
  }
}

/** Two readers might disagree about where such a request ends, so its connection goes with it. */
function refuse(response: ServerResponse, detail: string): void {
  refuseBeforeReading(response, new SignetError('invalid_request', detail))
}

/** Answers before it is known whom the request is for, and ends the connection: what came with it is not read. */
export function refuseBeforeReading(response: ServerResponse, error: SignetError): void {
  const { body, headers } = transportRefusal(error)
  response.writeHead(error.status, { ...headers, Connection: 'close' }).end(body)
}

/** A request that never became one: the words go to the bare socket. */
function refuseMalformed(socket: Socket, code: string | undefined): void {
  if (!socket.writable || code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const { body, headers } = transportRefusal(new SignetError('invalid_request', 'The request is not well-formed HTTP.'))
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`)
  const status = code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`)
}

/** One address cannot take every connection there is (SEC-157). */
function limitConnections(server: Server | TlsServer, most: number): void {
  const open = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (open.get(address) ?? 0) + 1
    if (count > most) {
      socket.destroy()
      return
    }
    open.set(address, count)
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left > 0) open.set(address, left)
      else open.delete(address)
    })
  })
}

function portError(options: ListenerOptions, error: NodeJS.ErrnoException): StartupError {
  const where = `${options.bind}:${options.port} (${options.name})`
  if (error.code === 'EADDRINUSE') {
    return new StartupError(
      `port ${where} is taken: stop what listens there, or set ${options.setting} to a free port`,
      { cause: error },
    )
  }
  return new StartupError(
    `port ${where} cannot be opened (${error.code ?? error.message}): change ${options.setting}`,
    {
      cause: error,
    },
  )
}

async function close(server: Server, drainMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  // A connection whose request ends from here on waits for no other.
  server.keepAliveTimeout = 1
  const deadline = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearTimeout(deadline)
}
