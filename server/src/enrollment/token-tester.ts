import type { TokenTest, TokenTestRequest } from '@signet/shared/api/token-tests'
import { minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { ProbeResult, ProbeStep } from '@signet/shared/wire/agent-protocol'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { tokenFingerprint } from '../platform/crypto/thumbprint.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { redact } from '../platform/redaction.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Transactor } from '../platform/transaction.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { ResourceManager, ServiceInstance, UserIdentities, UserIdentity } from '../resources/index.ts'
import type { AgentStreams } from './agent-streams.ts'
import { causeOf, fixOf } from './test-fixes.ts'
import { TestRun } from './test-run.ts'
import { closeSteps, combineSteps, endSteps, rootFailure } from './test-steps.ts'
import { type TokenVerifier, verifyToken } from './token-checks.ts'
import type { TokenTraces } from './token-traces.ts'

/** The authority's own steps of a request, by correlation ID. */
interface TraceSource {
  begin(correlationId: string, onStep: () => void): void
  peek(correlationId: string): readonly ProbeStep[]
  take(correlationId: string): ProbeStep[]
}

export interface TesterParts {
  readonly database: Transactor
  readonly kept: Pick<TokenTraces, 'keep' | 'show'>
  readonly streams: Pick<AgentStreams, 'probe'>
  readonly resources: Pick<ResourceManager, 'require'>
  readonly users: Pick<UserIdentities, 'ofInstances'>
  readonly registry: Pick<PrincipalRegistry, 'findAll'>
  readonly verifier: TokenVerifier
  readonly traces: TraceSource
  readonly testGrants: { give(correlationId: string, lifetimeSeconds: number): void; withdraw(id: string): void }
  readonly audit: AuditLog
  readonly clock: Clock
  readonly log: Logger
}

interface Held {
  readonly token: Secret
  readonly operatorId: string | null
  readonly instance: { id: string; name: string }
  readonly until: number
}

const revealMs = 5 * minuteMs
const shortLifeSeconds = (5 * minuteMs) / secondMs
const mostKept = 100
const mostRunning = 20

/**
 * Click to test: asks the agent to call its own local endpoint, exactly as a workload would, and checks what comes back
 * as any relying party would. Steps can be watched while they happen. A test always comes to a result: what the agent
 * does not answer in time has failed. The raw token is held in memory for five minutes, for one reveal to the one who
 * asked; the rest is kept as a trace.
 */
export class TokenTester {
  readonly #parts: TesterParts
  readonly #runs = new Map<string, TestRun>()
  readonly #held = new Map<string, Held>()
  #running = 0

  constructor(parts: TesterParts) {
    this.#parts = parts
  }

  /**
   * Starts a test and returns it as it stands, before its first step.
   *
   * @throws SignetError `not_found` | `too_many_requests`
   */
  async start(context: RequestContext, wanted: TokenTestRequest): Promise<TokenTest> {
    const { resources, clock, traces, log } = this.#parts
    const instance = await resources.require(wanted.instanceId)
    if (this.#running >= mostRunning) {
      throw new SignetError('too_many_requests', 'Too many tests run at once.', { retryAfterSeconds: 5 })
    }
    const id = newGuid()
    const run = new TestRun(begunTest(id, instance, wanted, context, clock.now()), () => traces.peek(id))
    this.#keep(id, run)
    this.#running += 1
    this.#complete(context, run, wanted)
      .catch((error: unknown) => {
        log.error({ err: error, correlationId: id }, 'token test failed')
        run.end(brokenTest(run.test))
      })
      .finally(() => {
        this.#running -= 1
      })
    return run.test
  }

  /** @throws SignetError `not_found` */
  async show(testId: string): Promise<TokenTest> {
    return this.#runs.get(testId)?.test ?? this.#parts.kept.show(testId)
  }

  /** A test that somebody wants to watch; undefined when it is over and only its result is kept. */
  running(testId: string): TestRun | undefined {
    return this.#runs.get(testId)
  }

