import { alertsApi } from '@signet/shared/api/alerts'
import { applicationsApi } from '@signet/shared/api/applications'
import { audiencesApi } from '@signet/shared/api/audiences'
import { auditApi } from '@signet/shared/api/audit'
import { type AccessTerms, authorizationApi } from '@signet/shared/api/authorization'
import { backupsApi } from '@signet/shared/api/backups'
import { bulkApi } from '@signet/shared/api/bulk'
import { certificateAuthoritiesApi } from '@signet/shared/api/certificate-authorities'
import { clockApi } from '@signet/shared/api/clock'
import type { Route } from '@signet/shared/api/contract'
import { deploymentApi } from '@signet/shared/api/deployment'
import { enrollmentApi } from '@signet/shared/api/enrollment'
import { evidenceApi } from '@signet/shared/api/evidence'
import { federationApi } from '@signet/shared/api/federation'
import { openapiApi } from '@signet/shared/api/openapi'
import { operatorsApi } from '@signet/shared/api/operators'
import { overviewApi } from '@signet/shared/api/overview'
import { resolveApi } from '@signet/shared/api/resolve'
import { resourceGroupsApi } from '@signet/shared/api/resource-groups'
import { resourcesApi } from '@signet/shared/api/resources'
import { revocationsApi } from '@signet/shared/api/revocations'
import { rolloutsApi } from '@signet/shared/api/rollouts'
import { rotationApi } from '@signet/shared/api/rotation'
import { rotationActsApi } from '@signet/shared/api/rotation-acts'
import { rotationCalendarApi } from '@signet/shared/api/rotation-calendar'
import { rotationPoliciesApi } from '@signet/shared/api/rotation-policies'
import { signingKeysApi } from '@signet/shared/api/signing-keys'
import { tokenTestsApi } from '@signet/shared/api/token-tests'
import { usageApi } from '@signet/shared/api/usage'
import { userIdentitiesApi } from '@signet/shared/api/user-identities'
import { vaultApi } from '@signet/shared/api/vault'
import { viewsApi } from '@signet/shared/api/views'
import { webhooksApi } from '@signet/shared/api/webhooks'
import type { ObjectId, TenantId } from '@signet/shared/vocabulary/identifiers'
import { type IRouter, Router } from 'express'
import { type Alerting, alertHandlers, webhookHandlers } from './alerts/index.ts'
import { AuditExports, type AuditLog, auditHandlers } from './audit/index.ts'
import {
  type AppRoles,
  type AudienceList,
  type Audiences,
  type Authority,
  audienceHandlers,
  type DiscoveryEndpoint,
  revocationHandlers,
  signingKeyHandlers,
  type UsageReports,
  usageHandlers,
} from './authority/index.ts'
import { type Authorization, authorizationHandlers } from './authorization/index.ts'
import { type Backups, backupHandlers } from './backup/index.ts'
import { type Bulk, bulkHandlers } from './bulk/index.ts'
import { demoRemoval } from './demo-removal.ts'
import {
  type AgentPlane,
  enrollmentHandlers,
  type TokenTests,
  tokenTestHandlers,
  tokenTestStream,
} from './enrollment/index.ts'
import {
  type ClockConfirmation,
  clockHandlers,
  hasPermission,
  type Operators,
  requirePermission,
  SavedViews,
  sessionHandlers,
  signedInOf,
  viewHandlers,
} from './operators/index.ts'
import { type Overview, overviewHandlers } from './overview/index.ts'
import type { Clock } from './platform/clock.ts'
import type { RootKeyProvider } from './platform/crypto/root-key/root-key-provider.ts'
import { DataKeysStore } from './platform/database/data-keys-store.ts'
import type { Database } from './platform/database/database.ts'
import type { Cursors } from './platform/database/paging.ts'
import type { RecoveryShares } from './platform/database/recovery.ts'
import { contractRouter, type Guard, type Handlers } from './platform/http/contract-router.ts'
import { deploymentHandlers } from './platform/http/deployment-routes.ts'
import { describeApi } from './platform/http/describe-api.ts'
import type { Idempotency } from './platform/http/idempotency.ts'
import type { RequestContext } from './platform/request-context.ts'
import type { SampledLog } from './platform/sampled-log.ts'
import {
  type ApplicationList,
  type Applications,
  applicationHandlers,
  authorityHandlers,
  type CertificateAuthorities,
  type FederatedCredentials,
  federationHandlers,
  type PrincipalRegistry,
  type UseList,
} from './principals/index.ts'
import { Resolver } from './resolver.ts'
import {
  type GroupActs,
  type InstanceList,
  type InstanceView,
  type ManagedIdentity,
  type ResourceDefaults,
  type ResourceGroups,
  type ResourceManager,
  resourceGroupHandlers,
  resourceHandlers,
  type UserIdentities,
  type UserIdentityList,
  type UserIdentityView,
  userIdentityHandlers,
} from './resources/index.ts'
import {
  evidenceHandlers,
  type Rotation,
  rolloutHandlers,
  rotationActHandlers,
  rotationCalendarHandlers,
  rotationHandlers,
  rotationPolicyHandlers,
} from './rotation/index.ts'
import { type VaultDomain, vaultHandlers } from './vault/index.ts'

