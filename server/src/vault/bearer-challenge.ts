/** What a 401 asks a client for (wire-protocol §5.2). */
export interface Challenge {
  /** `https://host[:port]` of the authority. */
  readonly authorityUrl: string
  readonly tenantId: string
  /** `https://{domain}[:port]`: the vault's own host is one label below it. */
  readonly resource: string
  /** Base64 of what only a new token fulfils, so that clients drop those they have. */
  readonly claims?: string
}

/**
 * The `WWW-Authenticate` of a 401, in the one form that every client reads: parameters are parted by a comma and a space, no value
 * has a space or a `=`, and the tenant is the only segment of the path of `authorization`.
 */
export function bearerChallenge({ authorityUrl, tenantId, resource, claims }: Challenge): string {
  const parameters: [string, string][] = [
    ['authorization', `${authorityUrl}/${tenantId}`],
    ['resource', resource],
  ]
  if (claims !== undefined) parameters.push(['error', 'insufficient_claims'], ['claims', claims])
  return `Bearer ${parameters.map(([name, value]) => `${name}="${value}"`).join(', ')}`
}
