import { createHash, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import type { Clock } from '../platform/clock.ts'
import { StartupError } from '../platform/signet-error.ts'

const handshakeMs = 10_000

/**
 * First contact with a server (SEC-35): finds the certificate authority that the pin names in the chain the server
 * presents, and checks that the server's own certificate is signed through it, bears its name and is valid. Nothing but
 * a TLS handshake is sent.
 *
 * @param caPinSha256Hex SHA-256 of the CA certificate's DER, hexadecimal, in any case
 * @returns PEM of that CA
 * @throws StartupError when anything does not fit
 */
export async function fetchServerCa(serverUrl: string, caPinSha256Hex: string, clock: Clock): Promise<string> {
  const { hostname, port } = serverAddress(serverUrl)
  const chain = await presentedChain(hostname, port)
  const pin = caPinSha256Hex.trim().toLowerCase()
  const pinned = chain.find((certificate) => createHash('sha256').update(certificate.raw).digest('hex') === pin)
  if (!pinned) {
    throw untrusted(serverUrl, 'it does not present the certificate authority that the pin names')
  }
  const fault = chainFault(chain, pinned, hostname, clock.now())
  if (fault) throw untrusted(serverUrl, fault)
  return pinned.toString()
}

/** Host and port of an `https` URL; brackets of an IPv6 address are taken off. @throws StartupError */
export function serverAddress(serverUrl: string): { hostname: string; port: number } {
  const url = URL.canParse(serverUrl) ? new URL(serverUrl) : undefined
  if (url?.protocol !== 'https:' || url.username !== '') {
    throw new StartupError('the address of the server must be of the form https://host:port')
  }
  return { hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || 443) }
}

/** The name for SNI, which may not be an address (RFC 6066 §3). */
export function serverNameOf(hostname: string): string {
  return isIP(hostname) ? '' : hostname
}

function untrusted(serverUrl: string, reason: string): StartupError {
  return new StartupError(
    `the server at ${serverUrl} is not trusted: ${reason}; nothing was sent to it. Compare --server and --ca-pin with the dashboard`,
  )
}

/** The certificates of the handshake, the leaf first. */
async function presentedChain(hostname: string, port: number): Promise<X509Certificate[]> {
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    // The chain is judged by the caller, against the pin; there is no CA to judge it by yet.
    const opening = connect(
      { host: hostname, port, servername: serverNameOf(hostname), rejectUnauthorized: false, minVersion: 'TLSv1.3' },
      () => resolve(opening),
    )
    opening.setTimeout(handshakeMs, () => opening.destroy(new Error('the handshake took too long')))
    opening.once('error', (cause) => {
      reject(new StartupError(`the server at ${hostname}:${port} cannot be reached (${reasonOf(cause)})`, { cause }))
    })
  })
  try {
    return walk(socket.getPeerCertificate(true))
  } finally {
    socket.destroy()
  }
}

function reasonOf(cause: Error): string {
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  const isUnknown = code === 'ENOTFOUND' || code === 'EAI_AGAIN'
  return isUnknown ? `${code}: this machine does not know the name; signet hosts, on the server, prints its line` : code
}

const longestChain = 5

function walk(leaf: PeerCertificate & { issuerCertificate?: PeerCertificate }): X509Certificate[] {
  const chain: X509Certificate[] = []
  let current: typeof leaf | undefined = leaf
  // A self-signed certificate is its own issuer: the circle ends the walk.
  while (
    current?.raw &&
    chain.length < longestChain &&
    !chain.some((one) => one.raw.equals(current?.raw ?? Buffer.of()))
  ) {
    chain.push(new X509Certificate(current.raw))
    current = current.issuerCertificate
  }
  return chain
}

/** @returns what is wrong with the way from the leaf to the pinned CA; undefined when nothing is */
function chainFault(
  chain: readonly X509Certificate[],
  pinned: X509Certificate,
  hostname: string,
  now: number,
): string | undefined {
  const [leaf] = chain
  if (!leaf || leaf === pinned) return 'its own certificate is not signed by a certificate authority'
  const named = isIP(hostname) ? leaf.checkIP(hostname) : leaf.checkHost(hostname)
  if (named === undefined) return `its certificate is not for ${hostname}`
  const path = chain.slice(0, chain.indexOf(pinned) + 1)
  if (path.some((one) => now < one.validFromDate.getTime() || now >= one.validToDate.getTime())) {
    return 'a certificate of it is not valid at this time (is the clock of this machine right?)'
  }
  const broken = path.slice(0, -1).some((one, index) => {
    const issuer = path[index + 1]
    return !issuer?.ca || !one.checkIssued(issuer) || !one.verify(issuer.publicKey)
  })
  return broken ? 'its certificate is not signed by the certificate authority that the pin names' : undefined
}
