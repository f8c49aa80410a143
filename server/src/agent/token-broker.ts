import { tokenExchangeAudience } from '@signet/shared/wire/oauth'
import { newGuid } from '../platform/identifiers.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { AuthorityClient } from './authority-client.ts'
import { signAssertion } from './client-assertion.ts'
import type { SigningCredential } from './credential-file.ts'
import type { HeldIdentities, HeldIdentity } from './held-identities.ts'
import { type Selector, selectIdentity } from './identity-selector.ts'
import { AuthorityCall, decodedParts } from './probe-authority-call.ts'
import type { ProbeTrace } from './probe-trace.ts'
import { type IssuedToken, TokenAnswer } from './token-answer.ts'
import type { CacheOutcome, Force, TokenCache } from './token-cache.ts'

/** What a workload asks of a local endpoint, already parsed. */
export interface TokenRequest {
  readonly resource: string
  readonly selector: Selector | undefined
  /** Asks past the cache. */
  readonly force?: Force | undefined
  /** IMDS takes the only user-assigned identity when there is no system-assigned one; App Service never does. */
  readonly fallBackToUser: boolean
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** An audience that every deployment knows. */
const everywhereRegistered = 'https://management.azure.com'
/** The characters of a scope token (RFC 6749 §3.3): anything else could smuggle in a second scope. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,2000}$/

/** The product in one call: identity and resource → access token. */
export class TokenBroker {
  readonly #held: HeldIdentities
  readonly #cache: TokenCache
  readonly #authority: AuthorityClient
  readonly #now: () => number

  constructor(parts: { held: HeldIdentities; cache: TokenCache; authority: AuthorityClient; now: () => number }) {
    this.#held = parts.held
    this.#cache = parts.cache
    this.#authority = parts.authority
    this.#now = parts.now
  }

  /**
   * The answer from memory alone, for the hot path; undefined when one has to be waited for.
   *
   * @throws SignetError `identity_not_found` | `identity_paused` | `identity_pending` | `invalid_request`
   */
  cached(request: TokenRequest): TokenAnswer | undefined {
    if (request.force) return undefined
    const identity = this.#identity(request)
    return this.#cache.peek(identity.cacheKey + request.resource, () => this.#fetch(identity, request.resource))
  }

  /**
   * @param trace of the test this request belongs to, if it belongs to one
   * @throws SignetError `identity_not_found` | `identity_paused` | `identity_pending` | `invalid_request` | `resource_unknown` |
   * `scope_malformed` | `credential_refused` | `authority_unreachable` | `too_many_requests`
   */
  async acquire(request: TokenRequest, trace?: ProbeTrace): Promise<TokenAnswer> {
    const identity = this.#traced(request, trace)
    try {
      return await this.#through(identity, request, trace)
    } catch (error) {
      // Dropped from the cache while it was fetched: gone, which this throws again, or to be fetched under newer terms.
      if (!(error instanceof SignetError) || error.code !== 'identity_not_found') throw error
      return this.#through(this.#identity(request), request, trace)
    }
  }

  /**
   * The content of a token file, past the cache: the file is what it is kept in.
   *
   * @throws SignetError as `acquire`
   */
  assertionFor(identity: HeldIdentity): Promise<IssuedToken> {
    return this.#ask(identity, tokenExchangeAudience)
  }

  /**
   * Asks for a token with a certificate that must get none.
   *
   * @returns how the authority refused it
   * @throws SignetError `conflict` when it gave a token; as `acquire` when it could not be asked
   */
  async refusalOf(identity: HeldIdentity, credential: SigningCredential): Promise<SignetError> {
    try {
      await this.#askWith(credential, identity, everywhereRegistered, undefined)
    } catch (thrown) {
      const error = SignetError.from(thrown)
      if (error.code === 'credential_refused') return error
      throw error
    }
    throw new SignetError('conflict', 'The authority gave a token for a certificate that it must not trust.')
  }

  async #through(identity: HeldIdentity, request: TokenRequest, trace: ProbeTrace | undefined): Promise<TokenAnswer> {
    if (trace?.isolated) {
      trace.add('cache', cacheTitle, { status: 'ok', detail: 'Passed by: this token is for the test alone.' })
      return this.#fetch(identity, request.resource, trace)
    }
    const key = identity.cacheKey + request.resource
    const force = trace?.bypassCache === true ? 'fresh' : request.force
    const isForced = force !== undefined
    const fetch = () => {
      trace?.add('cache', cacheTitle, { status: 'ok', detail: cacheWords('fetched', isForced) })
      return this.#fetch(identity, request.resource, trace)
    }
    const { answer, outcome } = await this.#cache.get(key, fetch, force)
    if (outcome !== 'fetched') trace?.add('cache', cacheTitle, { status: 'ok', detail: cacheWords(outcome, isForced) })
    return answer
  }

