import { constants, createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ClientId,
  CredentialId,
  ObjectId,
  RunId,
  SlotId,
  TenantId,
  ThumbprintS256,
} from '@signet/shared/vocabulary/identifiers'
import type { TokenError } from '@signet/shared/wire/oauth'
import { jwtBearer } from '@signet/shared/wire/oauth'
import { AuditLog } from '../../audit/index.ts'
import { FakeClock } from '../../platform/clock.ts'
import { ClockWatch } from '../../platform/clock-watch.ts'
import { issueSelfSigned, readCertificate } from '../../platform/crypto/certificate.ts'
import { EnvironmentRootKey } from '../../platform/crypto/root-key/environment-root-key.ts'
import { Database } from '../../platform/database/database.ts'
import { Cursors } from '../../platform/database/paging.ts'
import { Sealer } from '../../platform/database/sealer.ts'
import { listen } from '../../platform/http/listener.ts'
import { createLogger } from '../../platform/log.ts'
import { OutboundError } from '../../platform/outbound.ts'
import { SampledLog } from '../../platform/sampled-log.ts'
import type { FederatedTrust, KeyCredential, KnownSecret, Principal } from '../../principals/index.ts'
import type { AuthorityOptions } from '../authority.ts'
import type { SlotHolder } from '../client-facts.ts'
import {
  authorityEndpoint,
  DiscoveryEndpoint,
  IntrospectionEndpoint,
  openAuthority,
  RevocationFeed,
  TokenEndpoint,
} from '../index.ts'
import type { Fetch } from '../issuer-keys.ts'

export const resource = 'https://vault.azure.net'
export const authorityUrl = 'https://login.signet.test:7421'
export const tenantId = TenantId.parse('11111111-2222-4333-8444-555555555555')

/** A client with a real key and certificate, and assertions in any dialect. */
export class TestClient {
  readonly keys: { privateKey: KeyObject; publicKey: KeyObject }
  principal: Principal
  credential: KeyCredential
  secrets: KnownSecret[] = []
  trusts: FederatedTrust[] = []

  private constructor(keys: TestClient['keys'], principal: Principal, credential: KeyCredential) {
    this.keys = keys
    this.principal = principal
    this.credential = credential
  }

  static async make(options: {
    nowMs: number
    keyLocation?: KeyCredential['keyLocation']
    kind?: Principal['kind']
    ec?: boolean
  }): Promise<TestClient> {
    const keys = options.ec
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
    const certificate = await issueSelfSigned({
      commonName: 'test',
      privateKey: keys.privateKey.export({ format: 'der', type: 'pkcs8' }),
      notBefore: options.nowMs - 60_000,
      notAfter: options.nowMs + 86_400_000,
    })
    const facts = readCertificate(certificate)
    const objectId = ObjectId.parse(randomUUID())
    const principal: Principal = {
      objectId,
      clientId: ClientId.parse(randomUUID()),
      tenantId,
      kind: options.kind ?? 'system',
      displayName: 'vm-1',
      ownerInstanceId: null,
      armId: options.kind === 'app' ? null : armId,
      tokenLifetimeSeconds: null,
      state: 'enabled',
      deletedAt: null,
      purgeAt: null,
      suspendedWith: null,
      tokensRevokedAt: null,
      createdAt: options.nowMs,
      version: 1,
    }
    return new TestClient(keys, principal, {
      id: CredentialId.parse(randomUUID()),
      slotId: SlotId.parse(randomUUID()),
      runId: RunId.parse(randomUUID()),
      principalId: objectId,
      serial: facts.serial,
      x5t: facts.x5t,
      x5tS256: ThumbprintS256.parse(facts.x5tS256),
      certificate: facts.der,
      keyAlgorithm: options.ec ? 'p256' : 'rsa2048',
      keyLocation: options.keyLocation ?? 'external',
      longAssertions: false,
      state: 'active',
      notBefore: facts.notBefore,
      notAfter: facts.notAfter,
      usableUntil: null,
      issuedAt: options.nowMs,
      activatedAt: options.nowMs,
      revokedAt: null,
      firstUsedAt: null,
      lastUsedAt: null,
      version: 1,
    })
  }

  /** A compact JWS over whatever header and claims are given, under this client's key unless another is. */
  assertion(
    header: Record<string, unknown>,
    claims: Record<string, unknown>,
    options: { key?: KeyObject; rawHeader?: string; rawClaims?: string; pad?: boolean } = {},
  ): string {
    const encode = (text: string) =>
      Buffer.from(text).toString('base64url') +
      (options.pad ? '=='.slice(0, (4 - (Buffer.from(text).toString('base64url').length % 4)) % 4) : '')
    const input = `${encode(options.rawHeader ?? JSON.stringify(header))}.${encode(options.rawClaims ?? JSON.stringify(claims))}`
    const key = options.key ?? this.keys.privateKey
    const data = Buffer.from(input)
    const signature =
      header['alg'] === 'PS256'
        ? sign('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
        : sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' })
    return `${input}.${signature.toString('base64url')}`
  }

  /** The header of our own agent. */
  header(more: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      alg: this.keys.privateKey.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256',
      typ: 'JWT',
      'x5t#S256': this.credential.x5tS256,
      ...more,
    }
  }

  claims(nowMs: number, more: Record<string, unknown> = {}): Record<string, unknown> {
    const now = Math.floor(nowMs / 1_000)
    const { clientId } = this.principal
    return {
      iss: clientId,
      sub: clientId,
      aud: `${authorityUrl}/${tenantId}/v2.0`,
      jti: randomUUID(),
      nbf: now,
      exp: now + 240,
      ...more,
    }
  }

  get thumbprintS256(): Buffer {
    return createHash('sha256').update(this.credential.certificate).digest()
  }

