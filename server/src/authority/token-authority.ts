import type { CredentialId } from '@signet/shared/vocabulary/identifiers'
import { tokenExchangeAudience } from '@signet/shared/wire/oauth'
import type { Clock } from '../platform/clock.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import { SignetError } from '../platform/signet-error.ts'
import { resourceOfScope, resourceOfV1 } from './audience.ts'
import { accessTokenClaims, backdateSeconds } from './claims.ts'
import { demandOf } from './claims-demand.ts'
import { type AuthenticatedClient, authenticateClient, type Proof } from './client-authentication.ts'
import { type ClientCredentials, clientCredentialsOf, missing } from './client-credentials.ts'
import type { ClientFacts } from './client-facts.ts'
import type { IdentityCache } from './identity-cache.ts'
import { type IssuanceLog, sha256Bytes, utiOf } from './issuance-log.ts'
import { expHourOf, type IssuanceRow } from './issuance-log-store.ts'
import type { Issuer } from './issuer.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import { useOf } from './proven-use.ts'
import type { ResourceApp, ResourceApps } from './resource-apps.ts'
import type { SigningKeys } from './signing-keys.ts'
import type { TestGrants } from './test-grants.ts'
import { longestTokenFileSeconds, requireAgent, tokenFileApp } from './token-file.ts'
import { isForCertificate } from './token-usage-store.ts'
import { audienceInWords, clientInWords, signatureInWords } from './trace-words.ts'
import type { Trace } from './traces.ts'

/** A token request as the endpoint parsed it. */
export interface TokenRequest {
  readonly version: 1 | 2
  readonly form: ReadonlyMap<string, string>
  /** Its Authorization header. */
  readonly authorization: string | undefined
  readonly correlationId: string
  readonly ip: string | null
  readonly trace: Trace
}

export interface IssuedToken {
  readonly accessToken: string
  readonly lifetimeSeconds: number
  /** Epoch seconds. */
  readonly notBefore: number
  readonly expiresOn: number
  readonly resource: string
  /** Of the key that signed it. */
  readonly kid: string
}

interface Draft extends Omit<IssuedToken, 'accessToken' | 'resource'> {
  /** The whole token, under the key it names. */
  readonly sign: () => Promise<string>
}

export interface TokenAuthorityParts {
  readonly issuer: Issuer
  readonly identities: IdentityCache
  readonly issuerKeys: IssuerKeys
  readonly resources: ResourceApps
  readonly keys: SigningKeys
  /** Those of token files, made when they are first needed. */
  readonly fileKeys: () => Promise<SigningKeys>
  readonly log: IssuanceLog
  /** Tests that asked for a shorter token. */
  readonly testGrants: TestGrants
  readonly clock: Clock
  readonly tokenLifetimeSeconds: number
  /** Told of every credential a token was issued for; must not throw. */
  readonly onCredentialUsed: (credentialId: CredentialId, at: number) => void
  /**
   * Told of every principal that was refused for its certificate, and of its next token after that, once either is on
   * record; must not throw.
   */
  readonly onCertificateVerdict: (principalId: string) => void
}

/** Of a request that is for no token. */
const noResource = ''

/** How long a customer's certificate may send the same assertion again; agents get one use (SEC-79). */
const reusableMs = 600_000

/** Principals whose recovery would be noticed at once; that of any other is seen when its state is next looked at. */
const mostRefused = 10_000

/** Issues access tokens to clients that prove themselves with a certificate, a secret or the token of an issuer they trust. */
export class TokenAuthority {
  readonly #parts: TokenAuthorityParts
  readonly #ids: SequentialIds
  /** Those whose newest request was refused for its certificate. */
  readonly #refused = new Set<string>()
  /** Once a token file was asked for. */
  #fileKeys: SigningKeys | undefined
  #inFlight = 0
  #lastIssuedSeconds = 0
  #headerKid = ''
  #header = ''

  constructor(parts: TokenAuthorityParts) {
    this.#parts = parts
    this.#ids = new SequentialIds(parts.clock)
  }

  /** @throws SignetError with a code of the catalogue; the token of a request that throws never existed */
  async issue(request: TokenRequest): Promise<IssuedToken> {
    this.#inFlight += 1
    this.#parts.log.expect(this.#inFlight)
    try {
      return await this.#issue(request)
    } finally {
      this.#inFlight -= 1
      this.#parts.log.expect(this.#inFlight)
    }
  }

