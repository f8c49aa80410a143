import { readFileSync } from 'node:fs'
import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { secondMs } from '@signet/shared/vocabulary/time'
import type { LocalDialect, ProbeRequest } from '@signet/shared/wire/agent-protocol'
import { firstApiVersion, localPaths } from '@signet/shared/wire/managed-identity'
import type { LocalEndpoints } from './endpoints/identity-environment.ts'
import type { HeldIdentities } from './held-identities.ts'

const timeoutMs = 15 * secondMs
const mostAnswerBytes = 131_072

/** A token request as unmodified code on this instance would send it. */
export interface WorkloadCall {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly form: string | undefined
  /** PEM of the only authority that is trusted, of an endpoint over TLS. */
  readonly ca: string | undefined
}

export interface LocalAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

interface CallParts {
  readonly endpoints: LocalEndpoints
  readonly held: HeldIdentities
}

/** Cloud Shell has no versions. */
const versions: Record<LocalDialect, string | undefined> = {
  imds: firstApiVersion.imds,
  'app-service': firstApiVersion['app-service'],
  'app-service-2017': firstApiVersion['app-service-2017'],
  'machine-learning': firstApiVersion['machine-learning'],
  'cloud-shell': undefined,
  arc: '2020-06-01',
  'service-fabric': firstApiVersion['service-fabric'],
}

/**
 * The call that a test makes. For Azure Arc the challenge is asked for and its file read, as clients do.
 *
 * @throws Error when the agent does not serve the dialect, or gives no challenge
 */
export async function workloadCall(request: ProbeRequest, parts: CallParts): Promise<WorkloadCall> {
  const { dialect } = request
  const { urls, certificate, identityHeader } = parts.endpoints
  const base = urls[dialect]
  if (base === undefined) throw new Error('This agent does not serve the dialect.')
  const url = new URL(dialect === 'imds' ? `${base}${localPaths.imdsToken}` : base)
  const parameters = parametersOf(request, parts.held)
  const isForm = dialect === 'cloud-shell'
  if (!isForm) url.search = parameters.toString()
  const ca = dialect === 'service-fabric' && certificate ? readFileSync(certificate.caFile, 'utf8') : undefined
  const form = isForm ? parameters.toString() : undefined
  const bare = { method: isForm ? 'POST' : 'GET', url, form, ca } as const
  const headers = headersOf(dialect, identityHeader.reveal())
  return dialect === 'arc' ? answeringChallenge({ ...bare, headers }) : { ...bare, headers }
}

function parametersOf(request: ProbeRequest, held: HeldIdentities): URLSearchParams {
  const { dialect, resource, bypassCache, selector } = request
  const version = versions[dialect]
  const parameters = new URLSearchParams({ ...(version && { 'api-version': version }), resource })
  // The others have no such parameter: there the trace itself says so to the broker.
  if (dialect === 'imds' && bypassCache) parameters.set('bypass_cache', 'true')
  const meant = held.identities.find((identity) => identity.instances.includes(request.instanceId))
  const systems = held.identities.filter((identity) => identity.kind === 'system')
  const isOld = dialect === 'app-service-2017' || dialect === 'machine-learning'
  const clientId = isOld ? 'clientid' : 'client_id'
  if (selector) parameters.set(selector.name === 'client_id' ? clientId : selector.name, selector.value)
  else if (meant && systems.length > 1) parameters.set(clientId, meant.clientId)
  return parameters
}

function headersOf(dialect: LocalDialect, secret: string): Record<string, string> {
  switch (dialect) {
    case 'imds':
    case 'arc':
      return { Metadata: 'true' }
    case 'cloud-shell':
      return { Metadata: 'true', 'Content-Type': 'application/x-www-form-urlencoded' }
    case 'app-service':
      return { 'X-IDENTITY-HEADER': secret }
    case 'app-service-2017':
    case 'machine-learning':
    case 'service-fabric':
      return { secret }
  }
}

async function answeringChallenge(call: WorkloadCall): Promise<WorkloadCall> {
  const { headers } = await send(call)
  const file = /^Basic realm=(.+)$/.exec(headers['www-authenticate'] ?? '')?.[1]
  if (file === undefined) throw new Error('The local endpoint gave no challenge.')
  return { ...call, headers: { ...call.headers, Authorization: `Basic ${readFileSync(file, 'utf8')}` } }
}

/** @throws Error when there is no answer within 15 seconds, or one that is too large */
export function send(call: WorkloadCall, more: Readonly<Record<string, string>> = {}): Promise<LocalAnswer> {
  const { method, url, form, ca } = call
  const length = form === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(form)) }
  const headers = { ...call.headers, ...length, ...more }
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const options = { method, headers, agent: false, signal } as const
    const request: ClientRequest =
      url.protocol === 'https:' ? httpsRequest(url, { ...options, ca }) : httpRequest(url, options)
    request.on('response', (response) => {
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
    request.end(form)
  })
}
