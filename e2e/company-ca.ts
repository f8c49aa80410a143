import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

x509.cryptoProvider.set(crypto)

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const life = () => ({
  notBefore: new Date(Date.now() - 86_400_000),
  notAfter: new Date(Date.now() + 90 * 86_400_000),
})

/** A certificate authority that is not Signet's, as an operator's company has one. */
export class CompanyCa {
  readonly #keys: CryptoKeyPair
  readonly #certificate: x509.X509Certificate

  private constructor(keys: CryptoKeyPair, certificate: x509.X509Certificate) {
    this.#keys = keys
    this.#certificate = certificate
  }

  static async make(name: string): Promise<CompanyCa> {
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      ...{ name: `CN=${name}`, ...life(), signingAlgorithm: algorithm, keys },
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    })
    return new CompanyCa(keys, certificate)
  }

  get pem(): string {
    return `${this.#certificate.toString('pem')}\n`
  }

  /** A server's certificate and key, both PEM. */
  async issue(names: readonly string[]): Promise<{ cert: string; key: string }> {
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const certificate = await x509.X509CertificateGenerator.create({
      ...{ subject: 'CN=server', issuer: this.#certificate.subject, ...life() },
      ...{ publicKey: keys.publicKey, signingKey: this.#keys.privateKey, signingAlgorithm: algorithm },
      extensions: [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value }))),
      ],
    })
    const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
    const lines = pkcs8.match(/.{1,64}/g) ?? []
    return {
      cert: `${certificate.toString('pem')}\n`,
      key: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
    }
  }
}
