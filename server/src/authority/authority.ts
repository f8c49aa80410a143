import type { CredentialId } from '@signet/shared/vocabulary/identifiers'
import { hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { type PrincipalRegistry, TokenRevocations } from '../principals/index.ts'
import { AppRolesStore } from './app-roles-store.ts'
import { BearerVerifier } from './bearer-verifier.ts'
import { clientFactsFrom, type HoldersOf } from './client-facts.ts'
import { FederationTester } from './federation-tester.ts'
import { IdentityCache } from './identity-cache.ts'
import { Introspection } from './introspection.ts'
import { IssuanceLog } from './issuance-log.ts'
import { type Issuer, issuerOf, type OtherUrls } from './issuer.ts'
import { type Fetch, IssuerKeys } from './issuer-keys.ts'
import { NewHosts } from './new-hosts.ts'
import { ResourceApps } from './resource-apps.ts'
import { Revocations } from './revocations.ts'
import { ServiceGate } from './service-gate.ts'
import { SigningKeyAdmin } from './signing-key-admin.ts'
import { keyScopes, SigningKeys, type SigningKeysParts } from './signing-keys.ts'
import { SigningKeysStore } from './signing-keys-store.ts'
import { TestGrants } from './test-grants.ts'
import { TokenActivityStore } from './token-activity-store.ts'
import { TokenAuthority } from './token-authority.ts'
import { CurrentTerms } from './token-terms.ts'
import { TokenUsageStore } from './token-usage-store.ts'
import { TraceRecorder } from './traces.ts'
import { UsageReportStore } from './usage-report-store.ts'

export interface AuthorityOptions {
  readonly database: Database
  readonly sealer: Sealer
  readonly cursors: Cursors
  readonly audit: AuditLog
  readonly registry: Pick<PrincipalRegistry, 'findClient' | 'require' | 'withdraw' | 'newHost'>
  readonly clock: Clock
  readonly steadiness: Steadiness
  readonly log: Logger
  readonly dataDir: string
  readonly tenantId: string
  readonly tenantDomain: string
  readonly authorityUrl: string
  readonly otherAuthorityUrls?: OtherUrls
  /** Names that this deployment has for built-in audiences: what is asked for, and the built-in one it means. */
  readonly audienceNames?: ReadonlyMap<string, string>
  readonly tokenLifetimeSeconds: number
  /** Answers what external issuers publish. */
  readonly fetch: Fetch
  /** By slot, who asks with a credential of a managed identity. */
  readonly holdersOf: HoldersOf
  /** Told of every credential a token was issued for; must not throw. */
  readonly onCredentialUsed: (credentialId: CredentialId, at: number) => void
  /**
   * Told of every principal that was refused for its certificate, and of its next token after that, once either is on
   * record; must not throw.
   */
  readonly onCertificateVerdict: (principalId: string) => void
}

/** The domain put together. */
export interface Authority {
  readonly issuer: Issuer
  readonly tokens: TokenAuthority
  readonly keys: SigningKeys
  readonly keyAdmin: SigningKeyAdmin
  readonly resources: ResourceApps
  /** What tokens in the caches of agents are good under. */
  readonly terms: CurrentTerms
  readonly verifier: BearerVerifier
  /** What services ask of a token. */
  readonly gate: ServiceGate
  readonly introspection: Introspection
  readonly revocations: Revocations
  /** Those of the feed of revocations, made when somebody first asks for it. */
  readonly feedKeys: () => Promise<SigningKeys>
  readonly log: IssuanceLog
  readonly usage: TokenUsageStore
  readonly activity: TokenActivityStore
  readonly usageReports: UsageReportStore
  /** Puts on record what was not yet told of hosts. */
  readonly newHosts: NewHosts
  readonly traces: TraceRecorder
  readonly testGrants: TestGrants
  readonly federation: FederationTester
  /** Drops what is cached of a principal; called in the turn of the commit that changed it. */
  forget(objectId: string): void
  /** Takes now what is due by the clock, which has just been set. */
  wake(): void
  close(): Promise<void>
}

/** Keys that are made when somebody first asks for them; a failure is not kept. */
function whenNeeded(open: () => Promise<SigningKeys>) {
  let opened: Promise<SigningKeys> | undefined
  const get = () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }
  return { get, opened: async () => opened }
}

