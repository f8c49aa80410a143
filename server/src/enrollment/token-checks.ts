import type { TestedToken, TokenCheck } from '@signet/shared/api/token-tests'
import type { ProbeSelector } from '@signet/shared/wire/agent-protocol'
import { tokenFingerprint } from '../platform/crypto/thumbprint.ts'
import type { ServiceInstance } from '../resources/index.ts'

/** What the authority's verifier tells of a token; it uses the published keys only. */
export interface TokenVerifier {
  verify(
    token: string,
    audience: string,
  ): { header: Record<string, unknown>; claims: Record<string, unknown>; checks: TokenCheck[] }
}

/** Claim of each selector; the application of a token has two names, by its version. */
const selectedClaims = { client_id: ['appid', 'azp'], object_id: ['oid'], msi_res_id: ['xms_mirid'] } as const

/** A token as any relying party would judge it, and whether it speaks for the identity that was asked for. */
export function verifyToken(
  verifier: TokenVerifier,
  token: string,
  asked: { resource: string; selector: ProbeSelector | null; instance: ServiceInstance },
): TestedToken {
  const { header, claims, checks } = verifier.verify(token, asked.resource)
  return { header, claims, checks: [...checks, principalCheck(claims, asked)], fingerprint: tokenFingerprint(token) }
}

function principalCheck(
  claims: Record<string, unknown>,
  { selector, instance }: { selector: ProbeSelector | null; instance: ServiceInstance },
): TokenCheck {
  if (!selector) {
    const ok = instance.principalId !== null && claims['oid'] === instance.principalId
    return { name: 'principal', ok, detail: `oid is ${ok ? '' : 'not '}the identity of ${instance.name}` }
  }
  const names = selectedClaims[selector.name]
  const ok = names.some((name) => String(claims[name] ?? '').toLowerCase() === selector.value.toLowerCase())
  return { name: 'principal', ok, detail: `${names.join(' or ')} is ${ok ? '' : 'not '}the identity asked for` }
}