/** The domains as they were wired, and what of the process the API tells. */
interface AdminParts {
  readonly database: Database
  readonly clock: Clock
  readonly audit: AuditLog
  readonly tenantId: TenantId
  readonly root: RootKeyProvider
  readonly isDemo: boolean
  readonly removeDemo: (() => void) | undefined
  readonly authorityUrl: string
  readonly defaults: ResourceDefaults
  readonly requestLog: SampledLog
  readonly idempotency: Idempotency
  readonly operators: Operators
  readonly confirmation: ClockConfirmation
  readonly recovery: Pick<RecoveryShares, 'current'>
  readonly backups: Backups
  readonly registry: PrincipalRegistry
  readonly applications: Applications
  readonly applicationList: ApplicationList
  readonly federated: FederatedCredentials
  readonly authorities: CertificateAuthorities
  readonly resources: ResourceManager
  readonly groups: ResourceGroups
  readonly groupActs: GroupActs
  readonly identities: ManagedIdentity
  readonly view: InstanceView
  readonly list: InstanceList
  readonly users: UserIdentities
  readonly userList: UserIdentityList
  readonly userView: UserIdentityView
  readonly authority: Authority
  readonly audiences: Audiences
  readonly audienceList: AudienceList
  readonly appRoles: AppRoles
  readonly tokenUsage: { readonly list: UseList; readonly reports: UsageReports }
  readonly discovery: Pick<DiscoveryEndpoint, 'keySet'>
  readonly rotation: Rotation
  readonly plane: AgentPlane
  readonly tests: TokenTests
  readonly bulk: Bulk
  readonly overview: Overview
  readonly alerting: Alerting
  readonly authorization: Authorization
  readonly accessTerms: AccessTerms
  readonly cursors: Cursors
  readonly vaults: VaultDomain
}

type Serve = <Api extends Record<string, Route>>(api: Api, handlers: Handlers<Api>) => void
type StepUp = (context: RequestContext) => Promise<void>

/**
 * The admin API: each contract of `shared/api` bound to the domain that answers it.
 *
 * @returns makes it behind a guard of choice: sessions for browsers, the host's own socket for the command line
 */
