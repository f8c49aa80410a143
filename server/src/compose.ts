import { type ObjectId, TenantId } from '@signet/shared/vocabulary/identifiers'
import { hourMs } from '@signet/shared/vocabulary/time'
import type { IRouter, Request } from 'express'
import { adminRouter } from './admin-api.ts'
import { startAlerting } from './alerting.ts'
import { AuditLog, recordRefusals } from './audit/index.ts'
import {
  AppRoles,
  AudienceList,
  Audiences,
  authorityEndpoint,
  DiscoveryEndpoint,
  guardedFetch,
  IntrospectionEndpoint,
  openAuthority,
  RevocationFeed,
  TokenEndpoint,
  utiOf,
} from './authority/index.ts'
import { openAuthorization } from './authorization/index.ts'
import { Backups } from './backup/index.ts'
import { openBulk } from './bulk/index.ts'
import { dependentsFrom } from './dependents.ts'
import { AgentEndsStore, agentEndpoint, openAgentPlane, openTokenTests } from './enrollment/index.ts'
import { graphEndpoint, managementEndpoint, openManagement } from './management/index.ts'
import { metricsTokenFrom, openMetrics } from './metrics.ts'
import {
  ChangeStreams,
  ClockConfirmation,
  eventsRouter,
  Operators,
  RequestGuard,
  signedInOf,
} from './operators/index.ts'
import { openOverview } from './overview/index.ts'
import type { Clock } from './platform/clock.ts'
import { ClockWatch } from './platform/clock-watch.ts'
import type { Config } from './platform/config.ts'
import type { RootKeyProvider } from './platform/crypto/root-key/root-key-provider.ts'
import type { Database } from './platform/database/database.ts'
import { Cursors } from './platform/database/paging.ts'
import { RecoveryShares } from './platform/database/recovery.ts'
import type { Sealer } from './platform/database/sealer.ts'
import { deploymentSettings } from './platform/database/settings-store.ts'
import type { Guard } from './platform/http/contract-router.ts'
import { Idempotency } from './platform/http/idempotency.ts'
import type { Lifecycle } from './platform/lifecycle.ts'
import type { Logger } from './platform/log.ts'
import { PeriodicTask } from './platform/periodic.ts'
import { SampledLog } from './platform/sampled-log.ts'
import { servedNames, vaultDomains } from './platform/service-names.ts'
import {
  ApplicationList,
  Applications,
  CertificateAuthorities,
  ClientEndsStore,
  CredentialUses,
  FederatedCredentials,
  PrincipalRegistry,
  RevocationLists,
} from './principals/index.ts'
import {
  GroupActs,
  InstanceView,
  ManagedIdentity,
  openInstanceList,
  openUserIdentityView,
  PrincipalPurge,
  ResourceGroups,
  ResourceManager,
  type TokenUsage,
  UserIdentities,
  UserIdentityList,
} from './resources/index.ts'
import { rolloutSelection } from './rollout-selection.ts'
import { openRotation, SlotEndsStore } from './rotation/index.ts'
import { openServicePort } from './service-port.ts'
import { startUpkeep } from './upkeep.ts'
import { openUsage } from './usage.ts'
import { dataActions, openVaults, SecretsEndpoint } from './vault/index.ts'

export interface ServerParts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly lifecycle: Lifecycle
  readonly database: Database
  readonly root: RootKeyProvider
  readonly sealer: Sealer
  /** A deployment that is new becomes a demo. */
  readonly makeDemo?: true
  /** Has the demo removed by whoever started this process; absent where nobody could. */
  readonly removeDemo?: () => void
}

export type ComposedServer = Awaited<ReturnType<typeof composeServer>>

