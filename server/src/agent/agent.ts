import {
  type AgentFacts,
  type DesiredState,
  isPause,
  mostReported,
  type ProbeRequest,
  type ReportRequest,
  type Revocation,
  type TokenTerms,
} from '@signet/shared/wire/agent-protocol'
import type { Clock } from '../platform/clock.ts'
import { type ClockStep, ClockWatch } from '../platform/clock-watch.ts'
import { ensurePrivateFolder } from '../platform/data-folder.ts'
import { Lifecycle } from '../platform/lifecycle.ts'
import type { Logger } from '../platform/log.ts'
import type { Secret } from '../platform/secret.ts'
import { SignetError, StartupError } from '../platform/signet-error.ts'
import { type AgentIdentity, clientCertificateOf, loadAgentIdentity } from './agent-identity.ts'
import { AgentRenewal } from './agent-renewal.ts'
import { AuthorityClient } from './authority-client.ts'
import { CredentialSync } from './credential-sync.ts'
import { AgentDrills } from './drills.ts'
import { CallerPolicy } from './endpoints/caller-policy.ts'
import { HeaderSecrets } from './endpoints/header-secrets.ts'
import { type LocalEndpoints, reportedEndpoints, writeEndpoints } from './endpoints/identity-environment.ts'
import type { LocalEndpointParts } from './endpoints/local-endpoint.ts'
import { LocalLimits } from './endpoints/local-limits.ts'
import { LocalListeners, type LocalSettings } from './endpoints/local-listeners.ts'
import { openRuns } from './endpoints/workload-runs.ts'
import type { StreamEvent } from './event-stream.ts'
import { HeldIdentities } from './held-identities.ts'
import { KnownTerms } from './known-terms.ts'
import { runProbe } from './probe.ts'
import { ProbeStepsSender } from './probe-steps-sender.ts'
import { PendingProbes } from './probe-trace.ts'
import { Reporter } from './reporter.ts'
import { ServerClient } from './server-client.ts'
import { ServerLink } from './server-link.ts'
import { StateOrder } from './state-order.ts'
import { TokenBroker } from './token-broker.ts'
import { TokenCache } from './token-cache.ts'
import { TokenFiles } from './token-files.ts'

export interface AgentOptions {
  readonly agentDir: string
  readonly local: LocalSettings
  readonly facts: AgentFacts
  readonly log: Logger
  readonly clock: Clock
}

/** Where the agent stands, for a health check or a person. */
export interface InstanceState {
  readonly agentId: string
  readonly connected: boolean
  /** Generation of the last state; null before the first one ever. */
  readonly generation: number | null
  readonly instances: DesiredState['instances']
  readonly identities: readonly { objectId: string; clientId: string; ready: boolean }[]
}

export interface RunningAgent {
  readonly endpoints: LocalEndpoints
  readonly identityHeader: Secret
  instanceState(): InstanceState
  stop(): Promise<void>
}

const loopback = new Set(['127.0.0.1', '::1'])

/**
 * Starts the process that gives the workloads of this machine their tokens. It answers from the last state it knew while
 * the server is away, and follows the server's state from then on.
 *
 * @throws StartupError when no agent is enrolled in the folder, the folder is not private or the port is taken
 */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const { agentDir, local, log } = options
  if (!loopback.has(local.bind)) throw new StartupError('SIGNET_LOCAL_BIND must be a loopback address (SEC-94)')
  ensurePrivateFolder(agentDir, 'SIGNET_AGENT_DIR')
  const agent = new RunningParts(options, loadAgentIdentity(agentDir))
  try {
    await agent.open()
  } catch (error) {
    await agent.stop()
    throw error
  }
  log.info({ agentId: agent.instanceState().agentId, imdsUrl: agent.endpoints.urls.imds }, 'agent started')
  return agent
}

/** The parts of one running agent, wired. */
class RunningParts implements RunningAgent {
  readonly #secrets = new HeaderSecrets()
  readonly #options: AgentOptions
  readonly #identity: AgentIdentity
  readonly #lifecycle: Lifecycle
  readonly #held: HeldIdentities
  readonly #cache: TokenCache
  readonly #probes = new PendingProbes()
  readonly #client: ServerClient
  readonly #sync: CredentialSync
  readonly #drills: AgentDrills
  readonly #renewal: AgentRenewal
  readonly #reporter: Reporter
  readonly #link: ServerLink
  readonly #order = new StateOrder()
  readonly #terms = new KnownTerms()
  readonly #authority: AuthorityClient
  readonly #broker: TokenBroker
  readonly #files: TokenFiles
  /** Generation of the newest state of which every slot was tried once. */
  #appliedGeneration = 0
  #endpoints: LocalEndpoints | undefined

