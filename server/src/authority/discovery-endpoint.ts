import type { IncomingMessage, ServerResponse } from 'node:http'
import { apiHeaderList } from '../platform/http/hardening.ts'
import { SignetError } from '../platform/signet-error.ts'
import { adfsTenant, type Issuer, requireTenant, reservedTenants } from './issuer.ts'
import type { SigningKeys } from './signing-keys.ts'

/** How clients authenticate, wherever they do. */
const authMethods = ['client_secret_post', 'private_key_jwt', 'client_secret_basic']
const authAlgorithms = ['RS256', 'PS256', 'ES256']

interface Published {
  /** A string, since the HTTP layer then writes head and body at once. */
  readonly text: string
  /** Every header, as name, value, name, value. */
  readonly headers: string[]
}

/** Discovery documents and the key set: made once, answered from memory, the same whatever the request says (SEC-91). */
export class DiscoveryEndpoint {
  readonly #issuer: Issuer
  readonly #keys: SigningKeys
  readonly #documents = new Map<string, Published>()
  /** Hosts that are one authority to clients, the one they should talk to first. */
  readonly #families: readonly (readonly string[])[]
  /** Every host that may be asked about. MSAL for Python leaves the port out. */
  readonly #hosts: ReadonlySet<string>

  constructor(issuer: Issuer, keys: SigningKeys) {
    this.#issuer = issuer
    const { authorityUrl, otherUrls } = issuer
    const families = [[authorityUrl, ...otherUrls.own], otherUrls.cloud].filter((urls) => urls.length > 0)
    this.#families = families.map((urls) => urls.map((url) => new URL(url).host))
    this.#hosts = new Set(families.flat().flatMap((url) => [new URL(url).host, new URL(url).hostname]))
    this.#keys = keys
    keys.onChange(() => this.#documents.clear())
  }

  /** @param path lower case, slashes collapsed. @returns whether the path is one of discovery's */
  answer(request: IncomingMessage, response: ServerResponse, path: string, query: string): boolean {
    const [tenant = '', ...rest] = path.slice(1).split('/')
    const document = this.#find(tenant, rest.join('/'), query)
    if (!document) return false
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      throw new SignetError('method_not_allowed', 'Use GET here.')
    }
    response.writeHead(200, document.headers)
    response.end(request.method === 'HEAD' ? undefined : document.text)
    return true
  }

