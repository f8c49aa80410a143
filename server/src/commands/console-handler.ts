import { join } from 'node:path'
import { consoleApi } from '@signet/shared/api/console'
import { type Express, Router } from 'express'
import type { ComposedServer } from '../compose.ts'
import type { Config } from '../platform/config.ts'
import type { LoadedCertificate } from '../platform/crypto/operator-certificate.ts'
import { contractRouter, type Guard, type Handlers } from '../platform/http/contract-router.ts'
import { consoleApp } from '../platform/http/dashboard-app.ts'
import type { Readiness } from '../platform/http/health.ts'
import { metricsRoute } from '../platform/http/metrics-route.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Secret } from '../platform/secret.ts'
import { certificateNames, cloudNames, exactNames } from '../platform/service-names.ts'
import { SignetError } from '../platform/signet-error.ts'

/**
 * Access to the data folder is access to its socket; whoever has it acts as the console of this host.
 *
 * @param label who that is, for the record
 */
export function consoleHandler(server: ComposedServer, config: Config, label = 'console of this host'): Express {
  const guard: Guard = async (_request, _access, correlationId): Promise<RequestContext> => ({
    actor: { kind: 'console', id: null, label },
    correlationId,
    ip: null,
  })
  const router = Router()
  router.use(contractRouter(consoleApi, consoleHandlers(server, config), { guard, log: server.requestLog }))
  router.use(server.adminApi(guard))
  // Whoever can open the socket may read everything anyway.
  const metrics = metricsRoute(server.metrics, () => undefined)
  return consoleApp(router, { metrics, readiness: readinessOf(server), log: server.requestLog })
}

function consoleHandlers(server: ComposedServer, config: Config): Handlers<typeof consoleApi> {
  return {
    issueCode: async (_input, context) => {
      const { code, purpose, expiresAt } = await server.operators.issueCode(context)
      return { url: signInUrl(config, code), purpose, expiresAt }
    },
    takeRecoveryShares: async ({ body }, context) => {
      if (body.threshold > body.shares) {
        throw new SignetError('invalid_request', 'The threshold cannot be more than the number of shares.')
      }
      const { set, shares } = await server.recovery.take(body, (tx, { id, ...counts }) =>
        server.audit.append(tx, context, {
          action: 'recovery_shares.taken',
          target: { kind: 'recovery_set', id, label: `set ${id}` },
          after: counts,
        }),
      )
      return { setId: set.id, threshold: set.threshold, shares }
    },
    makeBackup: ({ body }, context) => server.backups.make(context, body.folder),
    deployment: async () => ({
      tenantId: server.tenantId,
      authorityUrl: config.authorityUrl,
      managementUrl: config.managementUrl,
      vaultResource: config.vaultUrl,
      dashboardUrl: config.dashboardUrl,
      caFile: join(config.dataDir, 'ca.pem'),
      services: servicesOf(server, config),
    }),
  }
}

function servicesOf(
  { servicePort: { certificate } }: ComposedServer,
  { bind, authorityPort, names, answersCloudNames }: Config,
) {
  const own = { names: exactNames(names), vaultDomains: [...names.vault] }
  const covered = ({ covers }: LoadedCertificate) =>
    certificateNames(names).filter((name) => covers(name.replace('*', 'any')))
  return {
    ...{ bind, port: authorityPort, ...own },
    cloud: answersCloudNames ? { names: exactNames(cloudNames), vaultDomains: [...cloudNames.vault] } : null,
    certificate: certificate
      ? {
          names: covered(certificate.current),
          notAfter: certificate.current.notAfter,
          caGiven: certificate.current.ca !== undefined,
        }
      : null,
  }
}

/** The code stands in the fragment, which browsers send to nobody. */
export function signInUrl(config: Config, code: Secret): string {
  return `${config.dashboardUrl}/sign-in#code=${code.reveal()}`
}

/** Ready while the database answers. */
export function readinessOf(server: ComposedServer): Readiness {
  return async () => {
    await server.database.latestSeq()
    return 'ready'
  }
}