  /** Once, to the operator who ran the test, within five minutes; recorded before it leaves (SEC-19). */
  async reveal(context: RequestContext, testId: string): Promise<string> {
    const held = this.#held.get(testId)
    if (!held || held.until <= this.#parts.clock.now() || held.operatorId !== context.actor.id) {
      throw new SignetError(
        'not_found',
        'The token of this test is gone: it can be revealed once, within five minutes.',
        { fix: 'Run the test again.' },
      )
    }
    this.#held.delete(testId)
    this.#runs.get(testId)?.tokenGone()
    const token = held.token.reveal()
    await this.#parts.audit.record(context, {
      action: 'token.revealed',
      target: { kind: 'instance', id: held.instance.id, label: held.instance.name },
      after: { testId, token: tokenFingerprint(token) },
    })
    return token
  }

  async #complete(context: RequestContext, run: TestRun, wanted: TokenTestRequest): Promise<void> {
    const { clock } = this.#parts
    const startMs = clock.monotonicMs()
    const answer = await this.#probe(run, wanted)
    const elapsedMs = () => Math.round((clock.monotonicMs() - startMs) * 10) / 10
    const steps = answer.given
      ? endSteps(answer.steps, {
          detail: 'It had not ended when the agent answered.',
          code: 'unavailable',
          atMs: elapsedMs(),
        })
      : closeSteps(answer.steps, { detail: answer.refusal.detail, code: answer.refusal.code, atMs: elapsedMs() })
    const result = answer.given?.accessToken ? await this.#passed(run, steps, answer.given.accessToken) : undefined
    const test = { ...(result ?? (await this.#failed(run, steps, answer.given))), durationMs: elapsedMs() }
    await this.#record(context, test)
    if (answer.given?.accessToken && test.revealableUntil !== null) {
      const { instance, revealableUntil: until } = test
      this.#held.set(test.id, {
        token: new Secret(answer.given.accessToken),
        operatorId: context.actor.id,
        instance,
        until,
      })
      clock.after(revealMs, () => this.#held.delete(test.id))
    }
    run.end(test)
  }

  /** Never throws: an agent that is away or silent is a result too. */
  async #probe(
    run: TestRun,
    wanted: TokenTestRequest,
  ): Promise<{ steps: ProbeStep[] } & ({ given: ProbeResult } | { given?: never; refusal: SignetError })> {
    const { streams, resources, traces, testGrants } = this.#parts
    const { id } = run.test
    traces.begin(id, () => run.changed())
    if (wanted.shortLived) testGrants.give(id, shortLifeSeconds)
    try {
      const { agentId } = await resources.require(wanted.instanceId)
      if (!agentId) throw new SignetError('agent_offline', 'This instance has no agent yet.')
      const request = { ...wanted, probeId: id, isolated: wanted.shortLived }
      const given = await streams.probe(agentId, request, (report) => run.agentReported(report))
      return { given, steps: combineSteps(given.steps, traces.take(id)) }
    } catch (thrown) {
      const steps = run.steps()
      traces.take(id)
      return { steps, refusal: SignetError.from(thrown) }
    } finally {
      testGrants.withdraw(id)
    }
  }

  async #passed(run: TestRun, steps: ProbeStep[], accessToken: string): Promise<TokenTest> {
    const { test } = run
    const instance = await this.#parts.resources.require(test.instance.id)
    const assigned = (await this.#assignedTo(instance.id)).map(({ principalId }) => principalId)
    const token = verifyToken(this.#parts.verifier, accessToken, { ...test, instance, assigned })
    const revealableUntil = this.#parts.clock.now() + revealMs
    return { ...test, outcome: 'ok', steps, token, failure: null, revealableUntil }
  }

  async #failed(run: TestRun, steps: ProbeStep[], given: ProbeResult | undefined): Promise<TokenTest> {
    const { test } = run
    const instance = await this.#parts.resources.require(test.instance.id)
    const selected = selectedOf(test, await this.#assignedTo(instance.id))
    const principalId = selected?.principalId ?? instance.principalId
    const [principal] = principalId ? await this.#parts.registry.findAll([principalId]) : []
    const context = {
      testId: test.id,
      resource: test.resource,
      hasSelector: test.selector !== null,
      instance: { id: instance.id, name: instance.name, hasAgent: instance.agentId !== null },
      identityState: selected ? ('on' as const) : instance.identityState,
      principal: principal
        ? {
            id: principal.objectId,
            state: principal.state,
            userAssigned: principal.kind === 'user' ? principal.displayName : null,
          }
        : null,
    }
    const root = rootFailure(steps)
    const code = root?.code ?? 'internal'
    const { status, headers, errorBody } = given ?? { status: null, headers: null, errorBody: null }
    const answer = status === null ? null : { status, headers: headers ?? {}, body: redact(errorBody ?? '') }
    const failure = {
      step: root?.step.name ?? ('agent' as const),
      code,
      cause: causeOf(code, root?.step.detail ?? 'The agent gave no reason.', context),
      answer,
      fix: fixOf(code, context),
    }
    return { ...test, outcome: 'failed', steps, token: null, failure, revealableUntil: null }
  }

  async #assignedTo(instanceId: string): Promise<readonly Named[]> {
    return (await this.#parts.users.ofInstances([instanceId])).get(instanceId) ?? []
  }

  /** The trace and the record of who ran it stand or fall together; the tokens it got are found under the same ID. */
  async #record(context: RequestContext, test: TokenTest): Promise<void> {
    await this.#parts.database.transact(async (tx) => {
      await this.#parts.kept.keep(tx, test)
      await this.#parts.audit.append(
        tx,
        { ...context, correlationId: test.id },
        {
          action: 'token.tested',
          outcome: test.outcome === 'ok' ? 'ok' : 'failed',
          target: { kind: 'instance', id: test.instance.id, label: test.instance.name },
          ...(test.failure && { reason: test.failure.code }),
          after: {
            testId: test.id,
            resource: test.resource,
            dialect: test.dialect,
            ...(test.selector && { selector: test.selector }),
            ...(test.shortLived && { shortLived: true }),
            ...(test.failure?.answer && { status: test.failure.answer.status }),
            ...(test.token && { token: test.token.fingerprint }),
          },
        },
      )
    })
  }

  /** Makes room: of tests that have ended, those whose token is gone, and all others when there are too many. */
  #keep(id: string, run: TestRun): void {
    const now = this.#parts.clock.now()
    for (const [other, { isOver, test }] of this.#runs) {
      const isStale = isOver && (test.revealableUntil ?? test.at + revealMs) <= now
      if (!isStale && !(isOver && this.#runs.size >= mostKept)) continue
      this.#runs.delete(other)
      this.#held.delete(other)
    }
    this.#runs.set(id, run)
  }
}

