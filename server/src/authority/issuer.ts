/** URLs of one tenant, in every spelling clients use. All come from configuration, never from a request (SEC-91). */
export interface Issuer {
  readonly tenantId: string
  /** `https://host:port`, no trailing slash. */
  readonly authorityUrl: string
  /** `iss` of v1 tokens, with its trailing slash. */
  readonly v1: string
  /** `iss` of v2 tokens; also what agents address their assertions to. */
  readonly v2: string
  /** Path segments that mean this tenant, lower case. */
  readonly spellings: readonly string[]
  /** What an assertion's `aud` may be, without a query (wire-protocol §3.4). */
  readonly assertionAudiences: ReadonlySet<string>
}

export function issuerOf(options: { authorityUrl: string; tenantId: string; tenantDomain: string }): Issuer {
  const { authorityUrl, tenantId } = options
  const spellings = [tenantId, options.tenantDomain].map((spelling) => spelling.toLowerCase())
  const audiences = spellings.flatMap((tenant) => [
    `${authorityUrl}/${tenant}`,
    `${authorityUrl}/${tenant}/`,
    `${authorityUrl}/${tenant}/v2.0`,
    `${authorityUrl}/${tenant}/oauth2/token`,
    `${authorityUrl}/${tenant}/oauth2/v2.0/token`,
  ])
  return {
    tenantId,
    authorityUrl,
    v1: `${authorityUrl}/${tenantId}/`,
    v2: `${authorityUrl}/${tenantId}/v2.0`,
    spellings,
    assertionAudiences: new Set(audiences),
  }
}