  /**
   * Who asks for something else than a token. A refusal is on record, and an assertion is spent, as with a token (SEC-78).
   *
   * @throws SignetError as `issue`
   */
  async identify(request: Omit<TokenRequest, 'version' | 'trace'>): Promise<AuthenticatedClient> {
    const nowMs = this.#parts.clock.now()
    const client = await this.#authenticate(
      clientCredentialsOf(request.form, request.authorization),
      request,
      nowMs,
      noResource,
    )
    const { principal, proof } = client
    if (proof.kind === 'certificate') {
      await this.#parts.log.spend({ clientId: principal.clientId, at: nowMs, assertion: spent(proof) })
    }
    this.#parts.onCredentialUsed(proof.id, nowMs)
    return client
  }

  async #issue(request: TokenRequest): Promise<IssuedToken> {
    const { trace, form } = request
    const { clock, onCredentialUsed, onCertificateVerdict } = this.#parts
    requireGrant(form)
    const resource = request.version === 2 ? resourceOfScope(form.get('scope')) : resourceOfV1(form.get('resource'))
    const credentials = clientCredentialsOf(form, request.authorization)
    const nowMs = clock.now()

    // 1 who asks
    const client = await trace.step(
      'client-authentication',
      'Client assertion and certificate checked',
      () => this.#authenticate(credentials, request, nowMs, resource),
      clientInWords,
    )
    // 2 for what
    const app = await trace.step(
      'audience',
      'Audience is a registered resource',
      () => this.#recordingRefusal(request, client, nowMs, resource, () => this.#audienceFor(client, resource)),
      audienceInWords,
    )
    if (app === tokenFileApp) this.#fileKeys ??= await this.#parts.fileKeys()
    // 3 the token's words
    const id = this.#ids.next()
    const draft = this.#draft(request, client, app, resource, id, nowMs)
    // 4 the signature, while 5 the record is on its way to the disk: the token leaves when both are there
    const recorded = this.#parts.log.record(this.#row(request, client, nowMs, resource, { id, draft }))
    recorded.catch(() => undefined)
    const accessToken = await trace.step('signature', 'Token signed', draft.sign, () => signatureInWords(draft))
    await trace.step('record', 'Issuance on durable record', () => recorded)
    onCredentialUsed(client.proof.id, nowMs)
    if (this.#refused.delete(client.principal.objectId)) onCertificateVerdict(client.principal.objectId)
    const { lifetimeSeconds, notBefore, expiresOn, kid } = draft
    return { accessToken, lifetimeSeconds, notBefore, expiresOn, resource, kid }
  }

  async #authenticate(
    credentials: ClientCredentials,
    request: Omit<TokenRequest, 'version' | 'trace'>,
    nowMs: number,
    resource: string,
  ): Promise<AuthenticatedClient> {
    const { identities, issuer, issuerKeys, fileKeys, log } = this.#parts
    try {
      return await authenticateClient(credentials, {
        issuer,
        issuerKeys,
        fileKeys,
        findClient: async (clientId) => identities.find(clientId),
        nowMs,
      })
    } catch (error) {
      const known = await identities.find(credentials.clientId)
      if (known && error instanceof SignetError) {
        const { objectId: principalId, clientId } = known.principal
        const { code } = error
        await log.recordRefusal(this.#refusalRow(request, { principalId, clientId }, nowMs, { resource, code }))
        if (isForCertificate(code)) this.#refusedFor(principalId)
      }
      throw error
    }
  }

  #refusedFor(principalId: string): void {
    if (this.#refused.size >= mostRefused) this.#refused.clear()
    this.#refused.add(principalId)
    this.#parts.onCertificateVerdict(principalId)
  }

  async #recordingRefusal<T>(
    request: TokenRequest,
    client: AuthenticatedClient,
    nowMs: number,
    resource: string,
    work: () => T,
  ): Promise<T> {
    try {
      return work()
    } catch (error) {
      if (error instanceof SignetError) {
        const { objectId: principalId, clientId } = client.principal
        const row = this.#refusalRow(request, { principalId, clientId }, nowMs, { resource, code: error.code })
        // A resource that is not registered is a word of the caller, and is counted under none.
        const use = useOf(client, this.#parts.identities.factsOf(client.principal), request.ip)
        await this.#parts.log.recordRefusal(error.code === 'resource_unknown' ? row : { ...row, use })
      }
      throw error
    }
  }

  /** @throws SignetError `resource_unknown` | `resource_disabled` | `role_missing` */
  #audienceFor({ principal, proof }: AuthenticatedClient, resource: string): ResourceApp {
    const { resources, identities } = this.#parts
    if (resource === tokenExchangeAudience) {
      requireAgent(proof.kind === 'certificate' ? proof.credential : undefined)
      return tokenFileApp
    }
    const app = resources.require(resource)
    if (!app.assignmentRequired || identities.factsOf(principal).roles.has(app.id)) return app
    const { clientId, displayName } = principal
    throw new SignetError(
      'role_missing',
      `Application '${clientId}'(${displayName}) is not assigned to a role for the application '${app.appId}'(${app.name}).`,
    )
  }

  /** A token but for its signature. */
  #draft(
    request: TokenRequest,
    client: AuthenticatedClient,
    app: ResourceApp,
    resource: string,
    id: string,
    nowMs: number,
  ): Draft {
    const { issuer, testGrants, identities, tokenLifetimeSeconds } = this.#parts
    const { principal, proof } = client
    const isFile = app === tokenFileApp
    const keys = isFile && this.#fileKeys ? this.#fileKeys : this.#parts.keys
    const ownSeconds = principal.tokenLifetimeSeconds ?? app.lifetimeSeconds ?? tokenLifetimeSeconds
    const mostSeconds = isFile ? Math.min(ownSeconds, longestTokenFileSeconds) : ownSeconds
    const lifetimeSeconds = testGrants.shorten(request.correlationId, mostSeconds)
    const facts = identities.factsOf(principal)
    const demand = demandOf(request.form.get('claims'))
    const nowSeconds = this.#issuedAt(Math.floor(nowMs / 1_000))
    const claims = accessTokenClaims({
      issuer,
      principal,
      resource,
      app,
      byKey: proof.kind !== 'secret',
      certificate: isFile && proof.kind === 'certificate' ? proof.credential.x5tS256 : undefined,
      nowSeconds,
      lifetimeSeconds,
      uti: utiOf(id),
      roles: facts.roles.get(app.id),
      asker: askerOf(client, facts),
      capabilities: app.clientCapabilities ? demand.capabilities : undefined,
      notBeforeSeconds: demand.notBeforeSeconds,
    })
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
    const kid = keys.activeKid
    const input = `${this.#headerFor(kid, app.tokenVersion)}.${payload}`
    const sign = keys.signer(this.#inFlight === 1)
    return {
      sign: async () => `${input}.${await sign(input)}`,
      lifetimeSeconds,
      notBefore: Number(claims['nbf']),
      expiresOn: nowSeconds + lifetimeSeconds,
      kid,
    }
  }

  /**
   * Times of tokens do not go back with the clock (SEC-145), as far as their backdating covers it: a step back of more is
   * followed, since a token that begins in the future is accepted by nobody.
   */
  #issuedAt(nowSeconds: number): number {
    const ahead = this.#lastIssuedSeconds - nowSeconds
    if (ahead <= 0 || ahead > backdateSeconds) this.#lastIssuedSeconds = nowSeconds
    return this.#lastIssuedSeconds
  }

  /** The header is the same for every token of a key and version; it is encoded once. */
  #headerFor(kid: string, version: 1 | 2): string {
    const wanted = `${kid}/${version}`
    if (this.#headerKid !== wanted) {
      const header = { typ: 'JWT', alg: 'RS256', kid, ...(version === 1 && { x5t: kid }) }
      this.#header = Buffer.from(JSON.stringify(header)).toString('base64url')
      this.#headerKid = wanted
    }
    return this.#header
  }

  #row(
    request: TokenRequest,
    client: AuthenticatedClient,
    at: number,
    resource: string,
    issued: { id: string; draft: Draft },
  ): IssuanceRow {
    const { principal, proof } = client
    return {
      id: issued.id,
      tenantId: principal.tenantId,
      at,
      principalId: principal.objectId,
      clientId: principal.clientId,
      audience: resource,
      x5tS256: 'credential' in proof ? proof.credential.x5tS256 : null,
      kid: issued.draft.kid,
      exp: issued.draft.expiresOn,
      outcome: 'ok',
      correlationId: request.correlationId,
      ip: request.ip,
      use: useOf(client, this.#parts.identities.factsOf(principal), request.ip),
      ...(proof.kind === 'certificate' && { assertion: spent(proof) }),
    }
  }

  #refusalRow(
    request: Pick<TokenRequest, 'correlationId' | 'ip'>,
    client: { principalId: string; clientId: string },
    at: number,
    refusal: { resource: string; code: string },
  ): IssuanceRow {
    return {
      id: this.#ids.next(),
      tenantId: this.#parts.issuer.tenantId,
      at,
      ...client,
      audience: refusal.resource,
      x5tS256: null,
      kid: null,
      exp: null,
      outcome: refusal.code,
      correlationId: request.correlationId,
      ip: request.ip,
    }
  }
}

/** What is spent with a token: the assertion of a certificate. Tokens of others are sent again by design (SEC-189). */
function spent({
  claims,
  credential,
  assertion,
}: Extract<Proof, { kind: 'certificate' }>): NonNullable<IssuanceRow['assertion']> {
  return {
    expHour: expHourOf(claims.exp),
    jtiHash: sha256Bytes(claims.jti),
    assertionHash: sha256Bytes(assertion),
    reusableMs: credential.keyLocation === 'agent' ? 0 : reusableMs,
    isLong: credential.longAssertions,
  }
}

function requireGrant(form: ReadonlyMap<string, string>): void {
  const grant = form.get('grant_type')
  if (!grant) throw missing('grant_type')
  if (grant !== 'client_credentials') throw new SignetError('grant_unsupported')
}

/** The instance that asks: known where an agent proves a user-assigned identity by a certificate of its own. */
function askerOf({ proof }: AuthenticatedClient, facts: ClientFacts): string | undefined {
  if (!('credential' in proof) || proof.credential.slotId === null) return undefined
  return facts.slots.get(proof.credential.slotId)?.asker
}
