import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import {
  RestoreSecretRequest,
  type SecretItems,
  SetSecretRequest,
  UpdateSecretRequest,
} from '@signet/shared/wire/key-vault'
import { z } from 'zod'
import { type Caller, claimsChallenge, contextOf, type ServiceGate } from '../authority/index.ts'
import type { Clock } from '../platform/clock.ts'
import { readJson, uniquePairs } from '../platform/http/body.ts'
import { apiHeaderList, splitTarget } from '../platform/http/hardening.ts'
import { printable } from '../platform/printable.ts'
import type { SampledLog } from '../platform/sampled-log.ts'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import { bearerChallenge } from './bearer-challenge.ts'
import { type SecretAddress, type SecretQuery, secretAddressOf, secretQueryOf } from './secret-address.ts'
import { bundleOf, changeOf, deletedOf, itemOf } from './secret-bundle.ts'
import type { SecretLists } from './secret-lists.ts'
import type { Asker } from './secret-rights.ts'
import type { Vault } from './vault.ts'
import { vaultError } from './vault-errors.ts'
import { type VaultHost, vaultHostOf } from './vault-host.ts'

export interface SecretsEndpointParts {
  readonly gate: Pick<ServiceGate, 'admit'>
  readonly vault: Vault
  readonly lists: SecretLists
  readonly authorityUrl: string
  readonly tenantId: string
  /** Domains of vaults, lower case: each vault is one label below. */
  readonly domains: readonly string[]
  readonly clock: Clock
  readonly log: SampledLog
  /** Why nothing may be served to anybody at the moment. */
  readonly refusal?: () => SignetError | undefined
}

/** A value of 25 KiB whose every character is escaped. */
const mostBytes = 262_144
const mostRestoreBytes = 1_048_576
const guid = z.guid()

/** An admitted request, read whole. */
interface Call {
  readonly asker: Asker
  readonly place: VaultHost
  readonly query: SecretQuery
  readonly request: IncomingMessage
}

interface Reply {
  readonly status: number
  readonly body?: object
}

/** The Key Vault data plane for secrets: wire formats alone, whether somebody may is the matter of `Vault` (wire-protocol §5). */
export class SecretsEndpoint {
  readonly #parts: SecretsEndpointParts

  constructor(parts: SecretsEndpointParts) {
    this.#parts = parts
  }

  readonly listener: RequestListener = (request, response) => {
    void this.#answer(request, response)
  }

  /** The token comes first, so that a 401 says nothing of vaults, names or addresses (SEC-109). */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID()
    const given = request.headers['x-ms-client-request-id']
    const clientId = typeof given === 'string' && guid.safeParse(given).success ? given : undefined
    const place = vaultHostOf(request.headers.host, this.#parts.domains)
    const ids = { requestId, clientId }
    let caller: Caller | undefined
    try {
      caller = await this.#parts.gate.admit(request.headers.authorization, 'vault')
      const refusal = this.#parts.refusal?.()
      if (refusal) throw refusal
      const facts = { correlationId: clientId?.toLowerCase() ?? requestId, ip: request.socket.remoteAddress ?? null }
      const asker: Asker = {
        ...{ kind: 'principal', principalId: caller.principal.objectId },
        context: contextOf(caller, facts),
      }
      const { path, query } = splitTarget(request.url ?? '/')
      const address = secretAddressOf(request.method ?? '', path)
      send(response, ids, await this.#serve(address, { asker, place, query: queryOf(query), request }))
    } catch (thrown) {
      const error = SignetError.from(thrown)
      if (error.code === 'internal') {
        this.#parts.log.error('vault request', { err: thrown, requestId }, 'vault request failed')
      }
      this.#refuse(response, ids, place, withCaller(error, caller, place))
    }
  }

  #serve(address: SecretAddress, call: Call): Promise<Reply> {
    switch (address.operation) {
      case 'list':
      case 'listDeleted':
        return this.#list(call, address.operation === 'listDeleted')
      case 'versions':
        return this.#versions(call, address.name)
      case 'get':
      case 'set':
      case 'update':
        return this.#value(call, address)
      case 'backup':
      case 'restore':
        return this.#backup(call, address)
      default:
        return this.#deletion(call, address)
    }
  }

