import type { TestedToken, TokenCheck } from '@signet/shared/api/token-tests'
import { tokenFingerprint } from '../platform/crypto/thumbprint.ts'
import type { ServiceInstance } from '../resources/index.ts'

/** What the authority's verifier tells of a token; it uses the published keys only. */
export interface TokenVerifier {
  verify(
    token: string,
    audience: string,
  ): { header: Record<string, unknown>; claims: Record<string, unknown>; checks: TokenCheck[] }
}

/** A token as any relying party would judge it, and whether it speaks for the instance that was asked. */
export function verifyToken(
  verifier: TokenVerifier,
  token: string,
  resource: string,
  instance: ServiceInstance,
): TestedToken {
  const { header, claims, checks } = verifier.verify(token, resource)
  const isOwn = instance.principalId !== null && claims['oid'] === instance.principalId
  const principal: TokenCheck = {
    name: 'principal',
    ok: isOwn,
    detail: isOwn ? `oid is the identity of ${instance.name}` : `oid is not the identity of ${instance.name}`,
  }
  return { header, claims, checks: [...checks, principal], fingerprint: tokenFingerprint(token) }
}
