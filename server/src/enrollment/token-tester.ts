import type { TestTargets, TokenTest } from '@signet/shared/api/token-tests'
import { minuteMs } from '@signet/shared/vocabulary/time'
import type { LocalDialect, ProbeResult, ProbeStep } from '@signet/shared/wire/agent-protocol'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { tokenFingerprint } from '../platform/crypto/thumbprint.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ResourceManager, ServiceInstance } from '../resources/index.ts'
import type { AgentStreams } from './agent-streams.ts'
import { type TokenVerifier, verifyToken } from './token-checks.ts'

/** The authority's own steps of a request, by correlation ID. */
interface TraceSource {
  begin(correlationId: string): void
  take(correlationId: string): ProbeStep[]
}

export interface TesterParts {
  readonly streams: AgentStreams
  readonly resources: ResourceManager
  readonly verifier: TokenVerifier
  readonly traces: TraceSource
  readonly audiences: () => Promise<readonly { uri: string; name: string }[]>
  readonly audit: AuditLog
  readonly clock: Clock
}

interface Held {
  readonly token: Secret
  readonly operatorId: string | null
  readonly instance: ServiceInstance
  readonly until: number
}

const revealMs = 5 * minuteMs
const mostHeld = 100

/**
 * Click to test: asks the agent to call its own local endpoint, exactly as a workload would, and checks what comes back
 * as any relying party would. The raw token is held in memory for five minutes, for one reveal to the one who asked.
 */
export class TokenTester {
  readonly #parts: TesterParts
  readonly #held = new Map<string, Held>()

  constructor(parts: TesterParts) {
    this.#parts = parts
  }

  async targets(): Promise<TestTargets> {
    const { items } = await this.#parts.resources.page({ limit: 200 })
    const resources = await this.#parts.audiences()
    return {
      instances: items.map((instance) => ({
        id: instance.id,
        name: instance.name,
        enabled: instance.identityState === 'on',
        connected: instance.agentId !== null && this.#parts.streams.isConnected(instance.agentId),
      })),
      resources: resources.map(({ uri, name }) => ({ uri, name })),
    }
  }

  /** @throws SignetError `not_found` | `agent_offline` */
  async run(
    context: RequestContext,
    wanted: { instanceId: string; resource: string; dialect: LocalDialect; bypassCache: boolean },
  ): Promise<TokenTest> {
    const { streams, resources, clock, audit, traces } = this.#parts
    const instance = await resources.require(wanted.instanceId)
    if (!instance.agentId) {
      throw new SignetError('agent_offline', 'This instance has no agent yet.', {
        fix: 'Enroll an agent for it first.',
      })
    }
    const at = clock.now()
    const startMs = clock.monotonicMs()
    const probeId = newGuid()
    traces.begin(probeId)
    const result = await streams.probe(instance.agentId, {
      probeId,
      instanceId: instance.id,
      dialect: wanted.dialect,
      resource: wanted.resource,
      bypassCache: wanted.bypassCache,
    })
    const steps = withAuthoritySteps(result.steps, traces.take(probeId))
    const token = result.accessToken
    if (token)
      this.#hold(probeId, {
        token: new Secret(token),
        operatorId: context.actor.id,
        instance,
        until: clock.now() + revealMs,
      })
    const test: TokenTest = {
      id: probeId,
      at,
      instance: { id: instance.id, name: instance.name },
      resource: wanted.resource,
      dialect: wanted.dialect,
      outcome: token ? 'ok' : 'failed',
      durationMs: Math.round((clock.monotonicMs() - startMs) * 10) / 10,
      steps,
      token: token ? verifyToken(this.#parts.verifier, token, wanted.resource, instance) : null,
      error: token ? null : failureOf(result),
      revealableUntil: token ? clock.now() + revealMs : null,
    }
    await audit.record(context, {
      action: 'token.tested',
      outcome: token ? 'ok' : 'failed',
      target: { kind: 'instance', id: instance.id, label: instance.name },
      after: {
        testId: probeId,
        resource: wanted.resource,
        dialect: wanted.dialect,
        status: result.status,
        ...(token && { token: tokenFingerprint(token) }),
      },
    })
    return test
  }

  /** Once, to the operator who ran the test, within five minutes; recorded before it leaves (SEC-19). */
  async reveal(context: RequestContext, testId: string): Promise<string> {
    const held = this.#held.get(testId)
    if (!held || held.until <= this.#parts.clock.now() || held.operatorId !== context.actor.id) {
      throw new SignetError(
        'not_found',
        'The token of this test is gone: it can be revealed once, within five minutes.',
        {
          fix: 'Run the test again.',
        },
      )
    }
    this.#held.delete(testId)
    const token = held.token.reveal()
    await this.#parts.audit.record(context, {
      action: 'token.revealed',
      target: { kind: 'instance', id: held.instance.id, label: held.instance.name },
      after: { testId, token: tokenFingerprint(token) },
    })
    return token
  }

  #hold(testId: string, held: Held): void {
    const now = this.#parts.clock.now()
    for (const [id, other] of this.#held) if (other.until <= now || this.#held.size >= mostHeld) this.#held.delete(id)
    this.#held.set(testId, held)
  }
}

/** The authority's steps lie within the agent's call of it; their clocks differ, so they start where the call does. */
function withAuthoritySteps(steps: readonly ProbeStep[], inner: readonly ProbeStep[]): ProbeStep[] {
  const call = steps.findIndex((step) => step.name === 'authority')
  const startMs = steps[call]?.startMs ?? 0
  const shifted = inner.map((step) => ({ ...step, startMs: Math.round((step.startMs + startMs) * 100) / 100 }))
  return [...steps.slice(0, call + 1), ...shifted, ...steps.slice(call + 1)]
}

/** What to do about a refusal, from the body a workload would have got. */
function failureOf(result: ProbeResult): TokenTest['error'] {
  const body = result.errorBody ?? 'The local endpoint gave no answer.'
  return { status: result.status, body, fix: fixOf(body, result.status) }
}

function fixOf(body: string, status: number | null): string {
  if (/Identity not found|Unable to load requested managed identity/i.test(body)) {
    return 'Turn the managed identity of this instance on.'
  }
  if (/is paused/.test(body)) return 'Resume the managed identity of this instance.'
  if (/AADSTS500011|invalid_resource/.test(body)) return 'Check the audience: it is not registered with this authority.'
  if (/AADSTS70002[47]|AADSTS1000502|AADSTS7000214/.test(body)) return 'Rotate the certificate of this identity.'
  if (status === null) return 'Check that the agent is running on the instance.'
  if (status === 503 || status === 500) return 'Check that the instance reaches the authority, then try again.'
  return 'Read the answer of the local endpoint above; it names what was wrong.'
}