export function adminRouter(parts: AdminParts): (guard: Guard) => IRouter {
  const { requestLog: log, idempotency, operators, tests } = parts
  const views = new SavedViews(parts)
  const auditExports = new AuditExports(parts.audit, parts.clock)
  const resolver = new Resolver({ ...parts, agents: parts.plane.directory, vaults: parts.vaults.directory })
  const requireStepUp: StepUp = async (context) => {
    if (context.actor.kind === 'console') return
    await operators.sessions.requireStepUp(signedInOf(context).sessionId)
  }

  return (guard) => {
    const router = Router()
    const serve: Serve = (api, handlers) => router.use(contractRouter(api, handlers, { guard, log, idempotency }))
    serve(operatorsApi, sessionHandlers(operators))
    servePrincipals(serve, parts, requireStepUp)
    serveRotation(serve, parts, requireStepUp)
    serve(enrollmentApi, enrollmentHandlers(parts.plane))
    serve(tokenTestsApi, tokenTestHandlers({ requireStepUp, tests, keySet: () => parts.discovery.keySet(true) }))
    serve(
      bulkApi,
      bulkHandlers(parts.bulk, {
        ...{ requireStepUp, requirePermission, told: toldOf(parts) },
        propagation: ({ correlationId }) => parts.plane.withdrawals.state({ correlationId }),
      }),
    )
    serve(alertsApi, alertHandlers(parts.alerting.alerts))
    serve(webhooksApi, webhookHandlers(parts.alerting.webhooks))
    serve(authorizationApi, authorizationHandlers(parts))
    serve(vaultApi, vaultHandlers({ ...parts.vaults, audit: parts.audit, requireStepUp }))
    serve(overviewApi, overviewHandlers(parts.overview, hasPermission))
    router.use(tokenTestStream(tests.tester, guard))
    serve(auditApi, auditHandlers({ requireStepUp, audit: parts.audit, exports: auditExports }))
    serveDeployment(serve, parts, requireStepUp)
    serve(viewsApi, viewHandlers(views))
    serve(openapiApi, { document: describeApi })
    serve(resolveApi, {
      anything: async ({ params }, context) => ({
        items: await resolver.find(params.anything, (permission) => hasPermission(context, permission)),
      }),
    })
    return router
  }
}

type Withdrawals = AgentPlane['withdrawals']

/** What answers of acts that take tokens back count. */
function toldOf({ plane }: AdminParts): Withdrawals['counts'] {
  return (which) => plane.withdrawals.counts(which)
}

/** Who there is, what they are assigned to, and what they may ask tokens for. */
function servePrincipals(serve: Serve, parts: AdminParts, requireStepUp: StepUp): void {
  const { applications, applicationList, view, federated, authority, registry, appRoles, audiences } = parts
  const federation = {
    federated,
    test: async (principalId: ObjectId, token: string) =>
      authority.federation.test(await registry.require(principalId), token),
  }
  const roles = (principalId: ObjectId) => appRoles.ofPrincipal(principalId)
  const told = toldOf(parts)
  serve(resourcesApi, resourceHandlers({ ...parts, requireStepUp, told }))
  serve(
    applicationsApi,
    applicationHandlers({ requireStepUp, applications, list: applicationList, activity: view, told }),
  )
  serve(federationApi, federationHandlers(federation))
  serve(userIdentitiesApi, userIdentityHandlers({ ...parts, roles, told }))
  serve(resourceGroupsApi, resourceGroupHandlers(parts))
  serve(usageApi, usageHandlers(parts.tokenUsage))
  serve(audiencesApi, audienceHandlers({ audiences, list: parts.audienceList, appRoles }))
}

/** When certificates and keys roll, and what was made of them. */
function serveRotation(serve: Serve, parts: AdminParts, requireStepUp: StepUp): void {
  const { rotation, authority, authorities, plane } = parts
  // Before the rotations, whose IDs would take its addresses for one of theirs.
  serve(rotationCalendarApi, rotationCalendarHandlers(rotation))
  serve(rotationApi, rotationHandlers(rotation, requireStepUp))
  serve(rotationActsApi, rotationActHandlers(rotation, requireStepUp))
  serve(rotationPoliciesApi, rotationPolicyHandlers(rotation))
  serve(rolloutsApi, rolloutHandlers(rotation.rollouts, requireStepUp))
  serve(evidenceApi, evidenceHandlers(rotation))
  serve(signingKeysApi, signingKeyHandlers({ requireStepUp, admin: authority.keyAdmin }))
  serve(revocationsApi, revocationHandlers({ ...authority, withdrawals: plane.withdrawals }))
  serve(certificateAuthoritiesApi, authorityHandlers({ requireStepUp, authorities }))
}

/** The server itself: its root key, its backups, its clock. */
function serveDeployment(serve: Serve, parts: AdminParts, requireStepUp: StepUp): void {
  const { database, root, recovery, isDemo, backups, confirmation } = parts
  const keys = {
    root,
    rootKeyId: () => new DataKeysStore(database).rootKeyId(),
    recoverySet: () => recovery.current(),
  }
  serve(deploymentApi, deploymentHandlers({ ...keys, isDemo, removeDemo: demoRemoval(parts) }))
  serve(backupsApi, backupHandlers({ requireStepUp, backups }))
  serve(clockApi, clockHandlers(confirmation))
}
