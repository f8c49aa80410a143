import type { KeySet } from '@signet/shared/api/token-tests'
import { z } from 'zod'
import type { CheckItem } from '../../ui/check-list.tsx'

/** The members of a key that a check needs (RFC 7517 §4); others are left out. */
const PublicKey = z.object({
  kty: z.string(),
  kid: z.string().optional(),
  use: z.string().optional(),
  alg: z.string().optional(),
  n: z.string().optional(),
  e: z.string().optional(),
  crv: z.string().optional(),
  x: z.string().optional(),
  y: z.string().optional(),
})

interface Expected {
  readonly keySet: KeySet
  readonly issuer: unknown
  readonly audience: string
  readonly now: number
}

/**
 * Checks a token here, independent of the server's own verdict, with nothing but the published keys.
 *
 * @param expected.audience what was asked for; a trailing `/.default` and a trailing slash make no difference
 */
export async function checkInBrowser(token: string, expected: Expected): Promise<CheckItem[]> {
  const { createLocalJWKSet, jwtVerify, errors } = await import('jose')
  const keys = createLocalJWKSet({ keys: expected.keySet.keys.flatMap((key) => readKey(key)) })
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, { currentDate: new Date(expected.now) })
    const audience = [payload.aud ?? []].flat()
    return [
      { name: 'Signature', ok: true, detail: `${protectedHeader.alg}, key ${protectedHeader.kid ?? 'without ID'}` },
      { name: 'Validity', ok: true, detail: 'Now lies between nbf and exp by this computer’s clock.' },
      { name: 'Issuer', ok: payload.iss === expected.issuer, detail: payload.iss ?? 'missing' },
      {
        name: 'Audience',
        ok: audience.some((each) => bare(each) === bare(expected.audience)),
        detail: audience.join(', '),
      },
    ]
  } catch (error) {
    const name =
      error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed ? 'Validity' : 'Signature'
    return [{ name, ok: false, detail: error instanceof Error ? error.message : String(error) }]
  }
}

function readKey(key: Record<string, unknown>) {
  const parsed = PublicKey.safeParse(key)
  if (!parsed.success) return []
  // Members that are not there must be absent, not undefined.
  return [
    {
      kty: parsed.data.kty,
      ...Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined)),
    },
  ]
}

function bare(audience: string): string {
  return audience.replace(/\/\.default$/, '').replace(/\/$/, '')
}
