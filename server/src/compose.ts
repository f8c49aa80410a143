import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { auditApi } from '@signet/shared/api/audit'
import { enrollmentApi } from '@signet/shared/api/enrollment'
import { openapiApi } from '@signet/shared/api/openapi'
import { operatorsApi } from '@signet/shared/api/operators'
import { resolveApi } from '@signet/shared/api/resolve'
import { resourcesApi } from '@signet/shared/api/resources'
import { rotationApi } from '@signet/shared/api/rotation'
import { tokenTestsApi } from '@signet/shared/api/token-tests'
import type { CredentialId } from '@signet/shared/vocabulary/identifiers'
import { TenantId } from '@signet/shared/vocabulary/identifiers'
import { hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { type IRouter, type Request, Router } from 'express'
import manifest from '../package.json' with { type: 'json' }
import { AuditLog, auditHandlers } from './audit/index.ts'
import { authorityEndpoint, DiscoveryEndpoint, openAuthority, TokenEndpoint } from './authority/index.ts'
import {
  agentEndpoint,
  enrollmentHandlers,
  openAgentPlane,
  TokenTester,
  tokenTestHandlers,
} from './enrollment/index.ts'
import {
  ChangeStreams,
  eventsRouter,
  Operators,
  permissionsOfCaller,
  RequestGuard,
  sessionHandlers,
  signedInOf,
} from './operators/index.ts'
import type { Clock } from './platform/clock.ts'
import type { Config } from './platform/config.ts'
import { loadRootKey } from './platform/crypto/root-key.ts'
import { ensurePrivateFolder, writePrivateFile } from './platform/data-folder.ts'
import { Database } from './platform/database/database.ts'
import { Cursors } from './platform/database/paging.ts'
import { Sealer } from './platform/database/sealer.ts'
import { deploymentSettings } from './platform/database/settings-store.ts'
import { contractRouter, type Guard } from './platform/http/contract-router.ts'
import type { Lifecycle } from './platform/lifecycle.ts'
import type { Logger } from './platform/log.ts'
import { PeriodicTask } from './platform/periodic.ts'
import { CertificateAuthorities, PrincipalRegistry } from './principals/index.ts'
import { Resolver } from './resolver.ts'
import { InstanceView, ManagedIdentity, ResourceManager, resourceHandlers } from './resources/index.ts'
import { openRotation, rotationHandlers } from './rotation/index.ts'

export interface ServerParts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly lifecycle: Lifecycle
}

export type ComposedServer = Awaited<ReturnType<typeof composeServer>>

const purposes = ['signing', 'ca', 'paging'] as const
const tenantDomain = 'signet.local'