  async #list({ asker, place, query }: Call, deleted: boolean): Promise<Reply> {
    const page = await this.#parts.lists.page(asker, place.vault, { ...query, deleted })
    const value = page.items.map((secret) => ({
      ...itemOf(secret, place.base),
      ...(deleted && deletedOf(secret, place.base)),
    }))
    const path = deleted ? 'deletedsecrets' : 'secrets'
    return {
      status: 200,
      body: { value, nextLink: nextLink(place, path, query, page.nextCursor) } satisfies SecretItems,
    }
  }

  async #versions({ asker, place, query }: Call, name: string): Promise<Reply> {
    const page = await this.#parts.lists.versions(asker, { vault: place.vault, name }, query)
    const value = page.items.map((secret) => bundleOf(secret, place.base))
    const link = nextLink(place, `secrets/${name}/versions`, query, page.nextCursor)
    return { status: 200, body: { value, nextLink: link } satisfies SecretItems }
  }

  async #value(
    { asker, place, request }: Call,
    address: { operation: 'get' | 'set' | 'update'; name: string; version?: string | undefined },
  ): Promise<Reply> {
    const { vault } = this.#parts
    const secretPlace = { vault: place.vault, name: address.name, version: address.version }
    if (address.operation === 'get') {
      const { secret, value } = await vault.get(asker, secretPlace)
      return { status: 200, body: bundleOf(secret, place.base, value) }
    }
    if (address.operation === 'update') {
      const change = await bodyOf(request, UpdateSecretRequest, mostBytes)
      return { status: 200, body: bundleOf(await vault.update(asker, secretPlace, changeOf(change)), place.base) }
    }
    const wanted = await bodyOf(request, SetSecretRequest, mostBytes)
    const value = new Secret(wanted.value)
    const secret = await vault.set(asker, secretPlace, { value, attributes: changeOf(wanted) })
    return { status: 200, body: bundleOf(secret, place.base, value) }
  }

  async #backup(
    { asker, place, request }: Call,
    address: { operation: 'backup'; name: string } | { operation: 'restore' },
  ): Promise<Reply> {
    const { vault } = this.#parts
    if (address.operation === 'backup') {
      return { status: 200, body: { value: await vault.backup(asker, { vault: place.vault, name: address.name }) } }
    }
    const { value } = await bodyOf(request, RestoreSecretRequest, mostRestoreBytes)
    return { status: 200, body: bundleOf(await vault.restore(asker, place.vault, value), place.base) }
  }

  async #deletion(
    { asker, place }: Call,
    { operation, name }: { operation: 'delete' | 'showDeleted' | 'recover' | 'purge'; name: string },
  ): Promise<Reply> {
    const { vault, lists } = this.#parts
    const secretPlace = { vault: place.vault, name }
    if (operation === 'purge') {
      await vault.purge(asker, secretPlace)
      return { status: 204 }
    }
    if (operation === 'recover') {
      return { status: 200, body: bundleOf(await vault.recover(asker, secretPlace), place.base) }
    }
    const secret =
      operation === 'delete' ? await vault.delete(asker, secretPlace) : await lists.deleted(asker, place.vault, name)
    return { status: 200, body: { ...bundleOf(secret, place.base), ...deletedOf(secret, place.base) } }
  }

  #refuse(response: ServerResponse, ids: RequestIds, { resource }: VaultHost, error: SignetError): void {
    const { authorityUrl, tenantId, clock } = this.#parts
    const { status, body } = vaultError(error)
    if (status === 401) {
      const claims = error.code === 'bearer_revoked' ? { claims: claimsChallenge(clock.now()) } : {}
      response.setHeader('WWW-Authenticate', bearerChallenge({ authorityUrl, tenantId, resource, ...claims }))
    }
    if (status === 405) response.setHeader('Allow', 'GET, PUT, PATCH, POST, DELETE')
    const { retryAfterSeconds = status === 503 ? 5 : undefined } = error
    if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(retryAfterSeconds))
    send(response, ids, { status, body })
  }
}

interface RequestIds {
  readonly requestId: string
  readonly clientId: string | undefined
}

/** No answer is kept by anybody in between (SEC-115). */
function send(response: ServerResponse, { requestId, clientId }: RequestIds, { status, body }: Reply): void {
  const text = body === undefined ? '' : JSON.stringify(body)
  response.writeHead(status, [
    ...apiHeaderList(),
    ...['Cache-Control', 'no-cache, no-store'],
    ...['Pragma', 'no-cache'],
    ...['x-ms-keyvault-region', 'local'],
    ...['x-ms-keyvault-service-version', 'signet'],
    ...['x-ms-request-id', requestId],
    ...(clientId === undefined ? [] : ['x-ms-client-request-id', clientId]),
    ...(body === undefined ? [] : ['Content-Type', 'application/json; charset=utf-8']),
    ...(status === 204 ? [] : ['Content-Length', String(Buffer.byteLength(text))]),
  ])
  response.end(text)
}

/** A refusal for want of a role names the caller, as clients of the field show it (wire-protocol §5.4). */
function withCaller(error: SignetError, caller: Caller | undefined, { vault }: VaultHost): SignetError {
  if (error.code !== 'forbidden' || !caller) return error
  const { principal, claims } = caller
  const who = `Caller: appid=${principal.clientId};oid=${principal.objectId};iss=${String(claims['iss'])}`
  return new SignetError('forbidden', `${error.detail}\r\n${who}\r\nVault: ${vault}`, { cause: error })
}

function queryOf(query: string): SecretQuery {
  return secretQueryOf(uniquePairs(query))
}

function nextLink({ base }: VaultHost, path: string, { apiVersion, limit }: SecretQuery, cursor: string | null) {
  if (cursor === null) return null
  return `${base}/${path}?api-version=${apiVersion}&$skiptoken=${cursor}&maxresults=${limit}`
}

/** @throws SignetError `invalid_request` that names members and no values | `payload_too_large` | `unsupported_media_type` */
async function bodyOf<T>(request: IncomingMessage, schema: z.ZodType<T>, most: number): Promise<T> {
  let body: unknown
  try {
    body = await readJson(request, most)
  } catch (cause) {
    if (cause instanceof SignetError) throw cause
    throw new SignetError('invalid_request', 'The body is not whole.', { cause })
  }
  const read = schema.safeParse(body)
  if (read.success) return read.data
  const members = read.error.issues.slice(0, 3).map(({ path }) => printable(path.slice(0, 2).join('.')) || 'the body')
  throw new SignetError('invalid_request', `Not acceptable in the body: ${members.join(', ')}.`)
}
