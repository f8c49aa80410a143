import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { BlockList, isIP } from 'node:net'
import { rootCertificates } from 'node:tls'
import type { Clock } from './clock.ts'
import { StartupError } from './signet-error.ts'

/** Why a call to somebody else's server brought no answer. `redirect` and `address` do not mend themselves. */
export class OutboundError extends Error {
  readonly fault: 'unreachable' | 'address' | 'redirect' | 'too_large'

  constructor(fault: OutboundError['fault'], message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'OutboundError'
    this.fault = fault
  }
}

export interface OutboundCall {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** PEM of the only issuers of certificates that are trusted. */
  readonly ca: string
  /** Loopback, link-local and private addresses are refused unless this is true; plain HTTP goes to no others. */
  readonly allowPrivate: boolean
  /** Of the answer, this many bytes are read and the rest is left; without, an answer of more than 64 KiB is refused. */
  readonly keepBytes?: number
  readonly clock: Clock
}

export interface OutboundAnswer {
  readonly status: number
  readonly text: string
  /** As the header `retry-after` says it. */
  readonly retryAfter: string | undefined
}

const longestCallMs = 5_000
const mostAnswerBytes = 65_536

/**
 * One call to a configured host (SEC-159): the name is resolved once and the connection goes to the address that
 * was checked; no redirect is followed; the whole call takes five seconds at most.
 *
 * @throws OutboundError
 */
export async function callOutbound(call: OutboundCall): Promise<OutboundAnswer> {
  const controller = new AbortController()
  const deadline = call.clock.after(longestCallMs, () => controller.abort())
  try {
    const address = await checkedAddress(call, controller.signal)
    const answer = await exchange(call, address, controller.signal)
    if (answer.status >= 300 && answer.status < 400) {
      throw new OutboundError('redirect', 'it answers with a redirect, and none is followed')
    }
    return answer
  } catch (cause) {
    if (cause instanceof OutboundError) throw cause
    if (controller.signal.aborted) throw new OutboundError('unreachable', 'it did not answer within 5 s', { cause })
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'the connection failed'
    throw new OutboundError('unreachable', reason, { cause })
  } finally {
    deadline.cancel()
  }
}

async function checkedAddress(call: OutboundCall, signal: AbortSignal): Promise<string> {
  const host = hostOf(call.url)
  const addresses = isIP(host) ? [{ address: host }] : await abortable(lookup(host, { all: true }), signal)
  const [first] = addresses
  if (!first) throw new OutboundError('unreachable', `${host} has no address`)
  if (!call.allowPrivate && addresses.some(({ address }) => isPrivate(address))) {
    throw new OutboundError('address', `${host} is a loopback, link-local or private address, which is not allowed`)
  }
  if (call.url.protocol !== 'https:' && !addresses.every(({ address }) => isPrivate(address))) {
    throw new OutboundError('address', `${host} is not a private address, and plain HTTP goes to no others`)
  }
  return first.address
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work.then(resolve, reject)
  })
}

function exchange(call: OutboundCall, address: string, signal: AbortSignal): Promise<OutboundAnswer> {
  const host = hostOf(call.url)
  const isPlain = call.url.protocol === 'http:'
  const most = call.keepBytes ?? mostAnswerBytes
  const options: RequestOptions = {
    host: address,
    port: call.url.port || (isPlain ? 80 : 443),
    path: `${call.url.pathname}${call.url.search}`,
    method: call.method,
    headers: { ...call.headers, host: call.url.host, 'content-length': Buffer.byteLength(call.body ?? '') },
    ca: call.ca,
    minVersion: 'TLSv1.2',
    agent: false,
    signal,
    ...(!isIP(host) && { servername: host }),
  }
  return new Promise((resolve, reject) => {
    const outgoing = (isPlain ? plainRequest : request)(options, (response) => {
      const answered = () => {
        const text = Buffer.concat(chunks).subarray(0, most).toString('utf8')
        resolve({ status: response.statusCode ?? 0, text, retryAfter: response.headers['retry-after'] })
      }
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= most || call.keepBytes !== undefined) chunks.push(chunk)
        if (size <= most) return
        if (call.keepBytes !== undefined) {
          answered()
          outgoing.destroy()
        } else outgoing.destroy(new OutboundError('too_large', 'its answer is larger than 64 KiB'))
      })
      response.on('end', answered)
      response.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(call.body)
  })
}

/**
 * PEM of what calls trust: the CAs that Node brings, and those of a file.
 *
 * @param setting names the file, for whoever has to mend it
 * @throws StartupError when the file cannot be read
 */
export function trustedCas(caFile: string | undefined, setting: string): string {
  if (caFile === undefined) return rootCertificates.join('\n')
  try {
    return [...rootCertificates, readFileSync(caFile, 'utf8')].join('\n')
  } catch (cause) {
    throw new StartupError(`${setting}: ${caFile} cannot be read: make it readable, or leave it out`, { cause })
  }
}

/** The host without the brackets of an IPv6 address. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

const privateRanges = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  privateRanges.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  privateRanges.addSubnet(network, prefix, 'ipv6')
}

/** Loopback, link-local, private and shared address space; a mapped IPv4 address counts as that address. */
export function isPrivate(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return isPrivate(mapped)
  return privateRanges.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
