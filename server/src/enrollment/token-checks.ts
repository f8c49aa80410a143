import type { TestedToken, TokenCheck } from '@signet/shared/api/token-tests'
import type { ProbeSelector } from '@signet/shared/wire/agent-protocol'
import { tokenFingerprint } from '../platform/crypto/thumbprint.ts'
import { isLive, type ServiceInstance } from '../resources/index.ts'

/** What the authority's verifier tells of a token; it uses the published keys only. */
export interface TokenVerifier {
  verify(
    token: string,
    audience: string,
  ): { header: Record<string, unknown>; claims: Record<string, unknown>; checks: TokenCheck[] }
}

/** Claim of each selector; the application of a token has two names, by its version. */
const selectedClaims = { client_id: ['appid', 'azp'], object_id: ['oid'], msi_res_id: ['xms_mirid'] } as const

/**
 * A token as any relying party would judge it, and whether it speaks for the identity that was asked for.
 *
 * @param asked.assigned object IDs of the user-assigned identities of the instance
 */
export function verifyToken(
  verifier: TokenVerifier,
  token: string,
  asked: { resource: string; selector: ProbeSelector | null; instance: ServiceInstance; assigned: readonly string[] },
): TestedToken {
  const { header, claims, checks } = verifier.verify(token, asked.resource)
  return { header, claims, checks: [...checks, principalCheck(claims, asked)], fingerprint: tokenFingerprint(token) }
}

function principalCheck(
  claims: Record<string, unknown>,
  { selector, instance, assigned }: Omit<Parameters<typeof verifyToken>[2], 'resource'>,
): TokenCheck {
  if (!selector) {
    // Without an identity of its own, the instance speaks as the only user-assigned one.
    const expected = isLive(instance.identityState) ? [instance.principalId] : assigned
    const ok = expected.some((id) => id !== null && id === claims['oid'])
    return { name: 'principal', ok, detail: `oid is ${ok ? '' : 'not '}the identity of ${instance.name}` }
  }
  const names = selectedClaims[selector.name]
  const ok = names.some((name) => String(claims[name] ?? '').toLowerCase() === selector.value.toLowerCase())
  return { name: 'principal', ok, detail: `${names.join(' or ')} is ${ok ? '' : 'not '}the identity asked for` }
}
