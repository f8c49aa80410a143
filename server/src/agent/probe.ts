import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { secondMs } from '@signet/shared/vocabulary/time'
import type { ProbeRequest, ProbeResult, ProbeStep } from '@signet/shared/wire/agent-protocol'
import { localPaths, ManagedIdentityToken } from '@signet/shared/wire/managed-identity'
import type { Clock } from '../platform/clock.ts'
import type { LocalEndpoints } from './endpoints/identity-environment.ts'
import type { HeldIdentities } from './held-identities.ts'
import { type PendingProbes, ProbeTrace } from './probe-trace.ts'

const timeoutMs = 15 * secondMs
const mostAnswerBytes = 131_072
const mostErrorLength = 4_000

export interface ProbeParts {
  readonly probes: PendingProbes
  readonly held: HeldIdentities
  readonly endpoints: LocalEndpoints
  readonly clock: Clock
  /** Told of each step when it begins and when it ends; must not throw. */
  readonly onStep: (index: number, step: ProbeStep) => void
}

interface LocalAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

const endpointNames = { imds: 'metadata endpoint (IMDS)', 'app-service': 'App Service endpoint' } as const

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
  const call = workloadCall(request, parts)
  const step = trace.open('local-endpoint', `GET ${call.url.origin}${call.url.pathname}`)
  const asked = `GET ${call.url.pathname}${call.url.search} HTTP/1.1\nHost: ${call.url.host}\n${linesOf(call.headers)}`
  try {
    const answer = await get(call.url, { ...call.headers, 'client-request-id': request.probeId })
    const { status, text } = answer
    const isOk = status === 200
    const accessToken = isOk ? ManagedIdentityToken.parse(JSON.parse(text)).access_token : null
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

function workloadCall(
  request: ProbeRequest,
  { endpoints, held }: ProbeParts,
): { url: URL; headers: Record<string, string> } {
  const isImds = request.dialect === 'imds'
  const url = new URL(isImds ? `${endpoints.imdsUrl}${localPaths.imdsToken}` : endpoints.identityEndpoint)
  url.searchParams.set('api-version', isImds ? '2018-02-01' : '2019-08-01')
  url.searchParams.set('resource', request.resource)
  // App Service has no such parameter: there the trace itself says so to the broker.
  if (isImds && request.bypassCache) url.searchParams.set('bypass_cache', 'true')
  const meant = held.identities.find((identity) => identity.instances.includes(request.instanceId))
  const systems = held.identities.filter((identity) => identity.kind === 'system')
  if (request.selector) url.searchParams.set(request.selector.name, request.selector.value)
  else if (meant && systems.length > 1) url.searchParams.set('client_id', meant.clientId)
  return { url, headers: isImds ? { Metadata: 'true' } : { 'X-IDENTITY-HEADER': endpoints.identityHeader.reveal() } }
}

/** What the endpoint itself says; what the connection adds is of no interest. */
function headersOf({ headers }: LocalAnswer): Record<string, string> {
  const ofConnection = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding', 'set-cookie'])
  const pairs = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || ofConnection.has(name) ? [] : [[name, String(value)]],
  )
  return Object.fromEntries(pairs)
}

function linesOf(headers: Record<string, string>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}

function get(url: URL, headers: Record<string, string>): Promise<LocalAnswer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const request = httpRequest(url, { headers, agent: false, signal }, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > mostAnswerBytes) request.destroy(new Error('the answer is too large'))
        else chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    request.on('error', reject)
    request.end()
  })
}
