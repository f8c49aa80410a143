import { z } from 'zod'

/** RFC 7523 §2.2. */
export const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * The audience of what a client sends in the place of an assertion of its own (wire-protocol §2.13, §3.5). Of this authority
 * agents get it, for token files, and nobody else.
 */
export const tokenExchangeAudience = 'api://AzureADTokenExchange'

/** Answer of the v2.0 token endpoint: numbers; the v1 endpoint answers the same as decimal strings, and more of them. */
export const TokenResponse = z.object({
  token_type: z.literal('Bearer'),
  expires_in: z.coerce.number(),
  access_token: z.string().min(1),
})
export type TokenResponse = z.infer<typeof TokenResponse>

/** Error body of the token endpoint (wire-protocol §3.7); `error_description` begins with `AADSTS{number}: `. */
export const TokenError = z.object({
  error: z.string(),
  error_description: z.string(),
  error_codes: z.array(z.number()),
  timestamp: z.string(),
  trace_id: z.string(),
  correlation_id: z.string(),
  error_uri: z.string(),
})
export type TokenError = z.infer<typeof TokenError>