export async function openAuthority(options: AuthorityOptions): Promise<Authority> {
  const { clock, log } = options
  const issuer = issuerOf(options)
  const onWriteFailed = (cause: unknown) => options.database.failed(cause)
  const issuanceLog = new IssuanceLog({ ...options, onWriteFailed })
  const openKeys = (scope: SigningKeysParts['scope']) =>
    SigningKeys.open({ ...options, scope, newestLiveKids: () => issuanceLog.newestLiveKids() })
  const keys = await openKeys(keyScopes.tokens).catch(async (error: unknown) => {
    await issuanceLog.close()
    throw error
  })
  const fileKeys = whenNeeded(() => openKeys(keyScopes.tokenFiles))
  const feedKeys = whenNeeded(() => openKeys(keyScopes.revocations))
  const resources = await ResourceApps.open(options.database, clock, options.audienceNames)
  const signingKeys = new SigningKeysStore(options.database)
  const terms = await CurrentTerms.open(resources, () => signingKeys.revocations())
  const usage = new TokenUsageStore(options.dataDir, clock)
  const activity = new TokenActivityStore(options.dataDir, options.cursors, clock)
  const usageReports = new UsageReportStore(options.dataDir)
  const newHosts = new NewHosts({ ...options, log: issuanceLog })
  const factsOf = clientFactsFrom(new AppRolesStore(options.database), options.holdersOf)
  const identities = new IdentityCache(options.registry, clock, factsOf)
  const testGrants = new TestGrants(clock)
  const issuerKeys = new IssuerKeys(options)
  const principals = new TokenRevocations(options)
  const revocations = await Revocations.open({ ...options, principals, log: issuanceLog })
  const verifier = new BearerVerifier({ keys, issuer, resources, clock })
  const parts = {
    ...options,
    issuer,
    identities,
    issuerKeys,
    resources,
    keys,
    log: issuanceLog,
    testGrants,
    fileKeys: fileKeys.get,
  }
  const tokens = new TokenAuthority(parts)
  const gate = new ServiceGate({ verifier, issuer, resources, identities, keys, revocations, clock })
  const rollAll = async () => {
    await keys.roll()
    await (await fileKeys.opened())?.roll()
    await (await feedKeys.opened())?.roll()
  }
  const keyTask = new PeriodicTask({ name: 'signing keys', intervalMs: hourMs, clock, log, run: rollAll })
  const logTask = new PeriodicTask({
    name: 'token log',
    intervalMs: 10 * minuteMs,
    clock,
    log,
    run: () => issuanceLog.prune(),
  })
  const hostsTask = new PeriodicTask({
    name: 'new hosts',
    intervalMs: 5 * secondMs,
    clock,
    log,
    run: () => newHosts.tell(),
  })
  const issuersTask = new PeriodicTask({
    name: 'keys of issuers',
    intervalMs: 10 * minuteMs,
    clock,
    log,
    run: () => issuerKeys.refresh(),
  })
  return {
    issuer,
    tokens,
    keys,
    resources,
    verifier,
    gate,
    introspection: new Introspection({ tokens, gate, identities }),
    revocations,
    feedKeys: feedKeys.get,
    log: issuanceLog,
    usage,
    activity,
    usageReports,
    newHosts,
    traces: new TraceRecorder(),
    testGrants,
    terms,
    keyAdmin: new SigningKeyAdmin({
      ...options,
      rings: {
        [keyScopes.tokens]: async () => keys,
        [keyScopes.tokenFiles]: fileKeys.get,
        [keyScopes.revocations]: feedKeys.get,
      },
      activity,
      onRevoked: async () => {
        await terms.keyRevoked()
        revocations.changed()
      },
    }),
    federation: new FederationTester({ issuer, issuerKeys, fileKeys: fileKeys.get, identities, clock }),
    forget: (objectId) => identities.drop(objectId),
    wake: () => {
      keyTask.poke()
      logTask.poke()
    },
    close: async () => {
      // Every reader before the writer, which is the last to leave the file.
      await hostsTask.stop()
      usage.close()
      await Promise.all([activity.close(), usageReports.close()])
      await Promise.all([issuanceLog.close(), keyTask.stop(), logTask.stop(), issuersTask.stop()])
    },
  }
}
