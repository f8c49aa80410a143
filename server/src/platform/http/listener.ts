import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { SecureVersion } from 'node:tls'
import { StartupError } from '../signet-error.ts'

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
  readonly tls?: TlsMaterial & {
    readonly minVersion: SecureVersion
    /** Ask for a client certificate; the handler decides what to make of it, by thumbprint. */
    readonly requestCert?: boolean
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
const limits = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
}

/** Opens one port. @throws StartupError when it is taken or not allowed */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const server = createServer(options)
  server.maxHeadersCount = 64
  server.maxRequestsPerSocket = 1_000
  server.on('clientError', (_error, socket) => refuseMalformed(socket as Socket))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portError(options, error)))
    server.listen(options.port, options.bind, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    renew: (material) => (server as TlsServer).setSecureContext?.({ ...options.tls, ...material }),
    close: (drainMs = 10_000) => close(server, drainMs),
  }
}

function createServer(options: ListenerOptions): Server | TlsServer {
  if (!options.tls) return createHttpServer(limits, options.handler)
  const { requestCert = false, ...tls } = options.tls
  return createHttpsServer(
    { ...limits, ...tls, requestCert, rejectUnauthorized: false, sessionTimeout: 1, ALPNProtocols: ['http/1.1'] },
    options.handler,
  )
}

function refuseMalformed(socket: Socket): void {
  if (!socket.writable) return
  const body = '{"error":"invalid_request","error_description":"The request is not well-formed HTTP."}'
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
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
  const deadline = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearTimeout(deadline)
}
