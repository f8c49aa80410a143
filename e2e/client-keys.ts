import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

x509.cryptoProvider.set(crypto)

/** A key pair of an application, and a certificate over it, as an operator makes one with any tool. */
export interface ClientKeys {
  /** PKCS#8. */
  readonly privateKey: string
  readonly certificate: string
  /** SHA-1 of the certificate in hexadecimal, as MSAL for Python takes it. */
  readonly thumbprintSha1: string
  /** SHA-256: in hexadecimal, as MSAL for JavaScript takes it, and in base64url. */
  readonly thumbprintHex: string
  readonly thumbprint: string
}

const algorithms = {
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
} as const

export async function makeClientKeys(kind: keyof typeof algorithms, days = 30): Promise<ClientKeys> {
  const algorithm = algorithms[kind]
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=e2e',
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + days * 86_400_000),
    signingAlgorithm: algorithm,
    keys,
  })
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  const thumbprint = Buffer.from(await certificate.getThumbprint('SHA-256'))
  const lines = pkcs8.toString('base64').match(/.{1,64}/g) ?? []
  return {
    privateKey: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
    certificate: certificate.toString('pem'),
    thumbprintSha1: Buffer.from(await certificate.getThumbprint('SHA-1')).toString('hex'),
    thumbprintHex: thumbprint.toString('hex'),
    thumbprint: thumbprint.toString('base64url'),
  }
}