  #find(tenant: string, rest: string, query: string): Published | undefined {
    if (tenant === '.well-known' && rest === 'webfinger') return this.#webfinger(query)
    if (tenant === adfsTenant && rest === '.well-known/openid-configuration') {
      return this.#once('adfs', 'max-age=86400, private', () => this.#adfsMetadata())
    }
    if (tenant === 'common' && rest === 'discovery/instance') return this.#instanceDiscovery(query)
    const reserved = reservedTenants.has(tenant) ? tenant : null
    switch (rest) {
      case 'v2.0/.well-known/openid-configuration':
        this.#requireTenant(tenant)
        return this.#once(`v2/${reserved}`, 'max-age=86400, private', () => this.#metadata(2, reserved))
      case '.well-known/openid-configuration':
        this.#requireTenant(tenant)
        return this.#once(`v1/${reserved}`, 'max-age=86400, private', () => this.#metadata(1, reserved))
      case 'discovery/v2.0/keys':
        this.#requireTenant(tenant)
        return this.#once('keys/v2', 'max-age=3600', () => this.keySet(true))
      case 'discovery/keys':
        this.#requireTenant(tenant)
        return this.#once('keys/v1', 'max-age=3600', () => this.keySet(false))
      default:
        return undefined
    }
  }

  /** RFC 7517 §5; every key carries its issuer in the v2 document only. */
  keySet(withIssuer: boolean): { keys: Record<string, unknown>[] } {
    const more = { cloud_instance_name: new URL(this.#issuer.authorityUrl).host, issuer: this.#issuer.v2 }
    return { keys: this.#keys.published.map((key) => ({ ...key.jwk, ...(withIssuer && more) })) }
  }

  #once(name: string, cacheControl: string, make: () => unknown): Published {
    const known = this.#documents.get(name)
    if (known) return known
    const text = JSON.stringify(make())
    const headers = [
      ...apiHeaderList('cross-origin'),
      ...['Access-Control-Allow-Origin', '*'],
      ...['Content-Type', 'application/json; charset=utf-8'],
      ...['Cache-Control', cacheControl],
      ...['Content-Length', String(Buffer.byteLength(text))],
    ]
    const made = { text, headers }
    this.#documents.set(name, made)
    return made
  }

  #requireTenant(tenant: string): void {
    if (!reservedTenants.has(tenant)) requireTenant(this.#issuer, tenant)
  }

  #metadata(version: 1 | 2, reserved: string | null): Record<string, unknown> {
    const { authorityUrl, tenantId } = this.#issuer
    const host = new URL(authorityUrl).host
    const base = `${authorityUrl}/${reserved ?? tenantId}`
    const path = version === 2 ? '/oauth2/v2.0' : '/oauth2'
    const issuer = version === 2 ? this.#issuer.v2 : this.#issuer.v1
    return {
      token_endpoint: `${base}${path}/token`,
      token_endpoint_auth_methods_supported: authMethods,
      token_endpoint_auth_signing_alg_values_supported: authAlgorithms,
      introspection_endpoint: `${base}/oauth2/v2.0/introspect`,
      introspection_endpoint_auth_methods_supported: authMethods,
      introspection_endpoint_auth_signing_alg_values_supported: authAlgorithms,
      jwks_uri: version === 2 ? `${base}/discovery/v2.0/keys` : `${authorityUrl}/common/discovery/keys`,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      issuer: reserved ? issuer.replace(tenantId, '{tenantid}') : issuer,
      request_uri_parameter_supported: false,
      authorization_endpoint: `${base}${path}/authorize`,
      device_authorization_endpoint: `${base}${path}/devicecode`,
      http_logout_supported: true,
      frontchannel_logout_supported: true,
      end_session_endpoint: `${base}${path}/logout`,
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'nbf', 'tid', 'oid', 'ver'],
      tenant_region_scope: null,
      cloud_instance_name: host,
      cloud_graph_host_name: host,
      msgraph_host: host,
    }
  }

  /** What clients that take the tenant `adfs` for a server of that product read: everything is below that name. */
  #adfsMetadata(): Record<string, unknown> {
    const base = `${this.#issuer.authorityUrl}/${adfsTenant}`
    return {
      ...this.#metadata(2, null),
      issuer: base,
      token_endpoint: `${base}/oauth2/token`,
      introspection_endpoint: `${base}/oauth2/v2.0/introspect`,
      authorization_endpoint: `${base}/oauth2/authorize`,
      device_authorization_endpoint: `${base}/oauth2/devicecode`,
      end_session_endpoint: `${base}/oauth2/logout`,
      jwks_uri: `${base}/discovery/keys`,
    }
  }

  /** Says to MSAL.NET that the host it asks about is a realm this host stands for. @throws SignetError `not_found` */
  #webfinger(query: string): Published {
    const realm = 'http://schemas.microsoft.com/rel/trusted-realm'
    const asked = new URLSearchParams(query)
    const { authorityUrl, otherUrls } = this.#issuer
    // MSAL.NET asks for the host with its port or without, and compares what comes back to that.
    const urls = [authorityUrl, ...otherUrls.own, ...otherUrls.cloud]
    const names = urls.flatMap((url) => [url, `https://${new URL(url).hostname}`])
    const subject = names.find((name) => name === asked.get('resource')?.replace(/\/$/, ''))
    if (subject === undefined || asked.get('rel') !== realm) {
      throw new SignetError('not_found', 'There is no such resource here.')
    }
    return this.#once(`webfinger/${subject}`, 'max-age=86400, private', () => ({
      subject,
      links: [{ rel: realm, href: subject }],
    }))
  }

  /** @throws SignetError `authority_host_unknown` for a host that is not this authority's */
  #instanceDiscovery(query: string): Published {
    const asked = new URLSearchParams(query).get('authorization_endpoint')
    const given = asked && URL.canParse(asked) ? new URL(asked) : undefined
    if (!given || !this.#hosts.has(given.host)) {
      throw new SignetError('authority_host_unknown', 'Unknown or invalid instance.')
    }
    return this.#once('instance', 'max-age=86400, private', () => ({
      tenant_discovery_endpoint: `${this.#issuer.authorityUrl}/${this.#issuer.tenantId}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: this.#families.map((hosts) => ({
        preferred_network: hosts[0],
        preferred_cache: hosts[0],
        aliases: hosts,
      })),
    }))
  }
}
