import { SignetError } from '../platform/signet-error.ts'

/** Names that stand for no tenant of their own: discovery answers them, token requests are refused (wire-protocol §3.1). */
export const reservedTenants: ReadonlySet<string> = new Set(['common', 'organizations', 'consumers'])

/**
 * A tenant of this name has clients leave instance discovery out, with no change of their code; it means the one tenant
 * there is (wire-protocol §3.9).
 */
export const adfsTenant = 'adfs'

const tenantForm = /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/

/**
 * @param tenant path segment, lower case
 * @throws SignetError `tenant_unknown`, or `tenant_malformed` for what can be no tenant
 */
export function requireTenant({ spellings }: Issuer, tenant: string): void {
  if (spellings.includes(tenant)) return
  if (tenantForm.test(tenant) || reservedTenants.has(tenant)) {
    throw new SignetError('tenant_unknown', 'The tenant of this address was not found.')
  }
  throw new SignetError('tenant_malformed')
}

/** URLs of one tenant, in every spelling clients use. All come from configuration, never from a request (SEC-91). */
export interface Issuer {
  readonly tenantId: string
  /** `https://host:port`, no trailing slash. */
  readonly authorityUrl: string
  /** Under which other names it answers: names of this deployment, and names that clients of the cloud have compiled in. */
  readonly otherUrls: OtherUrls
  /** `iss` of v1 tokens, with its trailing slash. */
  readonly v1: string
  /** `iss` of v2 tokens; also what agents address their assertions to. */
  readonly v2: string
  /** Path segments that mean this tenant, lower case. */
  readonly spellings: readonly string[]
  /** What an assertion's `aud` may be, without a query (wire-protocol §3.4). */
  readonly assertionAudiences: ReadonlySet<string>
}

export interface OtherUrls {
  readonly own: readonly string[]
  readonly cloud: readonly string[]
}

export function issuerOf(options: {
  authorityUrl: string
  otherAuthorityUrls?: OtherUrls
  tenantId: string
  tenantDomain: string
}): Issuer {
  const { authorityUrl, otherAuthorityUrls: otherUrls = { own: [], cloud: [] }, tenantId } = options
  const urls = [authorityUrl, ...otherUrls.own, ...otherUrls.cloud]
  const spellings = [tenantId, options.tenantDomain, adfsTenant].map((spelling) => spelling.toLowerCase())
  const bases = urls.flatMap((url) => spellings.map((tenant) => `${url}/${tenant}`))
  const audiences = bases.flatMap((base) => [
    base,
    `${base}/`,
    `${base}/v2.0`,
    `${base}/oauth2/token`,
    `${base}/oauth2/v2.0/token`,
  ])
  return {
    tenantId,
    authorityUrl,
    otherUrls,
    v1: `${authorityUrl}/${tenantId}/`,
    v2: `${authorityUrl}/${tenantId}/v2.0`,
    spellings,
    assertionAudiences: new Set(audiences),
  }
}
