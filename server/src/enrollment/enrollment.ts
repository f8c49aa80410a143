import type { JoinToken } from '@signet/shared/api/enrollment'
import { AgentId, InstanceId, type TenantId } from '@signet/shared/vocabulary/identifiers'
import { dayMs, secondMs } from '@signet/shared/vocabulary/time'
import type { EnrollRequest, EnrollResponse, RenewRequest, RenewResponse } from '@signet/shared/wire/agent-protocol'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { type CertificateFacts, readCertificate, spkiS256 } from '../platform/crypto/certificate.ts'
import { provenKeyOf } from '../platform/crypto/certification-requests.ts'
import { newGuid, randomShare } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import type { CertificateAuthorities, PrincipalRegistry } from '../principals/index.ts'
import type { ManagedIdentity, ResourceManager } from '../resources/index.ts'
import { recoverableUntil } from './agent-recovery.ts'
import type { AgentRow, AgentsStore } from './agents-store.ts'
import type { JoinRefusals } from './join-refusals.ts'
import { hashJoinToken, mintJoinToken } from './join-token.ts'

/** An agent certificate lives a day. */
export const certificateMs = dayMs
const mostRenewJitter = 0.2

export type { AgentRow }

export interface EnrollmentParts {
  readonly store: AgentsStore
  readonly database: Transactor & ChangeRecorder
  readonly registry: PrincipalRegistry
  readonly authorities: CertificateAuthorities
  readonly resources: ResourceManager
  readonly identities: ManagedIdentity
  readonly audit: AuditLog
  readonly refusals: JoinRefusals
  readonly clock: Clock
  readonly tenantId: TenantId
  readonly agentsUrl: string
}

/** Agents: how one is admitted, how it proves itself afterwards, how its certificate is renewed. */
export class Enrollment {
  readonly #parts: EnrollmentParts

  constructor(parts: EnrollmentParts) {
    this.#parts = parts
  }

  /** A single-use token for the agent of one instance. Shown once. */
  async issueJoinToken(context: RequestContext, instanceId: InstanceId, lifetimeSeconds: number): Promise<JoinToken> {
    const { store, database, audit, clock, resources, tenantId, authorities, agentsUrl } = this.#parts
    const instance = await resources.require(instanceId)
    const now = clock.now()
    const { token: secret, hash } = mintJoinToken()
    const expiresAt = now + lifetimeSeconds * secondMs
    await database.transact(async (tx) => {
      const id = newGuid()
      await store.insertJoinToken(tx, {
        id,
        tenant_id: tenantId,
        token_sha256: hash,
        instance_id: instanceId,
        max_uses: 1,
        uses: 0,
        expires_at: expiresAt,
        created_by: context.actor.label,
        version: 1,
        created_at: now,
        updated_at: now,
      })
      await audit.append(tx, context, {
        action: 'join_token.issued',
        target: { kind: 'instance', id: instanceId, label: instance.name },
        after: { joinTokenId: id, expiresAt },
      })
    })
    const caPin = Buffer.from(readCertificate(authorities.anchor.der).x5tS256, 'base64url').toString('hex')
    const token = secret.reveal()
    const command = `SIGNET_JOIN_TOKEN=${token} signet enroll --server ${agentsUrl} --ca-pin ${caPin}`
    return { token, expiresAt, serverUrl: agentsUrl, caPin, command }
  }