/** Builds the domains in the order they depend on each other. Nothing listens yet. @throws StartupError */
export async function composeServer(parts: ServerParts) {
  const { config, clock, log, lifecycle, database, root, sealer } = parts
  const cursors = new Cursors(sealer.keyOf('paging'))
  const deployment = await deploymentSettings(database, clock, parts.makeDemo)
  const isDemo = deployment.demo === true
  const tenantDomain = isDemo ? 'demo.signet.local' : 'signet.local'
  const tenantId = TenantId.parse(deployment.tenantId)

  const audit = new AuditLog({ database, cursors, clock, tenantId })
  lifecycle.started('integrity records', recordRefusals({ database, sealer, audit, log }))
  const recovery = new RecoveryShares({ database, root, clock })
  const watch = new ClockWatch(clock)
  const base = { database, cursors, sealer, audit, clock, steadiness: watch, log, tenantId }
  const registry = new PrincipalRegistry(base)
  const authorization = await openAuthorization({ ...base, registry })
  const authorities = await CertificateAuthorities.open({ ...base, serverNames: servedNames(config) })
  const servicePort = openServicePort({ ...base, config, authorities })

  const rotation = await openRotation({
    ...base,
    registry,
    authorities,
    rotationRate: config.rotationRate,
    neighbours: {
      agents: (ids) => plane.directory.describe(ids),
      instanceOf: async (agentId) => (await resources.ofAgent(agentId))[0],
      firstToken: (use) => authority.log.firstWith(use),
      tokens: {
        byUti: (uti) => authority.log.byUti(uti),
        byCorrelation: (id) => authority.log.byCorrelation(id),
        signingKey: (kid) => authority.keyAdmin.find(kid),
        utiOf,
      },
    },
    historyDays: config.historyDays,
    selection: rolloutSelection(() => ({
      ...{ resources, users, list, userList, agents: plane.directory },
      outstanding: (ids) => authority.activity.outstanding(ids),
    })),
  })
  const uses = new CredentialUses({
    log,
    record: (batch) => registry.recordUses(batch),
    firstUse: (id) => rotation.rollover.activateUsed(id),
  })
  const authority = await openAuthority({
    ...base,
    registry,
    dataDir: config.dataDir,
    tenantDomain,
    ...servicePort.authority,
    tokenLifetimeSeconds: config.tokenLifetimeSeconds,
    fetch: guardedFetch({ ...config.federation, clock }),
    holdersOf: (principal) => users.holdersOf(principal),
    onCredentialUsed: (id, at) => uses.add(id, at),
    onCertificateVerdict: (principalId) => list.lookAgain(principalId),
  })
  lifecycle.started('authority', () => authority.close())

  const lastUse = (ids: readonly string[]) => authority.log.lastUse(ids)
  const applications = new Applications({ ...base, registry, authorityUrl: config.authorityUrl, lastUse })
  const applicationList = new ApplicationList({ ...base, applications, lastUse })
  const federated = new FederatedCredentials({ ...base, registry, authorityUrl: config.authorityUrl })
  const defaults = { ...deployment, tenantName: tenantDomain }
  const resources = await ResourceManager.open({ ...base, defaults })
  const groups = new ResourceGroups({ ...base, defaults })
  const users = new UserIdentities({ ...base, ...rotation, resources, registry, defaults })
  const identities = new ManagedIdentity({ ...base, resources, users, registry, rollover: rotation.rollover })
  const plane = openAgentPlane({
    ...base,
    registry,
    authorities,
    resources,
    users,
    identities,
    rotation,
    agentsUrl: config.agentsUrl,
    authorityUrl: config.authorityUrl,
    authorityCas: servicePort.authorityCas,
    serverCas: () => authorities.serverCas,
    assertionAudience: authority.issuer.v2,
    terms: authority.terms,
    lastTokenOf: (ids, issuedBy) => authority.activity.lastEnd(ids, issuedBy),
  })
  servicePort.certificate?.onChange(() => plane.streams.allStatesChanged())
  lifecycle.started('agent streams', () => plane.streams.close())
  const groupActs = new GroupActs({ ...base, groups, registry, identities, users, withdrawals: plane.withdrawals })
  const operators = new Operators(base)
  const audiences = new Audiences({ ...base, apps: authority.resources, usage: authority.usage })
  const audienceList = new AudienceList({ ...base, audiences, usage: authority.usage })
  const appRoles = new AppRoles({ ...base, apps: authority.resources, registry })
  const places = { resources, users, registry, slots: rotation.slots, agents: plane.directory }
  const usage: TokenUsage = {
    lastUse,
    recent: (id, query) => authority.log.recent(id, query),
    matching: (id, query) => authority.activity.page(id, query),
    histogram: (id, query) => authority.activity.histogram(id, query),
    refusedFor: (ids) => authority.usage.refusedFor(ids),
    recently: (id) => authority.activity.recently(id),
  }
  const dependents = dependentsFrom({
    ...{ registry, access: authorization.access, appRoles, applications, federated },
    vaultsOf: () => vaults.vaults,
  })
  const view = new InstanceView({
    ...{ ...places, usage, clock, dependents },
    traced: (ids) => tests.traces.existing(ids),
  })
  const roles = (principalId: ObjectId) => appRoles.ofPrincipal(principalId)
  const userList = new UserIdentityList({ ...base, users, usage, broad: () => federated.broadPrincipals() })
  const userView = openUserIdentityView({
    ...base,
    ...places,
    usage,
    roles,
    federatedCredentials: (principalId) => federated.count(principalId),
    authorityUrl: config.authorityUrl,
  })
  const tokenUsage = openUsage({ ...base, registry, resources, federated, lastUse, store: authority.usageReports })
  const list = await openInstanceList({ ...base, view, slots: rotation.slots, registry })
  uses.onWritten((batch) => list.credentialsUsed(batch))
  const bulk = openBulk({
    ...base,
    instances: { ...base, resources, list, registry, identities, users, usage },
    lists: { identities: userList, applications: applicationList, audiences: audienceList },
  })

  database.subscribe((changes) => {
    for (const { kind, id } of changes) if (kind === 'principal' || kind === 'slot') authority.forget(id)
    if (changes.some(({ kind }) => kind === 'principal')) authority.revocations.changed()
    plane.changed(changes)
    rotation.rolloutRunner.noticed(changes)
  })
  const authorityRoll = new PeriodicTask({
    ...{ name: 'certificate authorities', intervalMs: hourMs, clock, log },
    run: () => authorities.roll(),
  })
  lifecycle.started('certificate authorities', () => authorityRoll.stop())
  watch.onStep(() => {
    rotation.scheduler.wake()
    authority.wake()
    authorityRoll.poke()
  })
  const confirmation = await ClockConfirmation.open({ ...base, watch })
  watch.start()
  lifecycle.started('clock watch', () => watch.stop())
  rotation.scheduler.start()
  lifecycle.started('rotation', () => rotation.scheduler.stop())
  rotation.replanner.start()
  lifecycle.started('rotation plan', () => rotation.replanner.stop())
  rotation.retention.start()
  lifecycle.started('history', () => rotation.retention.stop())
  rotation.rolloutRunner.start()
  lifecycle.started('rollouts', () => rotation.rolloutRunner.stop())
  bulk.runner.start()
  lifecycle.started('bulk jobs', () => bulk.runner.stop())
  const purge = new PrincipalPurge({ registry, identities, clock, steadiness: watch, log })
  purge.start()
  lifecycle.started('principal purge', () => purge.stop())
  const idempotency = new Idempotency(base)
  const { drills } = rotation
  const assignmentUses = authorization.access.uses
  lifecycle.started('upkeep', startUpkeep({ ...base, uses, assignmentUses, list, idempotency, drills }))

  const tests = openTokenTests({
    ...base,
    registry,
    resources,
    users,
    streams: plane.streams,
    list,
    view,
    verifier: authority.verifier,
    traces: authority.traces,
    testGrants: authority.testGrants,
    tokenLog: authority.log,
    publishedKeys: () => authority.keys.published,
    audiences: () => authority.resources.list(),
  })
  lifecycle.started('token traces', () => tests.stop())
  const overview = openOverview({
    ...base,
    resources,
    users,
    list,
    applications: applicationList,
    userIdentities: userList,
    federated,
    authorities,
    history: rotation.history,
    agents: plane.directory,
    usage: authority.usage,
    activity: authority.activity,
    keys: authority.keys,
    slotEnds: new SlotEndsStore(database, tenantId),
    clientEnds: new ClientEndsStore(database, tenantId),
    agentEnds: new AgentEndsStore(database, tenantId),
    jobs: bulk.jobs,
    sharesTaken: async () => (await recovery.current()) !== undefined,
    clockStep: () => confirmation.status().step,
    ...servicePort.attention,
  })
  const alerting = startAlerting({ ...base, troubles: overview.troubles, config, lifecycle, resources })
  const backups = await Backups.open({ ...base, dataDir: config.dataDir, settings: config.backups })
  const requestLog = new SampledLog(log, clock)
  const discovery = new DiscoveryEndpoint(authority.issuer, authority.keys)
  const tokenEndpoint = new TokenEndpoint({
    ...base,
    log: requestLog,
    authority: authority.tokens,
    traces: authority.traces,
    issuer: authority.issuer,
    refusal: () => backups.quarantine,
  })
  const introspection = new IntrospectionEndpoint({
    ...{ introspection: authority.introspection, issuer: authority.issuer, token: tokenEndpoint },
    refusal: () => backups.quarantine,
  })
  const metrics = openMetrics({
    ...{ database, tenantId, clock, log, lifecycle },
    ...{ authorities, authority, tokenEndpoint, introspection, overview, alerting, list, jobs: bulk.jobs },
  })
  const vaults = openVaults({
    ...base,
    subscriptionId: defaults.subscriptionId,
    vaultUrl: config.vaultUrl,
    access: authorization.access,
    groupNamed: (name) => groups.find(name),
    forgetRights: (tx, armId) => authorization.assignments.scopeRemoved(tx, armId),
  })
  vaults.purge.start()
  lifecycle.started('secret purge', () => vaults.purge.stop())
  const secretsEndpoint = new SecretsEndpoint({
    ...{ ...vaults, gate: authority.gate, tenantId, clock, log: requestLog },
    authorityUrl: config.authorityUrl,
    domains: vaultDomains(config),
    refusal: () => backups.quarantine,
  })
  const management = openManagement({
    ...{ ...base, defaults, log: requestLog, names: config, gate: authority.gate, authorization },
    ...{ registry, federated, resources, groups, users, identities, vaults: vaults.vaults },
    refusal: () => backups.quarantine,
  })
  const accessTerms = {
    subscription: `/subscriptions/${defaults.subscriptionId}`,
    actions: [
      ...management.actions.map((action) => ({ action, isData: false })),
      ...Object.values(dataActions).map((action) => ({ action, isData: true })),
    ],
  }
  const adminApi = adminRouter({
    ...{ database, clock, audit, tenantId, root, isDemo, removeDemo: parts.removeDemo },
    ...{ authorityUrl: config.authorityUrl, defaults, requestLog, idempotency },
    ...{ operators, confirmation, recovery, backups },
    ...{ registry, applications, applicationList, federated, authorities },
    ...{ resources, groups, groupActs, identities, view, list, users, userList, userView },
    ...{ authority, audiences, audienceList, appRoles, discovery, tokenUsage },
    ...{ rotation, plane, tests, bulk, overview, alerting },
    ...{ authorization, accessTerms, cursors, vaults },
  })

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
    servicePort,
    list,
    operators,
    recovery,
    backups,
    requestLog,
    metrics,
    metricsToken: metricsTokenFrom(config.metricsTokenFile),
    watch,
    guard: new RequestGuard(operators.sessions, config.dashboardUrl),
    adminApi,
    eventStreams,
    authorityHandler: authorityEndpoint({
      ...{ token: tokenEndpoint, introspection, discovery, feed: new RevocationFeed({ ...authority, clock }) },
      revocationLists: new RevocationLists({ ...base, authorities }),
    }),
    /** Answers whoever waits for news, so that the listeners can close. */
    endWaits: () => authority.revocations.close(),
    management: { management: managementEndpoint(management.arm), graph: graphEndpoint(management.graph) },
    vaultHandler: secretsEndpoint.listener,
    agentsHandler: agentEndpoint({ ...plane, rollover: rotation.rollover, drills: rotation.drills, log: requestLog }),
  }
}
