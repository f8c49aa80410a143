import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { statSync } from 'node:fs'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import type { Clock } from '../clock.ts'
import type { Logger } from '../log.ts'
import { StartupError } from '../signet-error.ts'
import { readTextFile } from './root-key/secret-file.ts'

/** Paths of PEM files, as the settings name them. */
export interface TlsFiles {
  /** The certificate, and after it those of its issuers. */
  readonly cert: string
  readonly key: string
  /** What clients check it by; undefined where they do so without being told. */
  readonly ca: string | undefined
}

/** One reading of the files, found good. Instants are epoch milliseconds. */
export interface LoadedCertificate {
  /** PEM. */
  readonly cert: string
  readonly key: string
  readonly notBefore: number
  readonly notAfter: number
  /** PEM of the CAs that clients have to be given; undefined where there is no file of them. */
  readonly ca: string | undefined
  /** PEM of what agents check it by: those CAs, or else the last issuer that is known. */
  readonly trusted: string
  /** Whether it is for a host. */
  covers(name: string): boolean
}

interface Parts {
  readonly files: TlsFiles
  /** The name it must be for. */
  readonly publicHost: string
  readonly clock: Clock
  readonly log: Logger
}

const serverAuth = '1.3.6.1.5.5.7.3.1'

/**
 * The operator's own certificate for the services. What is wrong with it when the server starts stops the start; later, files
 * that changed are taken when they are good, and until then the last good ones stay (SEC-177).
 */
export class OperatorCertificate {
  readonly #parts: Parts
  readonly #listeners: (() => void)[] = []
  #current: LoadedCertificate
  /** Of the files, as they were when the current one was read. */
  #text: string
  #fault: string | undefined

  private constructor(parts: Parts) {
    this.#parts = parts
    // The text first: what changes in between is found at the next look.
    this.#text = textOf(parts.files)
    this.#current = read(parts)
  }

  /** @throws StartupError */
  static open(parts: Parts): OperatorCertificate {
    return new OperatorCertificate(parts)
  }

  get current(): LoadedCertificate {
    return this.#current
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Looks whether the files have changed. A fault is logged once. */
  look(): void {
    const { log, files } = this.#parts
    try {
      const text = textOf(files)
      if (text === this.#text) return
      this.#current = read(this.#parts)
      // Not before: what does not fit yet, or is not valid yet, is looked at again.
      this.#text = text
      this.#fault = undefined
      log.info(
        { notAfter: new Date(this.#current.notAfter).toISOString() },
        'the certificate of the services was replaced',
      )
    } catch (error) {
      if (!(error instanceof StartupError)) throw error
      if (error.message !== this.#fault) log.error({ reason: error.message }, 'the new certificate is not used')
      this.#fault = error.message
      return
    }
    for (const listener of this.#listeners) listener()
  }
}

function textOf({ cert, key, ca }: TlsFiles): string {
  return [
    readTextFile(cert, 'SIGNET_TLS_CERT_FILE'),
    readTextFile(key, 'SIGNET_TLS_KEY_FILE'),
    ca === undefined ? '' : readTextFile(ca, 'SIGNET_TLS_CA_FILE'),
  ].join('\n')
}

function read({ files, publicHost, clock }: Parts): LoadedCertificate {
  const chain = certificatesOf(files.cert, 'SIGNET_TLS_CERT_FILE')
  const [leaf] = chain
  const key = readKey(files.key)
  if (!leaf.checkPrivateKey(key.object)) {
    throw fault('SIGNET_TLS_KEY_FILE', files.key, 'is not the key of the certificate in SIGNET_TLS_CERT_FILE')
  }
  const wrong = chainFault(chain, clock.now()) ?? purposeFault(leaf, publicHost)
  if (wrong) throw fault('SIGNET_TLS_CERT_FILE', files.cert, wrong)
  const ca = files.ca === undefined ? undefined : readCas(files.ca, lastOf(chain))
  const cert = chain.map(String).join('')
  requireUsable(cert, key.pem, files)
  return {
    ...{ cert, key: key.pem, ca, trusted: ca ?? String(lastOf(chain)) },
    notBefore: leaf.validFromDate.getTime(),
    notAfter: leaf.validToDate.getTime(),
    covers: (name) => isFor(leaf, name),
  }
}

type Chain = readonly [X509Certificate, ...X509Certificate[]]

function lastOf(chain: Chain): X509Certificate {
  return chain.at(-1) ?? chain[0]
}

function certificatesOf(file: string, setting: string): Chain {
  const blocks = readTextFile(file, setting).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  try {
    const [first, ...rest] = (blocks ?? []).map((pem) => new X509Certificate(pem))
    if (first) return [first, ...rest]
  } catch (cause) {
    throw fault(setting, file, 'holds something that is no certificate', cause)
  }
  throw fault(setting, file, 'holds no certificate in PEM')
}

function readKey(file: string): { pem: string; object: KeyObject } {
  const setting = 'SIGNET_TLS_KEY_FILE'
  const pem = readTextFile(file, setting)
  if ((statSync(file).mode & 0o007) !== 0) {
    throw fault(setting, file, 'can be read by everybody: run chmod o-rwx on it')
  }
  try {
    return { pem, object: createPrivateKey(pem) }
  } catch (cause) {
    throw fault(setting, file, 'holds no private key in PEM, or one under a passphrase', cause)
  }
}

function chainFault(chain: Chain, now: number): string | undefined {
  const isBroken = chain.some((one, index) => {
    const issuer = chain[index + 1]
    return issuer !== undefined && !isIssuer(issuer, one)
  })
  if (isBroken) return 'holds certificates that do not follow each other: its own first, then each time the issuer'
  if (chain.some((one) => now >= one.validToDate.getTime())) return 'has expired'
  if (chain.some((one) => now < one.validFromDate.getTime())) return 'is not valid yet'
  return undefined
}

function purposeFault(leaf: X509Certificate, publicHost: string): string | undefined {
  if (leaf.keyUsage !== undefined && !leaf.keyUsage.includes(serverAuth)) return 'is not meant for servers'
  return isFor(leaf, publicHost) ? undefined : `is not for ${publicHost}, the name in every issuer (SIGNET_PUBLIC_HOST)`
}

/** Clients look at the alternative names alone. */
function isFor(leaf: X509Certificate, name: string): boolean {
  return (isIP(name) ? leaf.checkIP(name) : leaf.checkHost(name, { subject: 'never' })) !== undefined
}

function isIssuer(issuer: X509Certificate, of: X509Certificate): boolean {
  return of.checkIssued(issuer) && of.verify(issuer.publicKey)
}

function readCas(file: string, last: X509Certificate): string {
  const cas = certificatesOf(file, 'SIGNET_TLS_CA_FILE')
  if (!cas.some((one) => one.raw.equals(last.raw) || isIssuer(one, last))) {
    throw fault('SIGNET_TLS_CA_FILE', file, 'holds no issuer of the certificate in SIGNET_TLS_CERT_FILE')
  }
  return cas.map(String).join('')
}

/** What TLS itself has against them, such as a key that is too short. */
function requireUsable(cert: string, key: string, files: TlsFiles): void {
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    throw fault('SIGNET_TLS_CERT_FILE', files.cert, 'is not taken by TLS (is its key long enough?)', cause)
  }
}

function fault(setting: string, file: string, what: string, cause?: unknown): StartupError {
  return new StartupError(`the file ${file} of ${setting} ${what}`, { cause })
}