  get thumbprintSha1(): Buffer {
    return createHash('sha1').update(this.credential.certificate).digest()
  }
}

const unreachable: Fetch = async ({ host }) => {
  throw new OutboundError('unreachable', `${host} is not part of this test`)
}

const armId = '/subscriptions/s/resourceGroups/Default/providers/Microsoft.HybridCompute/machines/vm-1'

export type Answer = { status: number; headers: Headers; body: Record<string, unknown> & Partial<TokenError> }

/** The real authority over HTTP, on a real database, with a clock the test holds. */
export async function openTestAuthority(
  options: {
    folder?: string
    clock?: FakeClock
    tokenLifetimeSeconds?: number
    /** Receives the log's lines. */
    logged?: string[]
    /** What external issuers answer; nothing unless given. */
    fetch?: Fetch
    /** What else the authority, and what the built-in audiences are called here. */
    names?: Pick<AuthorityOptions, 'otherAuthorityUrls' | 'audienceNames'>
    /** Puts rows there before the authority reads them. */
    prepare?: (database: Database) => Promise<unknown>
  } = {},
) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'signet-authority-'))
  const clock = options.clock ?? new FakeClock()
  const { logged } = options
  const log = logged ? createLogger('warn', { write: (line) => void logged.push(line) }) : createLogger('silent')
  const database = Database.open(folder, clock)
  const sealer = await Sealer.open(
    database,
    new EnvironmentRootKey(createHash('sha256').update('root key of the test').digest('base64')),
    ['signing', 'paging', 'integrity'],
    clock,
  )
  await options.prepare?.(database)
  const cursors = new Cursors(sealer.keyOf('paging'))
  const audit = new AuditLog({ database, cursors, clock, tenantId })
  const clients = new Map<string, TestClient>()
  const used: string[] = []
  const holders = new Map<string, SlotHolder>()
  const certificateVerdicts: string[] = []
  const newHosts: { objectId: string; at: number }[] = []
  const authority = await openAuthority({
    database,
    sealer,
    cursors,
    audit,
    clock,
    steadiness: new ClockWatch(clock),
    log,
    tenantId,
    authorityUrl,
    dataDir: folder,
    registry: {
      require: async (objectId) => {
        const client = [...clients.values()].find(({ principal }) => principal.objectId === objectId)
        if (!client) throw new Error('no such client')
        return client.principal
      },
      withdraw: async () => undefined,
      newHost: async (_tx, objectId, at) => {
        newHosts.push({ objectId, at })
        return [...clients.values()].find(({ principal }) => principal.objectId === objectId)?.principal
      },
      findClient: async (clientId) => {
        const client = clients.get(clientId)
        return (
          client && {
            principal: client.principal,
            credentials: [client.credential],
            secrets: client.secrets,
            trusts: client.trusts,
          }
        )
      },
    },
    tenantDomain: 'signet.local',
    ...options.names,
    holdersOf: async () => holders,
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3_600,
    fetch: options.fetch ?? unreachable,
    onCredentialUsed: (id) => used.push(id),
    onCertificateVerdict: (principalId) => certificateVerdicts.push(principalId),
  })
  const endpoint = new TokenEndpoint({
    authority: authority.tokens,
    traces: authority.traces,
    issuer: authority.issuer,
    clock,
    log: new SampledLog(log, clock),
  })
  const handler = authorityEndpoint({
    token: endpoint,
    discovery: new DiscoveryEndpoint(authority.issuer, authority.keys),
    feed: new RevocationFeed({ ...authority, clock }),
    introspection: new IntrospectionEndpoint({ ...authority, token: endpoint }),
  })
  const listener = await listen({ name: 'test', setting: 'none', bind: '127.0.0.1', port: 0, handler })
  const base = `http://127.0.0.1:${listener.port}`
  const close = async (keepFolder = false) => {
    await listener.close(0)
    await authority.close()
    await database.close()
    if (!keepFolder) rmSync(folder, { recursive: true, force: true })
  }
  return {
    folder,
    clock,
    authority,
    database,
    cursors,
    audit,
    clients,
    /** By slot, who asks with a managed identity; the test fills it in. */
    holders,
    used,
    certificateVerdicts,
    newHosts,
    base,
    port: listener.port,
    close,
  }
}

export type TestAuthority = Awaited<ReturnType<typeof openTestAuthority>>

/** One more client that the authority knows. */
export async function addClient(
  authority: TestAuthority,
  options: { keyLocation?: KeyCredential['keyLocation']; kind?: Principal['kind']; ec?: boolean } = {},
): Promise<TestClient> {
  const made = await TestClient.make({ nowMs: authority.clock.now(), ...options })
  authority.clients.set(made.principal.clientId, made)
  return made
}

/** Sends a form as clients do; `null` leaves a field out. */
export async function askToken(
  { base }: { base: string },
  form: Record<string, string | null>,
  options: { path?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const pairs = Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== null)
  return read(
    await fetch(`${base}${options.path ?? `/${tenantId}/oauth2/v2.0/token`}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...options.headers },
      body: new URLSearchParams(pairs).toString(),
    }),
  )
}

export async function read(response: Response): Promise<Answer> {
  const body: unknown = await response.json()
  if (typeof body !== 'object' || body === null) throw new Error('no object')
  return { status: response.status, headers: response.headers, body: { ...body } }
}

/** The fields of a good v2 request. */
export function form(
  client: TestClient,
  assertion: string,
  more: Record<string, string | null> = {},
): Record<string, string | null> {
  return {
    grant_type: 'client_credentials',
    client_id: client.principal.clientId,
    scope: `${resource}/.default`,
    client_assertion_type: jwtBearer,
    client_assertion: assertion,
    ...more,
  }
}
