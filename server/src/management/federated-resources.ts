import { type FederatedCredential, federationApi } from '@signet/shared/api/federation'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { requireVersion } from '../platform/versions.ts'
import type { FederatedCredentials } from '../principals/index.ts'
import {
  type ArmAnswer,
  type ArmCall,
  ArmError,
  type ArmRoute,
  badContent,
  deleted,
  isObject,
  notFound,
  ok,
  put,
} from './arm-call.ts'
import { resourcePath } from './places.ts'
import { identityPath, identityType, type UserIdentityResources } from './user-identity-resources.ts'

const type = `${identityType}/federatedIdentityCredentials`
const most = 200

/** Federated credentials of a user-assigned identity, by their names. */
export class FederatedResources {
  readonly #federated: FederatedCredentials
  readonly #identities: UserIdentityResources

  constructor(parts: { federated: FederatedCredentials; identities: UserIdentityResources }) {
    this.#federated = parts.federated
    this.#identities = parts.identities
  }

  routes(): ArmRoute[] {
    const list = `${identityPath}/federatedidentitycredentials`
    const one = `${list}/{credential}`
    const right = (verb: string) => ({ action: `${type}/${verb}`, at: credentialPath })
    return [
      { method: 'GET', path: list, right: right('read'), run: (call) => this.#list(call) },
      { method: 'GET', path: one, right: right('read'), run: (call) => this.#show(call) },
      { method: 'PUT', path: one, right: right('write'), run: (call) => this.#put(call) },
      { method: 'DELETE', path: one, right: right('delete'), run: (call) => this.#delete(call) },
    ]
  }

  async #list(call: ArmCall): Promise<ArmAnswer> {
    const owner = await this.#owner(call)
    const cursor = call.query.get('$skiptoken')
    const top = call.query.get('$top') ?? String(most)
    if (!/^[1-9]\d{0,5}$/.test(top)) throw badContent('$top is not a number of things.')
    const page = await this.#federated.page(owner.principalId, { cursor, limit: Math.min(Number(top), most) })
    return ok({
      value: page.items.map((each) => shown(owner.resourceId, each)),
      ...(page.nextCursor !== null && { nextLink: call.nextLink(page.nextCursor) }),
    })
  }

  async #show(call: ArmCall): Promise<ArmAnswer> {
    const owner = await this.#owner(call)
    const found = await this.#named(owner.principalId, call)
    if (!found) throw notFound(credentialPath(call.params))
    return ok(shown(owner.resourceId, found))
  }

  /** How a subject is read and pinned keys are Signet's own: one that is there keeps them. */
  async #put(call: ArmCall): Promise<ArmAnswer> {
    const { context, params, expected } = call
    const owner = await this.#owner(call)
    const known = await this.#named(owner.principalId, call)
    if (known && call.onlyNew) throw new ArmError(412, 'PreconditionFailed', 'The credential exists already.')
    if (known) requireVersion(expected, known.version)
    if (!known && expected !== undefined) throw new ArmError(412, 'PreconditionFailed', 'It does not exist.')
    const { properties } = call.body
    if (!isObject(properties)) throw badContent('properties is missing.')
    const { issuer, subject, audiences } = properties
    const asked = { name: known?.name ?? params['credential'], issuer, subject, audiences }
    const kept = known && { match: known.match, keys: known.keys }
    const wanted = federationApi.create.body.safeParse({ ...asked, ...kept })
    if (!wanted.success) {
      const [issue] = wanted.error.issues
      throw badContent(`properties.${issue?.path.join('.') ?? ''} is not acceptable.`)
    }
    const { principalId } = owner
    const made = known
      ? await this.#federated.change(context, principalId, { ...wanted.data, id: known.id, expected: known.version })
      : await this.#federated.create(context, principalId, wanted.data)
    return put(!known, shown(owner.resourceId, made))
  }

  async #delete(call: ArmCall): Promise<ArmAnswer> {
    const { principalId } = await this.#owner(call)
    const known = await this.#named(principalId, call)
    if (!known) return deleted(false)
    await this.#federated.remove(call.context, principalId, { id: known.id, expected: call.expected })
    return deleted(true)
  }

  #owner({ params }: ArmCall) {
    return this.#identities.require(resourcePath(params, identityType))
  }

  async #named(principalId: ObjectId, { params }: ArmCall): Promise<FederatedCredential | undefined> {
    const name = params['credential']?.toLowerCase()
    let cursor: string | undefined
    do {
      const page = await this.#federated.page(principalId, { cursor, limit: most })
      const found = page.items.find((each) => each.name.toLowerCase() === name)
      if (found) return found
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    return undefined
  }
}

function credentialPath(params: ArmCall['params']): string {
  const owner = resourcePath(params, identityType)
  const { credential } = params
  return credential === undefined ? owner : `${owner}/federatedIdentityCredentials/${credential}`
}

function shown(owner: string, { name, issuer, subject, audiences, version }: FederatedCredential) {
  return {
    ...{ id: `${owner}/federatedIdentityCredentials/${name}`, name, type },
    properties: { issuer, subject, audiences },
    etag: `"${version}"`,
  }
}
