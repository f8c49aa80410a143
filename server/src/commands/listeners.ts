import { createPrivateKey, createPublicKey } from 'node:crypto'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import type { ComposedServer } from '../compose.ts'
import type { Clock } from '../platform/clock.ts'
import type { Config } from '../platform/config.ts'
import { toPem } from '../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../platform/crypto/key-pair.ts'
import { type Listener, listen, type TlsMaterial } from '../platform/http/listener.ts'
import type { Lifecycle } from '../platform/lifecycle.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'

interface ListenerParts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly lifecycle: Lifecycle
  readonly server: ComposedServer
}

const tlsLifetimeMs = 90 * dayMs

/** The two listeners that need a certificate of Signet's own CA, and with it the root key. */
export async function openListeners({ config, clock, log, lifecycle, server }: ListenerParts): Promise<void> {
  let material = await serverCertificate(server, config)
  const strictTransport = config.publicHost !== 'localhost'
  const authority = await listen({
    name: 'authority',
    setting: 'SIGNET_AUTHORITY_PORT',
    bind: config.bind,
    port: config.authorityPort,
    handler: server.authorityHandler,
    mostConnectionsPerAddress: 4_096,
    strictTransport,
    tls: { ...material, minVersion: 'TLSv1.2' },
  })
  lifecycle.started('authority listener', () => authority.close())
  const agents = await listen({
    name: 'agents',
    setting: 'SIGNET_AGENTS_PORT',
    bind: config.bind,
    port: config.agentsPort,
    handler: server.agentsHandler,
    mostConnectionsPerAddress: 8_192,
    strictTransport,
    tls: { ...material, minVersion: 'TLSv1.3', requestCert: true },
  })
  lifecycle.started('agents listener', () => agents.close(2_000))
  const renewal = new PeriodicTask({
    name: 'server certificate',
    intervalMs: Math.min(tlsLifetimeMs / 2, 24 * hourMs),
    clock,
    log,
    run: async () => {
      material = await serverCertificate(server, config)
      for (const listener of [authority, agents] satisfies Listener[]) listener.renew(material)
    },
  })
  server.watch.onStep(() => renewal.poke())
  lifecycle.started('server certificate', () => renewal.stop())
}

/** A new key and leaf at each start and each day after; chain up to the root, which agents compare with their pin. */
async function serverCertificate(server: ComposedServer, config: Config): Promise<TlsMaterial> {
  const pkcs8 = await generatePrivateKey('p256')
  const leaf = await server.authorities.issue('tls', {
    commonName: config.publicHost,
    publicKey: createPublicKey(importPrivateKey(pkcs8)),
    usage: 'serverAuth',
    lifetimeMs: tlsLifetimeMs,
    names: [...new Set([config.publicHost, 'localhost', '127.0.0.1', '::1'])],
  })
  const chain = [leaf.der, ...server.authorities.chainOf('tls')]
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  return { cert: chain.map(toPem).join(''), key: String(key.export({ format: 'pem', type: 'pkcs8' })) }
}