  /**
   * Admits an agent: spends the token and records the certificate in one transaction. The same key with the same token
   * gets the same answer again, so a reply that was lost costs nothing.
   *
   * @throws SignetError `join_token_refused` | `too_many_requests` | `csr_refused` | `key_reused`
   */
  async enroll(context: RequestContext, request: EnrollRequest): Promise<EnrollResponse> {
    const { store, authorities, refusals } = this.#parts
    await refusals.requireOpen(context)
    const hash = hashJoinToken(request.evidence.token)
    const token = await store.joinToken(hash)
    if (!token) throw await refusals.refused(context, 'unknown join token')
    const publicKey = await provenKeyOf(Buffer.from(request.csr, 'base64'))
    const spki = spkiS256(publicKey)
    const earlier = await store.joinTokenUse(token.id, spki)
    if (earlier) return this.#enrolled(earlier.agent_id, earlier.cert_der, 1)
    if (token.uses >= token.max_uses || token.expires_at <= this.#parts.clock.now()) {
      throw await refusals.refused(context, 'join token spent or expired')
    }
    const agentId = AgentId.parse(newGuid())
    const facts = await authorities.issue('agents', {
      commonName: agentId,
      publicKey,
      usage: 'clientAuth',
      lifetimeMs: certificateMs,
    })
    const admitted = await this.#parts.registry.credentials.recordingKeyRefusal(context, () =>
      this.#admit({ context, request, agentId, facts, hash, token, spki }),
    )
    if (!admitted) throw await refusals.refused(context, 'join token spent or expired')
    return this.#enrolled(agentId, facts.der, 1)
  }

  /**
   * The agent behind a client certificate, by its registered thumbprint; looked up on every request (SEC-39, SEC-52).
   * Using the next certificate for the first time makes it the current one.
   *
   * @param forRenewal accepts an expired certificate within the recovery window, for nothing but renewal
   * @throws SignetError `agent_refused`
   */
  async authenticate(certificate: Buffer | undefined, forRenewal = false): Promise<AgentRow> {
    if (!certificate || certificate.length === 0)
      throw new SignetError('agent_refused', 'A client certificate is needed.')
    const { x5tS256 } = readCertificate(certificate)
    const agent = await this.#parts.store.agentByCertificate(x5tS256)
    if (agent?.state !== 'active') throw new SignetError('agent_refused')
    const isNext = agent.new_x5t_s256 === x5tS256
    const notAfter = isNext && agent.new_not_after !== null ? agent.new_not_after : agent.cert_not_after
    const now = this.#parts.clock.now()
    if (now >= (forRenewal ? recoverableUntil(agent, notAfter) : notAfter)) {
      throw new SignetError(
        'agent_refused',
        forRenewal
          ? 'The certificate of this agent expired too long ago; an operator has to let it come back.'
          : 'The certificate of this agent has expired; it may only renew it.',
      )
    }
    return isNext ? this.#switchToNext(agent) : agent
  }

  /** A next certificate beside the current one, which stays valid until the next one is used (SEC-43). */
  async renew(context: RequestContext, agentId: string, request: RenewRequest): Promise<RenewResponse> {
    const { store, database, authorities, clock, audit, registry } = this.#parts
    const publicKey = await provenKeyOf(Buffer.from(request.csr, 'base64'))
    const spki = spkiS256(publicKey)
    const facts = await authorities.issue('agents', {
      commonName: agentId,
      publicKey,
      usage: 'clientAuth',
      lifetimeMs: certificateMs,
    })
    const grant = async (tx: Tx) => {
      const agent = await this.#require(agentId, tx)
      const isRepeat = agent.renew_request_id === request.requestId && agent.new_spki_s256 === spki
      if (isRepeat && agent.new_cert_der) return agent.new_cert_der
      const isTaken = agent.new_spki_s256 !== null
      if (isTaken || request.generation !== agent.generation + 1) return this.#quarantine(tx, context, agent)
      await registry.credentials.claimKey(tx, { spkiS256: spki, ownerKind: 'agent', ownerId: agentId })
      await store.updateAgent(tx, agent, {
        new_x5t_s256: facts.x5tS256,
        new_not_after: facts.notAfter,
        new_spki_s256: spki,
        new_cert_der: facts.der,
        renew_request_id: request.requestId,
        updated_at: clock.now(),
      })
      await audit.append(tx, context, {
        action: 'agent.renewed',
        target: { kind: 'agent', id: agentId, label: agent.name },
        after: { generation: request.generation, notAfter: facts.notAfter },
      })
      return facts.der
    }
    const granted = await registry.credentials.recordingKeyRefusal(context, () => database.transact(grant))
    if (!granted)
      throw new SignetError('agent_refused', 'The agent certificate was renewed elsewhere; it is quarantined.')
    const chain = [granted, ...authorities.chainOf(granted, 'agents')]
    return { certificates: chain.map((der) => der.toString('base64')), generation: request.generation }
  }

  async #admit(given: {
    context: RequestContext
    request: EnrollRequest
    agentId: AgentId
    facts: CertificateFacts
    hash: string
    token: { id: string; instance_id: string }
    spki: string
  }): Promise<boolean> {
    const { store, database, registry, audit, identities, resources, clock, tenantId } = this.#parts
    const now = clock.now()
    return database.transact(async (tx) => {
      if (!(await store.spendJoinToken(tx, given.hash, now))) return false
      const instance = await resources.find(given.token.instance_id, tx)
      if (!instance) return false
      await registry.credentials.claimKey(tx, { spkiS256: given.spki, ownerKind: 'agent', ownerId: given.agentId })
      await store.insertAgent(tx, newAgent({ ...given, tenantId, now }))
      await store.insertJoinTokenUse(tx, {
        token_id: given.token.id,
        spki_s256: given.spki,
        agent_id: given.agentId,
        cert_der: given.facts.der,
        at: now,
      })
      if (instance.agentId) await this.#revoke(tx, instance.agentId)
      const context = { ...given.context, actor: { kind: 'agent' as const, id: given.agentId, label: instance.name } }
      await audit.append(tx, context, {
        action: 'agent.enrolled',
        target: { kind: 'instance', id: instance.id, label: instance.name },
        after: { agentId: given.agentId, thumbprint: given.facts.thumbprint, platform: given.request.facts.platform },
      })
      await identities.agentBound(tx, context, InstanceId.parse(instance.id), given.agentId)
      await database.changed(tx, { kind: 'agent', id: given.agentId })
      return true
    })
  }

  #enrolled(agentId: string, certificate: Buffer, generation: number): EnrollResponse {
    const chain = [certificate, ...this.#parts.authorities.chainOf(certificate, 'agents')]
    return {
      agentId: AgentId.parse(agentId),
      tenantId: this.#parts.tenantId,
      certificates: chain.map((der) => der.toString('base64')),
      generation,
    }
  }

  async #switchToNext(agent: AgentRow): Promise<AgentRow> {
    const { store, database, clock } = this.#parts
    const { new_x5t_s256: x5tS256, new_not_after: notAfter } = agent
    if (x5tS256 === null || notAfter === null) return agent
    await database.transact(async (tx) => {
      const current = await this.#require(agent.id, tx)
      if (current.new_x5t_s256 !== x5tS256) return
      await store.updateAgent(tx, current, {
        cert_x5t_s256: x5tS256,
        cert_not_after: notAfter,
        renew_after: renewAfter(clock.now(), notAfter, current.renew_jitter),
        generation: current.generation + 1,
        new_x5t_s256: null,
        new_not_after: null,
        new_spki_s256: null,
        new_cert_der: null,
        recover_until: null,
        updated_at: clock.now(),
      })
    })
    return (await store.agent(agent.id)) ?? agent
  }

  /** The same generation was asked for with two keys: there are two of this agent, and neither is trusted, nor what they hold (SEC-42). */
  async #quarantine(tx: Tx, context: RequestContext, agent: AgentRow): Promise<undefined> {
    await this.#parts.store.updateAgent(tx, agent, { state: 'quarantined', updated_at: this.#parts.clock.now() })
    await this.#parts.audit.append(tx, context, {
      action: 'agent.quarantined',
      outcome: 'refused',
      target: { kind: 'agent', id: agent.id, label: agent.name },
      reason: 'a generation number was used twice',
    })
    await this.#parts.identities.agentDistrusted(tx, context, AgentId.parse(agent.id))
    await this.#parts.database.changed(tx, { kind: 'agent', id: agent.id })
    return undefined
  }

  async #revoke(tx: Tx, agentId: string): Promise<void> {
    const agent = await this.#parts.store.agent(agentId, tx)
    const now = this.#parts.clock.now()
    if (agent) await this.#parts.store.updateAgent(tx, agent, { state: 'revoked', revoked_at: now, updated_at: now })
    await this.#parts.database.changed(tx, { kind: 'agent', id: agentId })
  }

  async #require(agentId: string, tx: Tx): Promise<AgentRow> {
    const agent = await this.#parts.store.agent(agentId, tx)
    if (!agent) throw new SignetError('agent_refused')
    return agent
  }
}

function newAgent(given: {
  agentId: AgentId
  tenantId: string
  request: EnrollRequest
  facts: CertificateFacts
  now: number
}): AgentRow {
  const jitter = randomShare() * mostRenewJitter
  return {
    id: given.agentId,
    tenant_id: given.tenantId,
    name: given.request.facts.hostName,
    state: 'active',
    platform: given.request.facts.platform,
    agent_version: given.request.facts.agentVersion,
    generation: 1,
    cert_x5t_s256: given.facts.x5tS256,
    cert_not_after: given.facts.notAfter,
    renew_after: renewAfter(given.now, given.facts.notAfter, jitter),
    renew_jitter: jitter,
    new_x5t_s256: null,
    new_not_after: null,
    renew_request_id: null,
    new_spki_s256: null,
    new_cert_der: null,
    endpoints: null,
    acked_generation: null,
    errors: null,
    last_seen_at: null,
    revoked_at: null,
    recover_until: null,
    version: 1,
    created_at: given.now,
    updated_at: given.now,
  }
}

/** Half life minus the agent's own jitter. */
function renewAfter(now: number, notAfter: number, jitter: number): number {
  return Math.round(now + (notAfter - now) * (0.5 - jitter / 2))
}
