import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { ComposedServer } from '../compose.ts'
import type { Config } from '../platform/config.ts'
import { toPem } from '../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../platform/crypto/key-pair.ts'
import type { OperatorCertificate } from '../platform/crypto/operator-certificate.ts'
import { secureContextOf, type TlsMaterial } from '../platform/http/listener.ts'
import { hostNameOf, loopbackNames, servedNames } from '../platform/service-names.ts'
import type { CertificateAuthorities } from '../principals/index.ts'

export const tlsLifetimeMs = 90 * dayMs

interface Parts {
  readonly authorities: CertificateAuthorities
  readonly config: Config
  readonly own: OperatorCertificate | undefined
}

/** A certificate that is presented, and its end (epoch milliseconds). */
export interface PresentedEnd {
  readonly listener: 'agents' | 'services'
  readonly issuer: 'signet' | 'operator'
  readonly notAfter: number
}

interface Made {
  readonly ends: readonly PresentedEnd[]
  readonly agents: TlsMaterial
  readonly services: TlsMaterial
  readonly context: SecureContext
}

/**
 * The certificates of both listeners. Those of Signet's own CA are made anew at each start, and so for the names of that
 * time, and each day after. For the services the operator's own is presented where it is for the name that the client
 * asks for; for every other name Signet's. Agents have Signet's CA pinned, so their listener has nothing else.
 */
export class ServerCertificates {
  readonly #parts: Parts
  #made: Made

  private constructor(parts: Parts, made: Made) {
    this.#parts = parts
    this.#made = made
  }

  static async make(
    { authorities, servicePort }: Pick<ComposedServer, 'authorities'> & { servicePort: { certificate: Parts['own'] } },
    config: Config,
  ): Promise<ServerCertificates> {
    const parts = { authorities, config, own: servicePort.certificate }
    return new ServerCertificates(parts, await makeBoth(parts))
  }

  async renew(): Promise<void> {
    this.#made = await makeBoth(this.#parts)
  }

  get ofAgents(): TlsMaterial {
    return this.#made.agents
  }

  /** Of everything that is presented to somebody (SEC-53). */
  get ends(): readonly PresentedEnd[] {
    const { own } = this.#parts
    const { ends } = this.#made
    if (!own) return ends
    return [...ends, { listener: 'services', issuer: 'operator', notAfter: own.current.notAfter }]
  }

  /** What is presented to a client that names no host. */
  get ofServices(): TlsMaterial {
    const { own } = this.#parts
    return own ? { cert: own.current.cert, key: own.current.key } : this.#made.services
  }

  /** @returns undefined where `ofServices` is right */
  contextFor(name: string): SecureContext | undefined {
    const { own } = this.#parts
    const host = hostNameOf(name)
    const isOwn = host !== undefined && own?.current.covers(host)
    return own && !isOwn ? this.#made.context : undefined
  }
}

async function makeBoth({ authorities, config }: Parts): Promise<Made> {
  const { publicHost } = config
  const agents = await issue(authorities, publicHost, [publicHost, ...loopbackNames])
  const services = await issue(authorities, publicHost, servedNames(config))
  const ends = [
    { listener: 'agents', issuer: 'signet', notAfter: agents.notAfter },
    { listener: 'services', issuer: 'signet', notAfter: services.notAfter },
  ] as const
  return { agents: agents.material, services: services.material, context: secureContextOf(services.material), ends }
}

/** A new key and leaf; chain up to the root, which agents compare with their pin. */
async function issue(
  authorities: CertificateAuthorities,
  commonName: string,
  names: string[],
): Promise<{ material: TlsMaterial; notAfter: number }> {
  const pkcs8 = await generatePrivateKey('p256')
  const leaf = await authorities.issue('tls', {
    commonName,
    publicKey: createPublicKey(importPrivateKey(pkcs8)),
    usage: 'serverAuth',
    lifetimeMs: tlsLifetimeMs,
    names: [...new Set(names)],
  })
  const chain = [leaf.der, ...authorities.chainOf(leaf.der, 'tls')]
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  const material = { cert: chain.map(toPem).join(''), key: String(key.export({ format: 'pem', type: 'pkcs8' })) }
  return { material, notAfter: leaf.notAfter }
}
