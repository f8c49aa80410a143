import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { SignetError } from '../../platform/signet-error.ts'

export const mostBodyBytes = 1_024
const longestTarget = 8_192
/** The HTTP layer drops what is past its own limit of 64, unseen: who comes close to it is refused. */
const mostHeaders = 60

/** Signs of a proxy, or of a page in a browser: whoever sends them is not a workload on this machine (SEC-96). */
const forbiddenHeaders = new Set(['forwarded', 'via', 'x-real-ip', 'origin', 'referer', 'sec-fetch-site'])
/** Told apart by whoever reads them first or last, so there may be one only (SEC-98, SEC-157). */
const singleHeaders = new Set(['host', 'content-length', 'authorization', 'metadata', 'x-identity-header', 'secret'])

/** The address that clients of IMDS know without being told. */
export const wellKnownAddress = '169.254.169.254'
const wellKnownOrigin = `http://${wellKnownAddress}`

/** The only values of `Host` a local endpoint answers to. */
export function allowedHosts(bind: string, port: number): ReadonlySet<string> {
  const names = [bind.includes(':') ? `[${bind}]` : bind, 'localhost', '127.0.0.1']
  const hosts = names.map((name) => `${name}:${port}`)
  if (port === 80) hosts.push(...names)
  return new Set([...hosts, wellKnownAddress, `${wellKnownAddress}:80`])
}

const machine = new BlockList()
machine.addSubnet('127.0.0.0', 8)
machine.addAddress('::1', 'ipv6')
machine.addAddress(wellKnownAddress)

/**
 * Whether a connection comes from this machine itself. A packet of its own to an address of the loopback device has such an
 * address at its other end; one that a container or a host beside it sends there, which Linux takes in, does not. Node cannot
 * have answers leave with a hop limit of 1, so whoever is further away is answered nothing at all (SEC-102).
 */
export function isOfThisMachine(remoteAddress: string): boolean {
  const address = remoteAddress.startsWith('::ffff:') ? remoteAddress.slice('::ffff:'.length) : remoteAddress
  const family = isIP(address)
  return family !== 0 && machine.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * The target in origin form. An absolute one comes from a client that takes the endpoint for a proxy: where that is allowed
 * it may lead to the well-known address alone, since nothing is ever forwarded (SEC-108).
 *
 * @throws SignetError `invalid_request`
 */
export function originForm(target: string, admitsAbsolute: boolean): { target: string; isAbsolute: boolean } {
  if (target.startsWith('/')) return { target, isAbsolute: false }
  const authority = [wellKnownOrigin, `${wellKnownOrigin}:80`].find((origin) => target.startsWith(`${origin}/`))
  if (!admitsAbsolute || authority === undefined) {
    throw new SignetError('invalid_request', 'This endpoint is not a proxy.')
  }
  return { target: target.slice(authority.length), isAbsolute: true }
}

/**
 * What every local request must pass before anything of it is used (SEC-94 to SEC-98, SEC-108). Headers are judged from
 * the raw list, because the HTTP layer joins some repeats and drops others.
 *
 * @throws SignetError `forwarded_request` | `invalid_request`
 */
export function guardRequest(request: IncomingMessage, hosts: ReadonlySet<string>): void {
  if ((request.url ?? '').length > longestTarget)
    throw new SignetError('invalid_request', 'The request target is too long.')
  guardHeaders(request.rawHeaders)
  const host = request.headers.host ?? ''
  if (!hosts.has(host) && !hosts.has(host.toLowerCase())) {
    throw new SignetError('forwarded_request', 'The Host header does not name this endpoint.')
  }
}

/**
 * A small body is ignored; a larger one, or one of unknown size, is refused. Checked after the guard of the dialect, which
 * has to come first.
 *
 * @throws SignetError `invalid_request` | `payload_too_large`
 */
export function guardBody(request: IncomingMessage): void {
  if (request.headers['transfer-encoding'] !== undefined) {
    throw new SignetError('invalid_request', 'A request to this endpoint needs no body.')
  }
  if (Number(request.headers['content-length'] ?? 0) > mostBodyBytes) {
    throw new SignetError('payload_too_large', `The request body is larger than ${mostBodyBytes} bytes.`)
  }
}

/** Whether there is a body that nobody will read: the connection has to go with the answer. */
export function hasUnreadBody(request: IncomingMessage): boolean {
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > mostBodyBytes
  )
}

function guardHeaders(raw: readonly string[]): void {
  if (raw.length > mostHeaders * 2) throw new SignetError('invalid_request', `More than ${mostHeaders} headers.`)
  const seen = new Set<string>()
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase()
    if (forbiddenHeaders.has(name) || name.startsWith('x-forwarded')) {
      throw new SignetError('forwarded_request', `Requests with the header ${nameOf(name)} are refused.`)
    }
    if (name === 'upgrade') throw new SignetError('invalid_request', 'This endpoint does not upgrade connections.')
    // Node's own fetch sends `cors`; only a page that is being opened sends `navigate`.
    if (name === 'sec-fetch-mode' && raw[index + 1]?.trim().toLowerCase() === 'navigate') {
      throw new SignetError('forwarded_request', 'Requests of a browser are refused.')
    }
    if (!singleHeaders.has(name)) continue
    if (seen.has(name)) throw repeated(name)
    seen.add(name)
  }
}

function repeated(name: string): SignetError {
  if (name === 'metadata') return new SignetError('metadata_header_missing')
  if (name === 'x-identity-header' || name === 'secret') return new SignetError('identity_header_refused')
  return new SignetError('invalid_request', `The header ${name} is given more than once.`)
}

/** A header name is a token (RFC 9110 §5.1), so it is harmless; only its length is not bounded. */
function nameOf(name: string): string {
  return name.slice(0, 60)
}
