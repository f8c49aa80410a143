import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FirstToken } from '@signet/shared/api/rotation'
import type { KeyAlgorithm } from '@signet/shared/vocabulary/credential-states'
import { AgentId, ObjectId, SlotId, TenantId, type ThumbprintS256 } from '@signet/shared/vocabulary/identifiers'
import { CompiledQuery, type Selectable } from 'kysely'
import { AuditLog, recordRefusals } from '../src/audit/index.ts'
import { AudienceList, Audiences } from '../src/authority/index.ts'
import { ResourceApps } from '../src/authority/resource-apps.ts'
import { openAuthorization } from '../src/authorization/index.ts'
import { openBulk } from '../src/bulk/index.ts'
import { openAgentPlane } from '../src/enrollment/index.ts'
import { Operators, RequestGuard } from '../src/operators/index.ts'
import { type Clock, FakeClock } from '../src/platform/clock.ts'
import { ClockWatch } from '../src/platform/clock-watch.ts'
import { createCertificationRequest } from '../src/platform/crypto/certificate.ts'
import { generatePrivateKey } from '../src/platform/crypto/key-pair.ts'
import { FileRootKey } from '../src/platform/crypto/root-key/file-root-key.ts'
import { Database, sqlOf } from '../src/platform/database/database.ts'
import { column, wordIs } from '../src/platform/database/filter-sql.ts'
import { Cursors } from '../src/platform/database/paging.ts'
import type { Schema } from '../src/platform/database/schema.ts'
import { deploymentSettings } from '../src/platform/database/settings-store.ts'
import { newGuid } from '../src/platform/identifiers.ts'
import { createLogger, type Logger } from '../src/platform/log.ts'
import type { RequestContext } from '../src/platform/request-context.ts'
import { loopbackNames } from '../src/platform/service-names.ts'
import {
  ApplicationList,
  Applications,
  CertificateAuthorities,
  FederatedCredentials,
  type KeyCredential,
  PrincipalRegistry,
} from '../src/principals/index.ts'
import { openSealer } from '../src/purpose-keys.ts'
import {
  GroupActs,
  InstanceView,
  ManagedIdentity,
  openInstanceList,
  PrincipalPurge,
  ResourceGroups,
  ResourceManager,
  type ServiceInstance,
  type TokenUsage,
  UserIdentities,
  UserIdentityList,
} from '../src/resources/index.ts'
import { rolloutSelection } from '../src/rollout-selection.ts'
import type { TokenWitness } from '../src/rotation/evidence.ts'
import { openRotation, type RolloutNeighbours } from '../src/rotation/index.ts'
import { RotationReviewStore } from '../src/rotation/rotation-review-store.ts'
import { RotationStore, type RunRow, type SlotRow } from '../src/rotation/rotation-store.ts'
import { RotationScheduler } from '../src/rotation/scheduler.ts'
import { Sweep } from '../src/rotation/sweep.ts'
import { SweepStore } from '../src/rotation/sweep-store.ts'
import { noDependents, noSelection, noTokens, noUsage } from './absent-neighbours.ts'

export const dashboardUrl = 'http://localhost:7420'
const agentsUrl = 'https://localhost:7422'

/** Somebody who acts: an operator unless said otherwise. */
export function contextOf(kind: RequestContext['actor']['kind'] = 'operator', label = 'Ada'): RequestContext {
  return { actor: { kind, id: null, label }, correlationId: newGuid(), ip: '192.0.2.7', userAgent: 'vitest' }
}

/** A fresh folder that only its owner enters. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'signet-test-'))
  chmodSync(folder, 0o700)
  return folder
}

const noTraces = async () => new Set<string>()
/** The instance screens of a stack. */
export function viewOf(stack: Stack, usage: TokenUsage = noUsage): InstanceView {
  return new InstanceView({
    ...stack,
    slots: stack.rotation.slots,
    agents: stack.plane.directory,
    usage,
    traced: noTraces,
    dependents: async () => noDependents,
  })
}

export type Stack = Awaited<ReturnType<typeof openStack>>

