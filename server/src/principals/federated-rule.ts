import type { SubjectMatch } from '@signet/shared/api/federation'
import { claimsMeet, parseClaimExpression } from '@signet/shared/federation/claim-expression'
import type { CredentialId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { KeySet } from './pinned-keys.ts'

/** Which tokens of an external issuer a principal is trusted for. */
export interface FederatedRule {
  readonly issuer: string
  readonly match: SubjectMatch
  readonly subject: string
  readonly audiences: readonly string[]
}

/** A federated credential: a rule that a principal has, and where the keys of its issuer come from. */
export interface FederatedTrust extends FederatedRule {
  readonly id: CredentialId
  readonly principalId: ObjectId
  readonly name: string
  /** Null where the discovery document of the issuer names its keys. */
  readonly pinned: KeySet | null
  readonly lastUsedAt: number | null
  readonly createdAt: number
  readonly version: number
}

/** Whether the claims are of the subject that the rule names; case counts (SEC-189). */
export function isOfSubject(rule: Pick<FederatedRule, 'match' | 'subject'>, claims: Record<string, unknown>): boolean {
  const { sub } = claims
  if (typeof sub !== 'string') return false
  if (rule.match === 'exact') return sub === rule.subject
  if (rule.match === 'prefix') return sub.startsWith(rule.subject)
  const terms = parseClaimExpression(rule.subject)
  return 'fault' in terms ? false : claimsMeet(terms, claims)
}

/** Whether the subject would be that of the rule but for upper and lower case. */
export function isOfSubjectButForCase(rule: Pick<FederatedRule, 'match' | 'subject'>, sub: string): boolean {
  const [wanted, given] = [rule.subject.toLowerCase(), sub.toLowerCase()]
  if (rule.match === 'expression') return false
  return rule.match === 'exact' ? given === wanted : given.startsWith(wanted)
}
