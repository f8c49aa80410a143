import type { SubjectMatch } from '../api/federation.ts'
import { type ClaimTerm, matchesPattern, parseClaimExpression } from './claim-expression.ts'

/** Whose tokens a federated credential trusts. */
export interface SubjectRule {
  readonly issuer: string
  readonly match: SubjectMatch
  readonly subject: string
}

/** Issuers that anybody can have a token of: only the subject tells whose it is. */
const sharedIssuers = new Set([
  'accounts.google.com',
  'agent.buildkite.com',
  'api.bitbucket.org',
  'app.terraform.io',
  'gitlab.com',
  'oidc.circleci.com',
  'oidc.vercel.com',
  'token.actions.githubusercontent.com',
])
const separators = /[/:#@|=]/g
const shortestPrefix = 8

/**
 * Why a rule trusts more than was probably meant, or not what it seems to, one sentence each; empty when nothing was found.
 * Server and dashboard ask it alike: before a rule is saved, and of those that are there.
 */
export function warningsOf(rule: SubjectRule): string[] {
  if (rule.match === 'exact') {
    return /[*?]/.test(rule.subject) ? ['The subject is compared as it stands: * and ? mean nothing in it.'] : []
  }
  const terms = rule.match === 'expression' ? parseClaimExpression(rule.subject) : []
  if ('fault' in terms) return []
  const known = rule.match === 'prefix' ? rule.subject : fixedBeginning(terms)
  const warnings = rule.match === 'prefix' ? prefixWarnings(rule.subject) : expressionWarnings(terms)
  const host = /^https:\/\/([^/:?#@]+)/i.exec(rule.issuer)?.[1]?.toLowerCase() ?? ''
  if (sharedIssuers.has(host) && (known.match(separators)?.length ?? 0) < 2) {
    warnings.push(`Anybody can get a token of ${host}, and this subject does not say whose: name the owner in full.`)
  }
  if (host === 'token.actions.githubusercontent.com' && coversPullRequests(rule, known)) {
    warnings.push('It trusts runs for pull requests too: name the branch or the environment.')
  }
  return warnings
}

/** Whether it trusts more than was probably meant; a whole subject is never too many. */
export function isBroad(rule: SubjectRule): boolean {
  return rule.match !== 'exact' && warningsOf(rule).length > 0
}

function prefixWarnings(prefix: string): string[] {
  const warnings: string[] = []
  if (prefix.length < shortestPrefix) warnings.push(`A prefix of ${prefix.length} characters matches a great many.`)
  if (!/[/:#@|=]$/.test(prefix)) {
    warnings.push(`It matches names that only begin alike, such as ${prefix}-other: let it end at a separator.`)
  }
  return warnings
}

function expressionWarnings(terms: readonly ClaimTerm[]): string[] {
  const warnings = terms
    .filter(({ operator, value }) => operator === 'matches' && /^[*?]+$/.test(value))
    .map(({ claim }) => `The pattern for ${claim} matches anything.`)
  const ofSubject = terms.filter(({ claim }) => claim === 'sub')
  if (ofSubject.length === 0) warnings.push('It does not look at sub, so any subject of the issuer may be meant.')
  else if (fixedBeginning(terms) === '') warnings.push('The pattern for sub begins with a wildcard.')
  return warnings
}

/** What every subject that meets the terms begins with. */
function fixedBeginning(terms: readonly ClaimTerm[]): string {
  const beginnings = terms
    .filter(({ claim }) => claim === 'sub')
    .map(({ operator, value }) => (operator === 'eq' ? value : (value.split(/[*?]/, 1)[0] ?? '')))
  return beginnings.reduce((longest, each) => (each.length > longest.length ? each : longest), '')
}

function coversPullRequests(rule: SubjectRule, known: string): boolean {
  const sub = `${/^repo:[^/]+\/[^:]+/.exec(known)?.[0] ?? 'repo:owner/name'}:pull_request`
  if (rule.match === 'prefix') return sub.startsWith(rule.subject)
  const terms = parseClaimExpression(rule.subject)
  const ofSubject = 'fault' in terms ? [] : terms.filter(({ claim }) => claim === 'sub')
  return (
    ofSubject.length > 0 &&
    ofSubject.every(({ operator, value }) => operator === 'matches' && matchesPattern(value, sub))
  )
}
