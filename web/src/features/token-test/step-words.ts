import type { ProbeStep } from '@signet/shared/wire/agent-protocol'

interface StepWords {
  readonly checks: readonly string[]
  readonly failsWhen: readonly string[]
}

/** What each step makes sure of, and what would make it fail. */
export const stepWords: Record<ProbeStep['name'], StepWords> = {
  agent: {
    checks: ['The agent of the instance holds its connection to the server and answers within 20 seconds.'],
    failsWhen: ['no agent is enrolled', 'the agent does not run or cannot reach the server'],
  },
  'local-endpoint': {
    checks: [
      'The guard header of the dialect, the Host header, and that no proxy or browser stands between.',
      'api-version, resource, and at most one selector.',
    ],
    failsWhen: ['the guard header is missing', 'a parameter is missing or repeated', 'a later step fails'],
  },
  identity: {
    checks: ['The selector names an identity of this instance; without one, that it has an identity at all.'],
    failsWhen: ['the identity is off or paused', 'the selector names an identity of another instance'],
  },
  cache: {
    checks: ['Whether a token for this audience is in memory with more than five minutes left.'],
    failsWhen: ['never: a miss asks the authority'],
  },
  assertion: {
    checks: ['The private key of the certificate, which never leaves the instance, signs who asks whom, until when.'],
    failsWhen: ['the key on the instance cannot be read'],
  },
  authority: {
    checks: ['The authority answers over TLS that the agent trusts, with a token.'],
    failsWhen: ['the authority cannot be reached', 'a check of the authority below fails'],
  },
  'client-authentication': {
    checks: [
      'The assertion names a registered certificate of this client, is signed by it, is addressed to this authority, in time, and new.',
      'The principal is enabled, and the certificate neither expired nor revoked.',
    ],
    failsWhen: [
      'the identity is paused or turned off',
      'the certificate has expired or was revoked',
      'the clock of the instance is wrong by minutes',
    ],
  },
  audience: {
    checks: ['The audience is a registered resource and not disabled.'],
    failsWhen: ['the audience is misspelt or not registered'],
  },
  signature: {
    checks: ['The active signing key, which the key set publishes, signs the claims.'],
    failsWhen: ['no signing key is usable'],
  },
  record: {
    checks: ['The token is on durable record, and the assertion spent, before the token leaves.'],
    failsWhen: ['the record cannot be written', 'the same assertion was used before'],
  },
}

/** Steps that the authority takes inside the agent's call of it. */
export const authoritySteps: ReadonlySet<ProbeStep['name']> = new Set([
  'client-authentication',
  'audience',
  'signature',
  'record',
])
