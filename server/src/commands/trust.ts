import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { consoleApi } from '@signet/shared/api/console'
import { shellLines } from '../platform/shell-lines.ts'
import { StartupError } from '../platform/signet-error.ts'
import type { ConsoleClient } from './console-client.ts'

/** What clients have to trust, and how each kind of them is told. */
export interface Trust {
  /** PEM of every CA that is needed. */
  readonly caFile: string
  readonly pem: string
  readonly certificates: readonly { readonly subject: string; readonly sha256: string; readonly notAfter: string }[]
  /** Names under which the certificate is the operator's own. */
  readonly ownCertificate: { readonly names: readonly string[]; readonly caGiven: boolean } | null
  /** By the variable that a runtime reads. */
  readonly variables: Readonly<Record<string, string>>
  /** Commands for the store of a system, as its administrator. */
  readonly systemStores: Readonly<Record<string, string>>
}

/** @throws StartupError when the file is gone */
export async function trust(client: Pick<ConsoleClient, 'call'>): Promise<Trust> {
  const { caFile, services } = await client.call(consoleApi.deployment, {})
  const pem = readCas(caFile)
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  const { certificate } = services
  return {
    caFile,
    pem,
    certificates: blocks.map((block) => {
      const { subject, fingerprint256, validToDate } = new X509Certificate(block)
      return { subject, sha256: fingerprint256, notAfter: validToDate.toISOString() }
    }),
    ownCertificate: certificate && { names: certificate.names, caGiven: certificate.caGiven },
    variables: Object.fromEntries(runtimes.map(([name]) => [name, caFile])),
    systemStores: storesOf(caFile),
  }
}

const runtimes = [
  ['NODE_EXTRA_CA_CERTS', 'Node.js: beside the CAs it has'],
  ['REQUESTS_CA_BUNDLE', 'Python with requests: msal, azure-identity, az; in place of the CAs it has'],
  ['SSL_CERT_FILE', 'Go, .NET on Linux, Ruby, curl, Python with urllib; in place of the default file'],
] as const

function storesOf(caFile: string): Record<string, string> {
  const quoted = `'${caFile.replaceAll("'", "'\\''")}'`
  return {
    'Debian, Ubuntu': `cp ${quoted} /usr/local/share/ca-certificates/signet.crt && update-ca-certificates`,
    'Fedora, RHEL': `cp ${quoted} /etc/pki/ca-trust/source/anchors/signet.pem && update-ca-trust`,
    macOS: `security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${quoted}`,
    Windows: `certutil -addstore -f Root "${caFile}"`,
  }
}

export function printTrust({ caFile, certificates, ownCertificate, systemStores }: Trust): string {
  return [
    ...ownWords(ownCertificate),
    `# ${caFile}`,
    '# It can be read by the user of the server alone: signet trust --pem > FILE makes a copy for others.',
    ...certificates.flatMap(({ subject, sha256, notAfter }) => [
      `#   ${subject.replaceAll('\n', ', ')}, until ${notAfter.slice(0, 10)}`,
      `#   SHA-256 ${sha256}`,
    ]),
    '',
    ...runtimes.flatMap(([name, words]) => [`# ${words}`, shellLines({ [name]: caFile }).trimEnd()]),
    '',
    '# or the store of the system, as its administrator; Node.js reads it with NODE_OPTIONS=--use-system-ca',
    ...Object.entries(systemStores).map(([system, command]) => `# ${system}: ${command}`),
  ].join('\n')
}

function ownWords(own: Trust['ownCertificate']): string[] {
  if (!own) return []
  const names = own.names.join(', ')
  if (own.caGiven) return [`# Your own certificate is presented for ${names}; its CA is in the file too.`]
  return [
    `# Your own certificate is presented for ${names}: clients of these need nothing if they trust its issuer.`,
    '# The rest is for the other names.',
  ]
}

function readCas(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new StartupError(`the file ${file} cannot be read: restart the server, which writes it`, { cause })
  }
}
