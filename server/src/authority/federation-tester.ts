import type { FederationCheck, FederationTest } from '@signet/shared/api/federation'
import { secondMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import { SignetError } from '../platform/signet-error.ts'
import { type FederatedTrust, isOfSubject, isOfSubjectButForCase, type Principal } from '../principals/index.ts'
import { type AuthenticationParts, authenticateClient, type KnownClient } from './client-authentication.ts'
import {
  checkFederatedTimes,
  type FederatedAssertion,
  isFederated,
  isForAudience,
  readFederated,
  shown,
} from './federated-assertion.ts'
import type { IdentityCache } from './identity-cache.ts'
import type { Issuer } from './issuer.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import { parseJws } from './jws.ts'
import { aadstsNumberOf } from './oauth-errors.ts'

export interface FederationTesterParts {
  readonly issuer: Issuer
  readonly issuerKeys: IssuerKeys
  readonly fileKeys: AuthenticationParts['fileKeys']
  readonly identities: IdentityCache
  readonly clock: Clock
}

type Check = FederationCheck
type RuleTest = FederationTest['rules'][number]

const mostRules = 50

/** Says what would become of the token of an external issuer, and why. Nothing is issued, recorded or kept of it. */
export class FederationTester {
  readonly #parts: FederationTesterParts

  constructor(parts: FederationTesterParts) {
    this.#parts = parts
  }

  /** @throws SignetError `not_found` for a principal that the authority does not know */
  async test(principal: Principal, token: string): Promise<FederationTest> {
    const client = await this.#parts.identities.find(principal.clientId)
    if (!client) throw new SignetError('not_found', 'No such identity.')
    const refusal = await this.#refusal(client, token)
    const [form, read] = formOf(token)
    const checks = [form, ...(read ? [this.#times(read)] : []), enabled(client.principal)]
    const rules = read ? await Promise.all(client.trusts.map((trust) => this.#rule(trust, read, token))) : []
    return {
      accepted: refusal === undefined,
      aadsts: refusal === undefined ? null : aadstsNumberOf(refusal.code),
      reason: refusal?.detail ?? 'The token would be accepted as a client assertion.',
      token: read ? wordsOf(read) : null,
      checks,
      rules: rules.sort((one, other) => fitting(other) - fitting(one)).slice(0, mostRules),
    }
  }

  /** What the authority itself would say: the same code, with the same keys. */
  async #refusal(client: KnownClient, token: string): Promise<SignetError | undefined> {
    const { issuer, issuerKeys, fileKeys, clock } = this.#parts
    try {
      const jws = parseJws(token)
      if (!isFederated(jws)) return new SignetError('assertion_malformed', 'It is not the token of an external issuer.')
      const proof = { kind: 'assertion', assertion: token } as const
      await authenticateClient(
        { clientId: client.principal.clientId, proof },
        { issuer, issuerKeys, fileKeys, findClient: async () => client, nowMs: clock.now() },
      )
      return undefined
    } catch (error) {
      if (error instanceof SignetError) return error
      throw error
    }
  }

  #times(read: FederatedAssertion): Check {
    try {
      checkFederatedTimes(read, this.#parts.clock.now() / secondMs)
      return ok('times', 'It is within its times.')
    } catch (error) {
      return failed('times', SignetError.from(error).detail)
    }
  }

  async #rule(trust: FederatedTrust, read: FederatedAssertion, token: string): Promise<RuleTest> {
    const isOfIssuer = trust.issuer === read.issuer
    const matches: Check[] = [
      isOfIssuer
        ? ok('issuer', 'The issuer is the one of the rule.')
        : failed('issuer', `The token has ${shown(read.issuer)}, the rule ${trust.issuer}; a trailing slash counts.`),
      subjectOf(trust, read),
      isForAudience(read, trust)
        ? ok('audience', 'The audience is one of the rule.')
        : failed(
            'audience',
            `The token is for ${shown(read.audiences.join(', '))}, the rule takes ${trust.audiences.join(', ')}.`,
          ),
    ]
    const keys = isOfIssuer ? await this.#keys(trust, token) : [skipped('keys'), skipped('signature')]
    const checks = [...matches, ...keys]
    return { id: trust.id, name: trust.name, accepted: checks.every(({ verdict }) => verdict === 'ok'), checks }
  }

  async #keys(trust: FederatedTrust, token: string): Promise<Check[]> {
    const from = trust.pinned ? 'the pinned keys' : 'the discovery document of the issuer'
    try {
      const isGood = await this.#parts.issuerKeys.verifies(trust, token)
      const found = ok('keys', `A key of ${from} has the kid and algorithm of the token.`)
      const signature = isGood
        ? ok('signature', 'The signature is by that key.')
        : failed('signature', 'The signature is not by that key, or the token was changed.')
      return [found, signature]
    } catch (error) {
      const { detail, fix } = SignetError.from(error)
      return [failed('keys', fix ? `${detail} ${fix}` : detail), skipped('signature')]
    }
  }
}

function formOf(token: string): [Check, FederatedAssertion | undefined] {
  try {
    const jws = parseJws(token)
    if (!isFederated(jws))
      return [failed('form', 'Its issuer is no https URL, so it is not the token of an external issuer.'), undefined]
    return [ok('form', 'It is a signed token of an accepted algorithm.'), readFederated(jws)]
  } catch (error) {
    return [failed('form', SignetError.from(error).detail), undefined]
  }
}

function subjectOf(trust: FederatedTrust, read: FederatedAssertion): Check {
  if (isOfSubject(trust, read.claims)) return ok('subject', 'The subject is the one of the rule.')
  const subject = shown(read.subject)
  return isOfSubjectButForCase(trust, read.subject)
    ? failed('subject', `The token has ${subject}, which differs from the rule in upper and lower case.`)
    : failed('subject', `The token has ${subject}, the rule ${trust.match} ${trust.subject}.`)
}

function enabled({ kind, state }: Principal): Check {
  const what = kind === 'app' ? 'application' : 'identity'
  if (state === 'enabled') return ok('principal', `The ${what} is enabled.`)
  return failed('principal', `The ${what} is ${state === 'deleted' ? 'deleted' : 'paused'}.`)
}

function wordsOf(read: FederatedAssertion): FederationTest['token'] {
  const instant = (seconds: number | undefined) => (seconds === undefined ? null : Math.round(seconds * secondMs))
  return {
    issuer: shown(read.issuer),
    subject: shown(read.subject),
    audiences: read.audiences.slice(0, 10).map(shown),
    algorithm: read.alg,
    kid: read.kid === undefined ? null : shown(read.kid),
    issuedAt: instant(read.iat),
    notBefore: instant(read.nbf),
    expiresAt: instant(read.exp),
  }
}

function fitting({ checks }: RuleTest): number {
  return checks.filter(({ verdict }) => verdict === 'ok').length
}

const check = (name: Check['name'], verdict: Check['verdict'], detail: string): Check => ({ name, verdict, detail })
const ok = (name: Check['name'], detail: string) => check(name, 'ok', detail)
const failed = (name: Check['name'], detail: string) => check(name, 'failed', detail)
const skipped = (name: Check['name']) => check(name, 'skipped', 'An earlier check failed.')
