import type { LocalDialect, ProbeRequest, ProbeResult, ProbeStep } from '@signet/shared/wire/agent-protocol'
import { localPaths } from '@signet/shared/wire/managed-identity'
import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import type { LocalEndpoints } from './endpoints/identity-environment.ts'
import type { HeldIdentities } from './held-identities.ts'
import { type LocalAnswer, send, type WorkloadCall, workloadCall } from './probe-call.ts'
import { type PendingProbes, ProbeTrace } from './probe-trace.ts'

const mostErrorLength = 4_000

export interface ProbeParts {
  readonly probes: PendingProbes
  readonly held: HeldIdentities
  readonly endpoints: LocalEndpoints
  readonly clock: Clock
  /** Told of each step when it begins and when it ends; must not throw. */
  readonly onStep: (index: number, step: ProbeStep) => void
}

const endpointNames: Record<LocalDialect, string> = {
  imds: 'metadata endpoint (IMDS)',
  'app-service': 'App Service endpoint',
  'app-service-2017': 'App Service endpoint, as of 2017',
  'machine-learning': 'Machine Learning endpoint',
  'cloud-shell': 'Cloud Shell endpoint',
  arc: 'Azure Arc endpoint',
  'service-fabric': 'Service Fabric endpoint',
}

/** Of a body whose other fields differ by dialect. */
const WithToken = z.object({ access_token: z.string() })

/**
 * A test asked for by the server: this agent's own endpoint is called over HTTP as a workload would call it, and what
 * happens behind it is recorded under the probe's ID. Never throws.
 */
export async function runProbe(request: ProbeRequest, parts: ProbeParts): Promise<ProbeResult> {
  const trace = new ProbeTrace(request, parts.clock, parts.onStep)
  using _pending = parts.probes.begin(trace)
  trace.add('agent', 'Test reached the agent', {
    status: 'ok',
    detail: `To ask at the ${endpointNames[request.dialect]}.`,
  })
  let asked = ''
  const step = trace.open(
    'local-endpoint',
    `${request.dialect === 'cloud-shell' ? 'POST' : 'GET'} ${placeOf(request.dialect, parts.endpoints)}`,
  )
  try {
    const call = await workloadCall(request, parts)
    asked = requestText(call)
    const answer = await send(call, { 'client-request-id': request.probeId })
    const { status, text } = answer
    const isOk = status === 200
    const accessToken = isOk ? WithToken.parse(JSON.parse(text)).access_token : null
    const headers = headersOf(answer)
    const exchange = { request: asked, response: `HTTP/1.1 ${status}\n${linesOf(headers)}\n\n${text}` }
    const detail = isOk ? 'Answered with a token.' : text
    const outcome = isOk ? ({ status: 'ok' } as const) : ({ status: 'failed', code: trace.refusal } as const)
    step.end({ ...outcome, httpStatus: status, detail, exchange })
    const errorBody = isOk ? null : text.slice(0, mostErrorLength)
    return { steps: trace.finish(), status, headers, accessToken, errorBody }
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'The local endpoint gave no answer.'
    step.end({ status: 'failed', code: 'unavailable', detail, exchange: { request: asked, response: '' } })
    return { steps: trace.finish(), status: null, headers: null, accessToken: null, errorBody: null }
  }
}

/** Origin and path, for the title of the step. */
function placeOf(dialect: LocalDialect, { urls }: LocalEndpoints): string {
  return `${urls[dialect] ?? dialect}${dialect === 'imds' ? localPaths.imdsToken : ''}`
}

function requestText({ method, url, headers, form }: WorkloadCall): string {
  const head = `${method} ${url.pathname}${url.search} HTTP/1.1\nHost: ${url.host}\n${linesOf(headers)}`
  return form === undefined ? head : `${head}\n\n${form}`
}

/** What the endpoint itself says; what the connection adds is of no interest. */
function headersOf({ headers }: LocalAnswer): Record<string, string> {
  const ofConnection = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding', 'set-cookie'])
  const pairs = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || ofConnection.has(name) ? [] : [[name, String(value)]],
  )
  return Object.fromEntries(pairs)
}

function linesOf(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}
