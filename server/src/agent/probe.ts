import { request as httpRequest } from 'node:http'
import { secondMs } from '@signet/shared/vocabulary/time'
import type { ProbeRequest, ProbeResult } from '@signet/shared/wire/agent-protocol'
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
}

/**
 * A test asked for by the server: this agent's own endpoint is called over HTTP as a workload would call it, and what
 * happens behind it is recorded under the probe's ID. Never throws.
 */
export async function runProbe(request: ProbeRequest, parts: ProbeParts): Promise<ProbeResult> {
  const trace = new ProbeTrace(request, parts.clock)
  using _pending = parts.probes.begin(trace)
  trace.add(0, { name: 'agent', title: 'Test reached the agent', status: 'ok', detail: `Dialect ${request.dialect}` })
  const startMs = trace.elapsedMs()
  const call = workloadCall(request, parts)
  const step = { name: 'local-endpoint', title: `GET ${call.url.origin}${call.url.pathname}` } as const
  try {
    const { status, text } = await get(call.url, { ...call.headers, 'client-request-id': request.probeId })
    const isOk = status === 200
    const detail = isOk ? 'Answered with a token.' : text
    trace.add(startMs, { ...step, status: isOk ? 'ok' : 'failed', httpStatus: status, detail })
    const accessToken = isOk ? ManagedIdentityToken.parse(JSON.parse(text)).access_token : null
    return { steps: trace.finish(), status, accessToken, errorBody: isOk ? null : text.slice(0, mostErrorLength) }
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'The local endpoint gave no answer.'
    trace.add(startMs, { ...step, status: 'failed', detail })
    return { steps: trace.finish(), status: null, accessToken: null, errorBody: null }
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
  if (meant && systems.length > 1) url.searchParams.set('client_id', meant.clientId)
  return { url, headers: isImds ? { Metadata: 'true' } : { 'X-IDENTITY-HEADER': endpoints.identityHeader.reveal() } }
}

function get(url: URL, headers: Record<string, string>): Promise<{ status: number; text: string }> {
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
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    request.on('error', reject)
    request.end()
  })
}
