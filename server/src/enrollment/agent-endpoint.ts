import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import { AgentId, DrillId, SlotId } from '@signet/shared/vocabulary/identifiers'
import {
  AcknowledgeRequest,
  agentPaths,
  CertificateRequest,
  DrillReport,
  EnrollRequest,
  ProbeResult,
  ProbeStepsReport,
  RenewRequest,
  ReportRequest,
} from '@signet/shared/wire/agent-protocol'
import type { z } from 'zod'
import { readJson } from '../platform/http/body.ts'
import { apiHeaders, splitTarget } from '../platform/http/hardening.ts'
import { requestIdOf, sendJson, sendProblem } from '../platform/http/problem.ts'
import { EventStream } from '../platform/http/sse.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { SampledLog } from '../platform/sampled-log.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { CredentialRollover, Drills } from '../rotation/index.ts'
import type { AgentDirectory } from './agent-directory.ts'
import type { AgentStreams } from './agent-streams.ts'
import type { AgentRow, Enrollment } from './enrollment.ts'

interface EndpointParts {
  readonly enrollment: Enrollment
  readonly directory: AgentDirectory
  readonly streams: AgentStreams
  readonly rollover: CredentialRollover
  readonly drills: Drills
  readonly stateOf: (agent: AgentRow) => Promise<{ generation: number }>
  readonly log: SampledLog
}

interface AgentCall {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  readonly correlationId: string
}

/** The agent protocol, on a listener of its own. All but enrolment is for agents that prove their certificate. */
export function agentEndpoint(parts: EndpointParts): RequestListener {
  return (request, response) => {
    const correlationId = requestIdOf(request, response)
    apiHeaders(response)
    const { path } = splitTarget(request.url ?? '/')
    answer(parts, { request, response, path, correlationId }).catch((thrown: unknown) => {
      const error = SignetError.from(thrown)
      if (error.code === 'internal')
        parts.log.error('agent request', { err: thrown, correlationId }, 'agent request failed')
      sendProblem(response, error, correlationId)
    })
  }
}

async function answer(parts: EndpointParts, call: AgentCall): Promise<void> {
  const { request, response, path } = call
  if (path === agentPaths.enroll) {
    requireMethod(request, 'POST')
    const context = contextOf(call, { kind: 'anonymous', id: null, label: 'agent before enrolment' })
    sendJson(response, 200, await parts.enrollment.enroll(context, await parse(EnrollRequest, request)))
    return
  }
  const agent = await parts.enrollment.authenticate(peerCertificate(request), path === agentPaths.renew)
  const context = contextOf(call, { kind: 'agent', id: agent.id, label: agent.name })
  if (path === agentPaths.stream) {
    requireMethod(request, 'GET')
    parts.streams.connect(agent.id, new EventStream(request, response))
    return
  }
  const result = await dispatch(parts, call, agent, context)
  if (result === undefined) response.writeHead(204).end()
  else sendJson(response, 200, result)
}

/** @returns the body of the answer; undefined when there is none */
async function dispatch(
  parts: EndpointParts,
  { request, path }: AgentCall,
  agent: AgentRow,
  context: RequestContext,
): Promise<unknown> {
  if (path === agentPaths.sync) {
    requireMethod(request, 'GET')
    return parts.stateOf(agent)
  }
  requireMethod(request, 'POST')
  const agentId = AgentId.parse(agent.id)
  if (path === agentPaths.renew) return parts.enrollment.renew(context, agentId, await parse(RenewRequest, request))
  if (path === agentPaths.report) {
    return parts.directory.report(context, agent, await parse(ReportRequest, request))
  }
  const [, collection, id = '', verb] =
    /^\/agent\/v1\/(slots|drills|probes)\/([^/]{1,40})(?:\/([a-z]+))?$/.exec(path) ?? []
  if (collection === 'probes' && verb === undefined) {
    return parts.streams.answerProbe(agentId, id, await parse(ProbeResult, request))
  }
  if (collection === 'probes' && verb === 'steps') {
    return parts.streams.reportProbeSteps(agentId, id, await parse(ProbeStepsReport, request))
  }
  if (collection === 'slots' && verb === 'certificate') {
    const slotId = parseWith(SlotId, id)
    const { csr } = await parse(CertificateRequest, request)
    const { credential, chain } = await parts.rollover.prepare(context, agentId, slotId, Buffer.from(csr, 'base64'))
    const certificates = [credential.certificate, ...chain].map((der) => der.toString('base64'))
    return { x5tS256: credential.x5tS256, certificates }
  }
  if (collection === 'slots' && verb === 'acknowledge') {
    const slotId = parseWith(SlotId, id)
    const { x5tS256 } = await parse(AcknowledgeRequest, request)
    return parts.rollover.acknowledge(context, agentId, slotId, x5tS256, agent.agent_version)
  }
  if (collection === 'drills') {
    return dispatchDrill(parts.drills, request, context, { agentId, drillId: parseWith(DrillId, id), verb })
  }
  throw noSuchAddress()
}

async function dispatchDrill(
  drills: Drills,
  request: IncomingMessage,
  context: RequestContext,
  { agentId, drillId, verb }: { agentId: AgentId; drillId: DrillId; verb: string | undefined },
): Promise<unknown> {
  if (verb === 'certificate') {
    const { csr } = await parse(CertificateRequest, request)
    return drills.certify(context, agentId, drillId, Buffer.from(csr, 'base64'))
  }
  if (verb === 'acknowledge') {
    return drills.acknowledge(agentId, drillId, (await parse(AcknowledgeRequest, request)).x5tS256)
  }
  if (verb === 'report') return drills.report(context, agentId, drillId, await parse(DrillReport, request))
  throw noSuchAddress()
}

function noSuchAddress(): SignetError {
  return new SignetError('not_found', 'The agent protocol has no such address.')
}

/** The certificate the TLS layer verified possession of; never a header (SEC-39). */
function peerCertificate(request: IncomingMessage): Buffer | undefined {
  const socket = request.socket
  return socket instanceof TLSSocket ? socket.getPeerCertificate()?.raw : undefined
}

function contextOf(call: AgentCall, actor: RequestContext['actor']): RequestContext {
  return { actor, correlationId: call.correlationId, ip: call.request.socket.remoteAddress ?? null }
}

function requireMethod(request: IncomingMessage, method: 'GET' | 'POST'): void {
  if (request.method !== method) throw new SignetError('method_not_allowed', `Use ${method} here.`)
}

/** Room for a token and its trace; everything else is far smaller. */
const mostBytes = 262_144

async function parse<T extends z.ZodType>(schema: T, request: IncomingMessage): Promise<z.output<T>> {
  return parseWith(schema, await readJson(request, mostBytes))
}

function parseWith<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new SignetError('invalid_request', `${issue?.path.join('.') || 'value'}: ${issue?.message ?? 'invalid'}`)
}