/** Builds the domains in the order they depend on each other. Nothing listens yet. @throws StartupError */
export async function composeServer({ config, clock, log, lifecycle }: ServerParts) {
  ensurePrivateFolder(config.dataDir, 'SIGNET_DATA_DIR')
  const isFirstStart = !existsSync(join(config.dataDir, 'signet.db'))
  const rootKey = loadRootKey({ file: config.rootKeyFile, dataDir: config.dataDir, create: isFirstStart })
  const database = Database.open(config.dataDir, clock)
  lifecycle.started('database', () => database.close())
  const sealer = await Sealer.open(database, rootKey, purposes, clock)
  const cursors = new Cursors(sealer.keyOf('paging'))
  const deployment = await deploymentSettings(database, clock)
  const tenantId = TenantId.parse(deployment.tenantId)

  const audit = new AuditLog({ database, cursors, clock, tenantId })
  const base = { database, cursors, sealer, audit, clock, log, tenantId }
  const registry = new PrincipalRegistry(base)
  const authorities = await CertificateAuthorities.open(base)
  writePrivateFile(join(config.dataDir, 'ca.pem'), authorities.root.pem)

  const rotation = await openRotation({ ...base, registry, authorities })
  const uses = new CredentialUses(
    log,
    (batch) => registry.recordUses(batch),
    (id) => rotation.rollover.activateUsed(id),
  )
  const authority = await openAuthority({
    ...base,
    registry,
    dataDir: config.dataDir,
    tenantDomain,
    authorityUrl: config.authorityUrl,
    tokenLifetimeSeconds: config.tokenLifetimeSeconds,
    onCredentialUsed: (id, at) => uses.add(id, at),
  })
  lifecycle.started('authority', () => authority.close())

  const defaults = { ...deployment, tenantName: tenantDomain }
  const resources = await ResourceManager.open({ ...base, defaults })
  const identities = new ManagedIdentity({ ...base, resources, registry, rollover: rotation.rollover })
  const plane = openAgentPlane({
    ...base,
    registry,
    authorities,
    resources,
    identities,
    rotation,
    agentsUrl: config.agentsUrl,
    authorityUrl: config.authorityUrl,
    assertionAudience: authority.issuer.v2,
  })
  lifecycle.started('agent streams', () => plane.streams.close())
  const operators = new Operators(base)

  database.subscribe((changes) => {
    for (const { kind, id } of changes) if (kind === 'principal' || kind === 'slot') authority.forget(id)
    plane.changed(changes)
  })
  rotation.scheduler.start()
  lifecycle.started('rotation', () => rotation.scheduler.stop())
  const upkeep = startUpkeep({ database, clock, log, uses })
  lifecycle.started('upkeep', () => upkeep())

  const tester = new TokenTester({
    streams: plane.streams,
    resources,
    verifier: authority.verifier,
    traces: authority.traces,
    audiences: async () => authority.resources.list(),
    audit,
    clock,
  })
  const discovery = new DiscoveryEndpoint(authority.issuer, authority.keys)
  const tokenEndpoint = new TokenEndpoint({
    ...base,
    authority: authority.tokens,
    traces: authority.traces,
    issuer: authority.issuer,
  })
  const resolver = new Resolver({ registry, resources, rotation, enrollment: plane.enrollment, authority, audit })
  const view = new InstanceView({ registry, slots: rotation.slots, agents: plane.enrollment, usage: authority.log })

  /** The admin API behind a guard of choice: sessions for browsers, the host's own socket for the command line. */
  const adminApi = (guard: Guard): IRouter => {
    const options = { guard, log }
    const router = Router()
    router.use(contractRouter(operatorsApi, sessionHandlers(operators), options))
    router.use(
      contractRouter(
        resourcesApi,
        resourceHandlers({ resources, identities, view, tenantId, authorityUrl: config.authorityUrl }),
        options,
      ),
    )
    router.use(contractRouter(rotationApi, rotationHandlers(rotation), options))
    router.use(contractRouter(enrollmentApi, enrollmentHandlers(plane.enrollment), options))
    router.use(
      contractRouter(
        tokenTestsApi,
        tokenTestHandlers({
          tester,
          keySet: () => discovery.keySet(true),
          requireStepUp: async (context) => {
            if (context.actor.kind === 'console') return
            await operators.sessions.requireStepUp(signedInOf(context).sessionId)
          },
        }),
        options,
      ),
    )
    router.use(contractRouter(auditApi, auditHandlers(audit), options))
    router.use(contractRouter(openapiApi, { document: describeApi }, options))
    router.use(
      contractRouter(
        resolveApi,
        {
          anything: async ({ params }, context) => {
            const permissions = permissionsOfCaller(context)
            return { items: await resolver.find(params.anything, (permission) => permissions.includes(permission)) }
          },
        },
        options,
      ),
    )
    return router
  }

  /** The stream of changes, for the browsers of signed-in operators. */
  const eventStreams = (guard: Guard): IRouter => {
    const admit = async (request: Request, correlationId: string) =>
      signedInOf(await guard(request, 'session', correlationId))
    return eventsRouter(new ChangeStreams({ feed: database, sessions: operators.sessions, clock }), admit)
  }

  return {
    tenantId,
    database,
    audit,
    authorities,
    operators,
    guard: new RequestGuard(operators.sessions, config.dashboardUrl),
    adminApi,
    eventStreams,
    authorityHandler: authorityEndpoint(tokenEndpoint, discovery),
    agentsHandler: agentEndpoint({ ...plane, rollover: rotation.rollover, log }),
  }
}

/** Made when somebody asks for it: most processes never do. */
async function describeApi() {
  const [{ adminRoutes, adminSchemas }, { openApiDocument }] = await Promise.all([
    import('@signet/shared/api/admin-api'),
    import('./platform/http/openapi.ts'),
  ])
  return openApiDocument(adminRoutes, adminSchemas, manifest.version)
}

/** First and last uses of credentials, gathered in memory and written together. */
class CredentialUses {
  readonly #log: Logger
  readonly #record: (uses: ReadonlyMap<CredentialId, number>) => Promise<void>
  readonly #firstUse: (id: CredentialId) => Promise<void>
  readonly #seen = new Set<CredentialId>()
  #pending = new Map<CredentialId, number>()

  constructor(
    log: Logger,
    record: (uses: ReadonlyMap<CredentialId, number>) => Promise<void>,
    firstUse: (id: CredentialId) => Promise<void>,
  ) {
    this.#log = log
    this.#record = record
    this.#firstUse = firstUse
  }

  add(id: CredentialId, at: number): void {
    this.#pending.set(id, at)
    if (this.#seen.has(id)) return
    this.#seen.add(id)
    this.#firstUse(id).catch((error: unknown) => this.#log.warn({ err: error }, 'first use could not be recorded'))
  }

  async flush(): Promise<void> {
    const uses = this.#pending
    if (uses.size === 0) return
    this.#pending = new Map()
    await this.#record(uses)
  }
}

const usesEveryMs = 2 * secondMs
const changesKeptMs = hourMs

function startUpkeep(parts: {
  database: Database
  clock: Clock
  log: Logger
  uses: CredentialUses
}): () => Promise<void> {
  const { database, clock, log, uses } = parts
  const useTask = new PeriodicTask({
    name: 'credential uses',
    intervalMs: usesEveryMs,
    clock,
    log,
    run: () => uses.flush(),
  })
  const changeTask = new PeriodicTask({
    name: 'change events',
    intervalMs: changesKeptMs / 4,
    clock,
    log,
    run: () => database.forgetChangesBefore(clock.now() - changesKeptMs),
  })
  return async () => {
    await Promise.all([useTask.stop(), changeTask.stop()])
    await uses.flush()
  }
}
