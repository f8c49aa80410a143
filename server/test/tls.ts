import { createPublicKey } from 'node:crypto'
import { dayMs } from '@signet/shared/vocabulary/time'
import { type Issuer, issueAuthority, issueLeaf, toPem } from '../src/platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../src/platform/crypto/key-pair.ts'

/** A certificate authority that is not Signet's, as an operator's company has one. */
export class CompanyCa {
  readonly #issuer: Issuer
  readonly #now: number

  private constructor(issuer: Issuer, now: number) {
    this.#issuer = issuer
    this.#now = now
  }

  static async make(now = Date.now()): Promise<CompanyCa> {
    const privateKey = await generatePrivateKey('p256')
    const life = { notBefore: now - dayMs, notAfter: now + 1_000 * dayMs }
    const certificate = await issueAuthority({ commonName: 'Company CA', privateKey, ...life })
    return new CompanyCa({ privateKey, certificate }, now)
  }

  get pem(): string {
    return toPem(this.#issuer.certificate)
  }

  /** @param life days until it begins and ends, from now */
  async issue(
    names: readonly string[],
    life: { from?: number; days?: number; usage?: 'clientAuth' | 'serverAuth' } = {},
  ): Promise<{ cert: string; key: string }> {
    const pkcs8 = await generatePrivateKey('p256')
    const privateKey = importPrivateKey(pkcs8)
    const der = await issueLeaf(this.#issuer, {
      commonName: names[0] ?? 'nobody',
      publicKey: createPublicKey(privateKey),
      usage: life.usage ?? 'serverAuth',
      notBefore: this.#now + (life.from ?? -1) * dayMs,
      notAfter: this.#now + (life.days ?? 100) * dayMs,
      names,
    })
    return { cert: toPem(der), key: String(privateKey.export({ format: 'pem', type: 'pkcs8' })) }
  }
}