  #traced(request: TokenRequest, trace: ProbeTrace | undefined): HeldIdentity {
    const title = 'Identity selected'
    try {
      const identity = this.#identity(request)
      const detail = `${identity.kind}-assigned, client ID ${identity.clientId}, principal ID ${identity.objectId}`
      trace?.add('identity', title, { status: 'ok', detail })
      return identity
    } catch (thrown) {
      const { detail, code } = SignetError.from(thrown)
      trace?.add('identity', title, { status: 'failed', detail, code })
      throw thrown
    }
  }

  /** Before the first state, and while the system identity is being turned on, not finding it is passing. */
  #identity(request: TokenRequest): HeldIdentity {
    let identity: HeldIdentity
    try {
      identity = selectIdentity(this.#held.identities, request.selector, request.fallBackToUser)
    } catch (error) {
      const isAbsent = error instanceof SignetError && error.code === 'identity_not_found'
      if (isAbsent && this.#isOnItsWay(request)) throw new SignetError('identity_pending')
      throw error
    }
    if (identity.suspended) throw new SignetError('identity_paused', 'The managed identity is paused.')
    if (!identity.credential) throw new SignetError('identity_pending')
    return identity
  }

  #isOnItsWay({ selector }: TokenRequest): boolean {
    const { state } = this.#held
    return !state || (!selector && state.instances.some((instance) => instance.identityState === 'enabling'))
  }

  /** Workloads get no content of token files this way (ADR 0018): it is in the file, or it is nowhere. */
  async #fetch(identity: HeldIdentity, resource: string, trace?: ProbeTrace): Promise<TokenAnswer> {
    if (resource === tokenExchangeAudience) {
      throw unknownResource('tokens for it are in token files alone (signet run --dialect workload-identity)')
    }
    const token = await this.#ask(identity, resource, trace)
    return new TokenAnswer(token, { ...identity, resource }, this.#now())
  }

  /**
   * A roll back revokes the certificate in use a moment before this agent hears of it; the one before is accepted by then.
   * After a revocation in an emergency the next certificate is on its way, which clients wait for.
   */
  async #ask(identity: HeldIdentity, resource: string, trace?: ProbeTrace): Promise<IssuedToken> {
    try {
      return await this.#askWith(identity.credential, identity, resource, trace)
    } catch (error) {
      if (!(error instanceof SignetError) || error.code !== 'credential_refused') throw error
      const now = this.#held.identities.find(({ objectId }) => objectId === identity.objectId)
      const other = now?.credential === identity.credential ? now?.previous : now?.credential
      if (now?.isReplaced && !other) throw new SignetError('identity_pending', undefined, { cause: error })
      if (!now || !other || now.suspended) throw error
      return this.#askWith(other, now, resource, trace)
    }
  }

  async #askWith(
    credential: SigningCredential | undefined,
    identity: HeldIdentity,
    resource: string,
    trace: ProbeTrace | undefined,
  ): Promise<IssuedToken> {
    const state = this.#held.state
    if (!credential || !state) throw new SignetError('identity_pending')
    if (!scopeToken.test(resource)) throw unknownResource('its name has characters no resource has')
    const tokenUrl = `${state.authorityUrl}/${state.tenantId}/oauth2/v2.0/token`
    const about = { identity, credential, resource, audience: state.assertionAudience }
    const call = new AuthorityCall(tokenUrl, trace)
    try {
      const form = async () => call.sends(await this.#form(about, trace))
      const answer = await this.#authority.post(tokenUrl, form, trace?.id ?? newGuid())
      call.answered(answer)
      const token = answer.token()
      call.succeeded(`A token for ${token.expiresInSeconds} s.`)
      return token
    } catch (thrown) {
      call.failed(SignetError.from(thrown))
      throw thrown
    }
  }

  async #form(
    about: { identity: HeldIdentity; credential: SigningCredential; resource: string; audience: string },
    trace: ProbeTrace | undefined,
  ): Promise<string> {
    const { identity, credential, resource, audience } = about
    const step = trace?.open('assertion', 'Assertion signed')
    const { clientId } = identity
    const assertion = await signAssertion({ credential, clientId, audience, now: this.#held.serverNow() })
    step?.end({
      status: 'ok',
      detail: `Certificate ${credential.x5tS256} (x5t#S256), for ${audience}`,
      exchange: { request: decodedParts(assertion), response: '' },
    })
    return new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      scope: `${resource}/.default`,
      client_assertion_type: assertionType,
      client_assertion: assertion,
    }).toString()
  }
}

function unknownResource(why: string): SignetError {
  return new SignetError('resource_unknown', `AADSTS500011: The resource principal was not found: ${why}.`)
}

const cacheDetail: Record<CacheOutcome, string> = {
  hit: 'Hit: the cached token is served.',
  fetched: 'Miss: the authority is asked.',
  joined: 'Miss: a request that was already under way is shared.',
  fallback: 'The authority did not answer in time; the cached token is served.',
}

const cacheTitle = 'Token cache'

function cacheWords(outcome: CacheOutcome, isForced: boolean): string {
  if (outcome === 'fetched' && isForced) return 'Passed by: a fresh token was asked for.'
  if (outcome === 'hit' && isForced) return 'Hit: a fresh token was fetched within the last ten seconds; it is served.'
  return cacheDetail[outcome]
}