  constructor(options: AgentOptions, identity: AgentIdentity) {
    const { agentDir, clock, log } = options
    this.#options = options
    this.#identity = identity
    this.#lifecycle = new Lifecycle(log)
    this.#held = new HeldIdentities(agentDir, clock)
    this.#cache = new TokenCache(clock)
    const { serverUrl, caPem } = identity
    this.#authority = new AuthorityClient(caPem)
    const { state } = this.#held
    this.#authority.trust(authorityCasOf(state))
    const [held, authority] = [this.#held, this.#authority]
    this.#broker = new TokenBroker({ held, cache: this.#cache, authority, now: () => clock.now() })
    const { tokenFiles: keepsAll } = options.local
    this.#files = new TokenFiles({ agentDir, authority, held, broker: this.#broker, clock, log, keepsAll })
    const client = new ServerClient({ serverUrl, caPem, certificate: clientCertificateOf(identity) })
    client.trust(state?.serverCas)
    this.#client = client
    this.#reporter = new Reporter({ client, clock, log, content: () => this.#report() })
    const onSettled = () => {
      this.#files.follow()
      this.#reporter.soon()
    }
    this.#sync = new CredentialSync({ held: this.#held, client, clock, log, onSettled })
    this.#drills = new AgentDrills({ agentDir, held: this.#held, client, broker: this.#broker, clock, log })
    const serverNow = () => this.#held.serverNow()
    const onRenewed = () => void this.#refetch()
    this.#renewal = new AgentRenewal({ agentDir, identity, client, clock, log, serverNow, onRenewed })
    this.#link = new ServerLink({
      client,
      clock,
      log,
      onEvent: (event) => this.#handle(event),
      beforeConnect: () => {
        this.#order.begin()
        this.#terms.begin()
        return this.#renewal.renewIfExpired()
      },
      onRefused: () => this.#renewal.comeBack(),
    })
  }

  get endpoints(): LocalEndpoints {
    if (!this.#endpoints) throw new SignetError('unavailable')
    return this.#endpoints
  }

  get identityHeader(): Secret {
    return this.#secrets.main
  }

  async open(): Promise<void> {
    const watch = new ClockWatch(this.#options.clock)
    watch.onStep((step) => this.#clockStepped(step))
    watch.start()
    this.#lifecycle.started('clock watch', () => watch.stop())
    this.#lifecycle.started('server client', () => this.#client.close())
    await this.#openLocalPorts()
    this.#lifecycle.started('reporter', () => this.#reporter.stop())
    this.#lifecycle.started('renewal', () => this.#renewal.stop())
    this.#lifecycle.started('credential sync', () => this.#sync.stop())
    this.#link.start()
    this.#lifecycle.started('server link', () => {
      const stopped = this.#link.stop()
      // Cuts off calls to a server that does not answer; whatever they were for is repeated after the next start.
      this.#client.close()
      return stopped
    })
  }

  instanceState(): InstanceState {
    const { state, identities } = this.#held
    return {
      agentId: this.#identity.agentId,
      connected: this.#link.isConnected,
      generation: state?.generation ?? null,
      instances: state?.instances ?? [],
      identities: identities.map(({ objectId, clientId, credential }) => ({
        objectId,
        clientId,
        ready: credential !== undefined,
      })),
    }
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop()
  }

  async #openLocalPorts(): Promise<void> {
    const { agentDir, clock, log, local } = this.#options
    this.#lifecycle.started('authority client', () => this.#authority.close())
    const parts: LocalEndpointParts = {
      broker: this.#broker,
      probes: this.#probes,
      limits: new LocalLimits(local.limits, clock),
      callers: CallerPolicy.of(local.callers),
      facts: () => ({
        tenantId: this.#held.state?.tenantId ?? this.#identity.tenantId,
        instance: this.#held.state?.instances[0],
      }),
      admitsAbsoluteForm: local.absoluteForm,
      clock,
      log,
    }
    const secrets = this.#secrets
    const listeners = new LocalListeners({ agentDir, settings: local, secrets, parts, lifecycle: this.#lifecycle })
    const endpoints = await listeners.open()
    try {
      this.#lifecycle.started('runs', await openRuns(agentDir, secrets, this.#files))
    } catch (error) {
      if (error instanceof StartupError) throw error
      // A folder whose path is too long for a socket, say: tokens are served all the same.
      log.warn({ err: error }, 'signet run cannot be used with this agent')
    }
    // After the runs, so that it stops before them: files stay where they are while the agent starts anew.
    this.#lifecycle.started('token files', () => this.#files.stop())
    this.#files.follow()
    // Not before: the files may be those of another agent that runs on this folder.
    writeEndpoints(agentDir, endpoints)
    this.#endpoints = endpoints
  }

  #handle(event: StreamEvent): void {
    if (event.name === 'state') this.#apply(event.data)
    if (event.name === 'terms') this.#takeTerms(event.data)
    if (event.name === 'hb') this.#held.noteServerTime(event.data.serverTime)
    if (event.name === 'revoke') this.#revoke(event.data)
    if (event.name === 'probe') void this.#probe(event.data)
  }

  #apply(received: DesiredState): void {
    const state = this.#order.admit(received)
    if (!state) {
      this.#options.log.debug({ generation: received.generation, newest: this.#order.newest }, 'older state ignored')
      return
    }
    const { connection } = this.#order
    this.#held.noteServerTime(state.serverTime)
    this.#authority.trust(authorityCasOf(state))
    this.#client.trust(state.serverCas)
    this.#takeTerms(state.terms)
    const before = JSON.stringify(this.#held.known)
    const wiped = this.#dropping(() => this.#held.apply(state))
    // Not after the slots, whose certificates may take their time: somebody waits to hear that the tokens are gone.
    if (wiped > 0 || JSON.stringify(this.#held.known) !== before) this.#reporter.soon()
    this.#renewal.schedule(this.#held.localTimeOf(state.renewAfter))
    void this.#drills.follow(state)
    void this.#sync.reconcile(state).then(() => {
      // A server that was restored counts from lower down: only within one connection is the higher one the newer.
      const isNewest = connection === this.#order.connection && state.generation === this.#order.newest
      if (isNewest) this.#appliedGeneration = state.generation
      this.#reporter.soon()
    })
  }

  #revoke(revocation: Revocation): void {
    const { objectId, version, reason } = revocation
    const held = this.#held.identities.find((identity) => identity.objectId === objectId)
    if (!this.#order.revoke(revocation, held?.version)) {
      this.#options.log.debug({ objectId, version }, 'older revocation ignored')
      return
    }
    this.#dropping(() => (isPause(revocation) ? this.#held.suspend(objectId, version) : this.#held.revoke(objectId)))
    this.#options.log.info({ objectId, version, reason }, 'identity revoked')
    this.#reporter.soon()
  }

  /** Tokens live exactly as long as the version of the principal they were issued to (SEC-45), whatever the disk says. */
  #dropping<T>(change: () => T): T {
    try {
      return change()
    } finally {
      this.#cache.keepOnly(this.#held.identities.map((identity) => identity.cacheKey))
      this.#files.follow()
    }
  }

  /** Tokens live no longer than the audience they are for is as it was, and the key they are signed with is in use. */
  #takeTerms(terms: TokenTerms): void {
    const stale = this.#terms.take(terms)
    if (!stale) return
    if (stale.of === 'some') this.#cache.dropFor(stale.isFor)
    else {
      this.#cache.keepOnly([])
      this.#files.renewAll()
    }
  }

  /**
   * The machine slept, or its clock was set: the connection is dead or soon will be, and timers are late by the sleep. The
   * state that a new connection begins with brings the server's time, and everything that is due (SEC-145).
   */
  #clockStepped({ byMs }: ClockStep): void {
    this.#options.log.info({ byMs }, 'the clock stepped; asking the server anew')
    this.#held.forgetServerTime()
    // Their ends were reckoned by the clock that was ahead: they would be served for too long.
    if (byMs < 0) this.#cache.keepOnly([])
    this.#link.reconnect()
  }

  async #probe(request: ProbeRequest): Promise<void> {
    const { clock, log } = this.#options
    const sender = new ProbeStepsSender(this.#client, request.probeId)
    const parts = { probes: this.#probes, held: this.#held, endpoints: this.endpoints, clock, onStep: sender.note }
    const result = await runProbe(request, parts)
    await sender.stop()
    try {
      await this.#client.answerProbe(request.probeId, result)
    } catch (error) {
      log.warn({ probeId: request.probeId, code: SignetError.from(error).code }, 'test result not delivered')
    }
  }

  /** The state that follows a renewal says when the next one is due. */
  async #refetch(): Promise<void> {
    const { connection } = this.#order
    try {
      const state = await this.#client.sync()
      if (connection === this.#order.connection) this.#apply(state)
    } catch (error) {
      this.#options.log.warn({ code: SignetError.from(error).code }, 'state not fetched')
    }
  }

  #report(): ReportRequest | undefined {
    if (!this.#held.state || !this.#endpoints) return undefined
    return {
      generation: this.#appliedGeneration,
      principals: this.#held.principals.slice(0, mostReported),
      known: this.#held.known.slice(0, mostReported),
      facts: this.#options.facts,
      endpoints: reportedEndpoints(this.#options.agentDir, this.#endpoints),
      errors: this.#sync.errors,
    }
  }
}

/** What the authority's certificate is checked by besides the pinned CA: the operator's, and Signet's own as they roll. */
function authorityCasOf(state: DesiredState | undefined): string | undefined {
  return state && `${state.serverCas}${state.authorityCas ?? ''}`
}
