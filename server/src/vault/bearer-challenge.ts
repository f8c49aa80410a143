/** What a 401 asks a client for (wire-protocol §5.2). */
export interface Challenge {
  /** `https://host[:port]` of the authority. */
  readonly authorityUrl: string
  readonly tenantId: string
  /** `https://{domain}[:port]`: the vault's own host is one label below it. */
  readonly resource: string
  /** Epoch seconds: only a token that was issued later will do, and clients drop those that they have. */
  readonly notBeforeSeconds?: number
}

/**
 * The `WWW-Authenticate` of a 401, in the one form that every client reads: parameters are parted by a comma and a space, no value
 * has a space or a `=`, and the tenant is the only segment of the path of `authorization`.
 */
export function bearerChallenge({ authorityUrl, tenantId, resource, notBeforeSeconds }: Challenge): string {
  const parameters: [string, string][] = [
    ['authorization', `${authorityUrl}/${tenantId}`],
    ['resource', resource],
  ]
  if (notBeforeSeconds !== undefined) {
    parameters.push(['error', 'insufficient_claims'], ['claims', claimsOf(notBeforeSeconds)])
  }
  return `Bearer ${parameters.map(([name, value]) => `${name}="${value}"`).join(', ')}`
}

/** Base64 of a demand for a token that is not older; spaces at its end, which JSON does not mind, do for padding. */
function claimsOf(notBeforeSeconds: number): string {
  const nbf = { essential: true, value: String(notBeforeSeconds) }
  const text = JSON.stringify({ access_token: { nbf } })
  return Buffer.from(text.padEnd(Math.ceil(text.length / 3) * 3)).toString('base64')
}
