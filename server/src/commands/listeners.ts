import { hourMs, secondMs } from '@signet/shared/vocabulary/time'
import type { ComposedServer } from '../compose.ts'
import type { Clock } from '../platform/clock.ts'
import type { Config } from '../platform/config.ts'
import { listen } from '../platform/http/listener.ts'
import { byServiceName } from '../platform/http/service-router.ts'
import type { Lifecycle } from '../platform/lifecycle.ts'
import type { Logger } from '../platform/log.ts'
import type { MetricFamily } from '../platform/metrics.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { certificateNames, cloudNames, ServiceDirectory } from '../platform/service-names.ts'
import { ServerCertificates, tlsLifetimeMs } from './server-certificates.ts'

interface ListenerParts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly lifecycle: Lifecycle
  readonly server: ComposedServer
}

/** How often the files of the operator's certificate are looked at. */
const lookMs = 5 * secondMs

/** The two listeners that need a certificate of Signet's own CA, and with it the root key. */
export async function openListeners(parts: ListenerParts): Promise<void> {
  const { config, clock, log, lifecycle, server } = parts
  const { servicePort } = server
  const certificates = await ServerCertificates.make(server, config)
  server.metrics.add(endsOf(certificates))
  const services = await listen({
    name: 'services',
    setting: 'SIGNET_AUTHORITY_PORT',
    bind: config.bind,
    port: config.authorityPort,
    handler: byServiceName(new ServiceDirectory({ ...config, port: config.authorityPort }), {
      authority: server.authorityHandler,
      ...server.management,
      vault: server.vaultHandler,
    }),
    mostConnectionsPerAddress: 4_096,
    tls: {
      ...certificates.ofServices,
      minVersion: 'TLSv1.2',
      contextFor: (name) => certificates.contextFor(name),
    },
  })
  lifecycle.started('services listener', () => services.close())
  warnOfNames(parts)
  const agents = await listen({
    name: 'agents',
    setting: 'SIGNET_AGENTS_PORT',
    bind: config.bind,
    port: config.agentsPort,
    handler: server.agentsHandler,
    mostConnectionsPerAddress: 8_192,
    strictTransport: config.publicHost !== 'localhost',
    tls: { ...certificates.ofAgents, minVersion: 'TLSv1.3', requestCert: true },
  })
  lifecycle.started('agents listener', () => agents.close(2_000))
  const renewal = new PeriodicTask({
    name: 'server certificate',
    intervalMs: Math.min(tlsLifetimeMs / 2, 24 * hourMs),
    clock,
    log,
    run: async () => {
      await certificates.renew()
      services.renew(certificates.ofServices)
      agents.renew(certificates.ofAgents)
    },
  })
  server.watch.onStep(() => renewal.poke())
  server.authorities.onChange(() => renewal.poke())
  lifecycle.started('server certificate', () => renewal.stop())
  const { certificate } = servicePort
  if (!certificate) return
  certificate.onChange(() => services.renew(certificates.ofServices))
  const watch = new PeriodicTask({
    name: 'certificate files',
    intervalMs: lookMs,
    clock,
    log,
    run: async () => certificate.look(),
  })
  lifecycle.started('certificate files', () => watch.stop())
}

/** For metrics (SEC-53). */
function endsOf(certificates: ServerCertificates): MetricFamily {
  return {
    ...{ name: 'signet_tls_certificate_expiry_seconds', type: 'gauge', unit: 'seconds' },
    help: 'End of each certificate that a listener presents, as Unix time.',
    read: () =>
      certificates.ends.map(({ notAfter, ...labels }) => ({ labels: { ...labels }, value: notAfter / 1_000 })),
  }
}

/** What somebody who reads the log should know of the names: those of the cloud, and those the operator's certificate lacks. */
function warnOfNames({ config: { names, answersCloudNames }, log, server }: ListenerParts): void {
  if (answersCloudNames) log.warn({ names: cloudNames }, 'answering to names of the cloud (SIGNET_CLOUD_NAMES)')
  const { certificate } = server.servicePort
  const lacking = certificateNames(names).filter((name) => !certificate?.current.covers(name.replace('*', 'any')))
  if (certificate && lacking.length > 0) {
    log.warn(
      { names: lacking },
      "SIGNET_TLS_CERT_FILE is not for these names: Signet's own certificate is presented there",
    )
  }
}
