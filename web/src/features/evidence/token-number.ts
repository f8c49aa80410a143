import { z } from 'zod'

const Claims = z.object({ uti: z.string().regex(/^[\w-]{22}$/) })
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const longest = 100_000

/** What somebody pasted to ask about a token with. */
export type TokenNumber =
  | { readonly kind: 'uti'; readonly uti: string }
  | { readonly kind: 'request'; readonly correlationId: string }
  | { readonly kind: 'unknown' }

/** Reads the number of a token out of what was pasted, in the browser: the token itself goes nowhere. Never throws. */
export function tokenNumberIn(pasted: string): TokenNumber {
  const text = pasted
    .slice(0, longest)
    .trim()
    .replace(/^(?:authorization:\s*)?bearer\s+/i, '')
  if (guid.test(text)) return { kind: 'request', correlationId: text.toLowerCase() }
  if (/^[\w-]{22}$/.test(text)) return { kind: 'uti', uti: text }
  const [, payload] = text.split('.')
  const claims = payload === undefined ? undefined : Claims.safeParse(objectIn(payload)).data
  return claims === undefined ? { kind: 'unknown' } : { kind: 'uti', uti: claims.uti }
}

function objectIn(part: string): unknown {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