interface StackOptions {
  readonly keyAlgorithm?: KeyAlgorithm
  readonly log?: Logger
  readonly usage?: TokenUsage
  readonly tokens?: TokenWitness
  readonly outstanding?: RolloutNeighbours['outstanding']
  readonly lastTokenOf?: (principalIds: readonly string[], issuedBefore: number) => Promise<number | null>
  /** One that stays when the stack is closed, for another on the same data; that one's clock begins at `at`. */
  readonly folder?: string
  readonly at?: number
}

/**
 * The domains as `compose.ts` builds them, without the authority and without listeners: a real database in a folder of
 * its own, a clock the test holds, and a rotation policy whose keys are quick to make.
 */
export async function openStack(options: StackOptions = {}) {
  const folder = options.folder ?? temporaryFolder()
  const [dataDir, rootKeyFile] = [join(folder, 'data'), join(folder, 'keys', 'root.key')]
  const [clock, log] = [new FakeClock(options.at), options.log ?? createLogger('silent')]
  mkdirSync(dataDir, { mode: 0o700, recursive: true })
  const rootKey = new FileRootKey({ file: rootKeyFile, dataDir })
  const database = Database.open(dataDir, clock)
  const sealer = await openSealer(database, rootKey, clock)
  const cursors = new Cursors(sealer.keyOf('paging'))
  const deployment = await deploymentSettings(database, clock)
  const tenantId = TenantId.parse(deployment.tenantId)
  const audit = new AuditLog({ database, cursors, clock, tenantId })
  const refusalsRecorded = recordRefusals({ database, sealer, audit, log })
  const watch = new ClockWatch(clock)
  const base = { database, cursors, sealer, audit, clock, steadiness: watch, log, tenantId }
  const registry = new PrincipalRegistry(base)
  const authorization = await openAuthorization({ ...base, registry })
  const authorities = await CertificateAuthorities.open({ ...base, serverNames: loopbackNames })
  const firstTokens = new Map<string, FirstToken>()
  const rotationParts: Parameters<typeof openRotation>[0] = {
    ...base,
    registry,
    authorities,
    rotationRate: 10,
    neighbours: {
      agents: (ids) => plane.directory.describe(ids),
      instanceOf: async (agentId) => (await resources.ofAgent(agentId))[0],
      firstToken: ({ x5tS256 }) => firstTokens.get(x5tS256),
      tokens: options.tokens ?? noTokens,
    },
    historyDays: 400,
    selection: rolloutSelection(() => ({
      ...{ resources, users, list, userList, agents: plane.directory },
      outstanding: options.outstanding ?? noSelection.outstanding,
    })),
  }
  const rotation = await openRotation(rotationParts)
  const defaults = { ...deployment, tenantName: 'signet.local' }
  const resources = await ResourceManager.open({ ...base, defaults })
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
    agentsUrl,
    authorityUrl: 'https://localhost:7421',
    serverCas: () => authorities.serverCas,
    assertionAudience: `https://localhost:7421/${tenantId}/v2.0`,
    terms: { now: { revision: 1, keyEpoch: 0, audiences: [] }, onChange: () => undefined },
    lastTokenOf: options.lastTokenOf ?? (async () => null),
  })
  const groups = new ResourceGroups({ ...base, defaults })
  const groupParts = { ...base, groups, registry, identities, users, withdrawals: plane.withdrawals }
  const lastUses = new Map<string, { at: number; audience: string }>()
  const refusals = new Map<string, number>()
  const view = new InstanceView({
    resources,
    users,
    registry,
    slots: rotation.slots,
    agents: plane.directory,
    usage: { ...noUsage, lastUse: (ids) => someOf(lastUses, ids), refusedFor: (ids) => someOf(refusals, ids) },
    traced: noTraces,
    dependents: async () => noDependents,
    clock,
  })
  const list = await openInstanceList({ ...base, view, slots: rotation.slots, registry })
  const operators = new Operators(base)
  const usage = options.usage ?? { ...noUsage, lastUse: (ids: readonly string[]) => someOf(lastUses, ids) }
  const authorityUrl = 'https://localhost:7421'
  const applications = new Applications({ ...base, registry, authorityUrl, lastUse: usage.lastUse })
  const applicationList = new ApplicationList({ ...base, applications, lastUse: usage.lastUse })
  const federated = new FederatedCredentials({ ...base, registry, authorityUrl })
  const userList = new UserIdentityList({ ...base, users, usage, broad: () => federated.broadPrincipals() })
  const issued = new Set<string>()
  const issuedFor = (names: readonly string[]) => names.some((name) => issued.has(name))
  const apps = await ResourceApps.open(database, clock)
  const audiences = new Audiences({ ...base, apps, usage: { issuedFor } })
  const audienceList = new AudienceList({ ...base, audiences, usage: { issuedFor } })
  const bulkParts = {
    ...base,
    instances: { ...base, resources, list, registry, identities, users, usage },
    lists: { identities: userList, applications: applicationList, audiences: audienceList },
  }
  const policy = await rotation.policies.current()
  await rotation.policies.change(contextOf('system', 'test'), policy.id, {
    policy: { ...policy, keyAlgorithm: options.keyAlgorithm ?? 'p256' },
  })
  const store = new RotationStore(database)
  const review = new RotationReviewStore(database, cursors, tenantId)
  const sweepStore = new SweepStore(database)
  const sweep = (at: Clock) => new Sweep({ ...base, ...rotation, store, sweepStore, clock: at, rate: 10 })
  return {
    ...base,
    watch,
    sweep,
    folder,
    dataDir,
    rootKeyFile,
    rootKey,
    refusalsRecorded,
    registry,
    authorization,
    authorities,
    rotation,
    resources,
    defaults,
    users,
    identities,
    purge: new PrincipalPurge({ ...base, registry, identities }),
    bulk: openBulk(bulkParts),
    /** One more of it on the same rows, as a second process would have it. */
    bulkAgain: () => openBulk(bulkParts),
    /** One more of rotation on the same rows, as a second process would have it. */
    rolloutsAgain: () => openRotation(rotationParts),
    plane,
    groups,
    groupActs: new GroupActs(groupParts),
    view,
    list,
    applications,
    applicationList,
    federated,
    userList,
    apps,
    audiences,
    audienceList,
    /** Audiences that a token was issued for lately, by the key of their URI; the test fills it in. */
    issued,
    /** The first token of a certificate, by SHA-256 thumbprint; the test fills it in. */
    firstTokens,
    /** When tokens were last given out, by principal; the test fills it in. */
    lastUses,
    /** When the newest request was refused for its certificate, by principal; the test fills it in. */
    refusals,
    enrollment: plane.enrollment,
    operators,
    guard: new RequestGuard(operators.sessions, dashboardUrl),
    store,
    review,
    /** One more scheduler on the same rows, as a second process would have it. */
    scheduler: (at: Clock = clock) =>
      new RotationScheduler({ ...base, ...rotation, store, registry, clock: at, sweep: sweep(at) }),
    close: async () => {
      plane.streams.close()
      await database.close()
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

function someOf<T>(all: ReadonlyMap<string, T>, ids: readonly string[]): Map<string, T> {
  return new Map([...all].filter(([id]) => ids.includes(id)))
}

/** Every row of a table, oldest first, as the last commit left it. */
export async function rowsOf<T extends keyof Schema & string>(
  stack: Pick<Stack, 'database'>,
  table: T,
): Promise<Selectable<Schema[T]>[]> {
  const query = CompiledQuery.raw(`SELECT * FROM ${table} ORDER BY rowid`)
  return (await stack.database.read.executeQuery<Selectable<Schema[T]>>(query)).rows
}

/** A change that no code of ours makes: what an attacker with the file, or a later version, would do. */
export async function tamper(stack: Pick<Stack, 'database'>, statement: string): Promise<void> {
  await stack.database.transact((tx) => sqlOf(tx).executeQuery(CompiledQuery.raw(statement)))
}

/** The audit events, oldest first. */
export async function auditTrail(stack: Stack): Promise<string[]> {
  const rows = await stack.database.read.selectFrom('audit_events').select('action').orderBy('id').execute()
  return rows.map((row) => row.action)
}

/** What an agent does with its own keys; nothing but requests leaves it. */
export class TestAgent {
  readonly id: AgentId
  readonly context: RequestContext
  certificate: Buffer
  readonly #stack: Stack

  constructor(stack: Stack, id: AgentId, certificate: Buffer) {
    this.#stack = stack
    this.id = id
    this.certificate = certificate
    this.context = { ...contextOf('agent', 'agent'), actor: { kind: 'agent', id, label: 'agent' } }
  }

  async request(slotId: SlotId, csr?: Buffer): Promise<KeyCredential> {
    const algorithm = (await this.#stack.rotation.policies.current()).keyAlgorithm
    const wanted = csr ?? (await newCsr(algorithm))
    return (await this.#stack.rotation.rollover.prepare(this.context, this.id, slotId, wanted)).credential
  }

  acknowledge(slotId: SlotId, x5tS256: ThumbprintS256): Promise<void> {
    return this.#stack.rotation.rollover.acknowledge(this.context, this.id, slotId, x5tS256)
  }

  /** One whole rollover on the agent's side. */
  async roll(slotId: SlotId): Promise<KeyCredential> {
    const credential = await this.request(slotId)
    await this.acknowledge(slotId, credential.x5tS256)
    return this.#stack.registry.credentials.require(credential.id)
  }
}

export async function newCsr(algorithm: KeyAlgorithm = 'p256'): Promise<Buffer> {
  return createCertificationRequest(await generatePrivateKey(algorithm), 'signet-agent')
}

export const agentFacts = { hostName: 'host-1', platform: 'linux x64', agentVersion: '0.1.0' }

export function enrollRequest(token: string, csr: Buffer) {
  return { attestor: 'join_token' as const, evidence: { token }, csr: csr.toString('base64'), facts: agentFacts }
}

/** Enrols a new agent for an instance, with a join token of its own. */
export async function enrollAgent(stack: Stack, instance: ServiceInstance): Promise<TestAgent> {
  const { token } = await stack.enrollment.issueJoinToken(contextOf(), instance.id, 600)
  const answer = await stack.enrollment.enroll(contextOf('anonymous', 'agent'), enrollRequest(token, await newCsr()))
  return new TestAgent(stack, AgentId.parse(answer.agentId), Buffer.from(answer.certificates[0] ?? '', 'base64'))
}

export async function enrolledInstance(stack: Stack, name = 'web-01') {
  const { id } = await stack.resources.register(contextOf(), { name, kind: 'host' })
  const agent = await enrollAgent(stack, await stack.resources.require(id))
  return { instance: await stack.resources.require(id), agent }
}

/** An instance with an agent whose identity was turned on and waits for its first certificate. */
export async function identityEnabling(stack: Stack, name = 'web-01') {
  const { instance, agent } = await enrolledInstance(stack, name)
  await stack.identities.turnOn(contextOf(), instance.id)
  const { principalId } = await stack.resources.require(instance.id)
  const principal = ObjectId.parse(principalId)
  const slot = await openSlotOf(stack, principal)
  return { instance, agent, principalId: principal, slotId: SlotId.parse(slot.id) }
}

/** As `identityEnabling`, and the first certificate is in use. */
export async function identityOn(stack: Stack, name = 'web-01') {
  const on = await identityEnabling(stack, name)
  return { ...on, first: await on.agent.roll(on.slotId) }
}

export async function openSlotOf(stack: Stack, principalId: ObjectId): Promise<SlotRow> {
  const [slot] = await stack.store.openSlots({ principalIds: [principalId] })
  if (!slot) throw new Error('the identity has no open slot')
  return slot
}

export async function newestRun(stack: Stack, principalId: ObjectId): Promise<RunRow> {
  const { items } = await stack.review.runs({ condition: wordIs(column('principal_id'), principalId) }, { limit: 1 })
  const [run] = items
  if (!run) throw new Error('the identity has no rotation')
  return run
}

/** What a value is, or the failure of the test that needed it. */
export function given<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('the test needs this value')
  return value
}