type Named = Pick<UserIdentity, 'principalId' | 'clientId' | 'resourceId'>

/** The user-assigned identity that a test names, if the instance has it. */
function selectedOf({ selector }: Pick<TokenTest, 'selector'>, assigned: readonly Named[]): Named | undefined {
  if (!selector) return undefined
  const wanted = selector.value.toLowerCase()
  return assigned.find(({ principalId, clientId, resourceId }) => {
    const names = { client_id: clientId, object_id: principalId, msi_res_id: resourceId }
    return names[selector.name].toLowerCase() === wanted
  })
}

function begunTest(
  id: string,
  instance: ServiceInstance,
  wanted: TokenTestRequest,
  context: RequestContext,
  at: number,
): TokenTest {
  const { instanceId: _named, ...request } = wanted
  return {
    id,
    at,
    actor: context.actor.label,
    instance: { id: instance.id, name: instance.name },
    ...request,
    outcome: 'running',
    durationMs: 0,
    steps: [],
    token: null,
    failure: null,
    revealableUntil: null,
  }
}

/** The server itself could not bring the test to its end. */
function brokenTest(test: TokenTest): TokenTest {
  const detail = 'The server could not finish the test.'
  const { id } = test
  return {
    ...test,
    outcome: 'failed',
    steps: closeSteps(test.steps, { detail, code: 'internal', atMs: test.durationMs }),
    failure: {
      step: 'agent',
      code: 'internal',
      cause: detail,
      answer: null,
      fix: { code: 'report_fault', label: 'Look into the log of the server', target: { kind: 'request', id } },
    },
  }
}
