import type {
  ApplicationDetail,
  ApplicationSummary,
  ClientSecret,
  RegisteredCertificate,
} from '@signet/shared/api/applications'
import type { FederatedCredential, FederationTest } from '@signet/shared/api/federation'
import { at, rows } from './output.ts'

/** Words for a terminal; scripts use `--json`. */

export function printApplications(applications: readonly ApplicationSummary[]): string {
  if (applications.length === 0) return 'No application yet; create one with `signet application create NAME`.'
  return applications
    .map(({ name, state, principalId, clientId }) =>
      [name.padEnd(24), state.padEnd(7), principalId, clientId].join('  '),
    )
    .join('\n')
}

export function printApplication(application: ApplicationDetail): string {
  const { purgeAt, secrets, certificates } = application
  const state = purgeAt === null ? application.state : `${application.state}, restorable until ${at(purgeAt)}`
  return [
    rows([
      ['name', application.name],
      ['state', state],
      ['principal ID', application.principalId],
      ['client ID', application.clientId],
      ['tenant ID', application.tenantId],
      ['authority', application.authorityUrl],
      ['federated credentials', String(application.federatedCredentials)],
      [
        'last token',
        application.lastToken ? `${at(application.lastToken.at)} for ${application.lastToken.audience}` : '-',
      ],
    ]),
    ...secrets.map(({ id, description, hint, expiresAt }) =>
      ['  secret     ', id, hint, `until ${at(expiresAt)}`, description].join('  '),
    ),
    ...certificates.map(({ thumbprint, notAfter, subject }) =>
      ['  certificate', thumbprint, `until ${at(notAfter)}`, subject].join('  '),
    ),
  ].join('\n')
}

/** The only time that the value is shown. */
export function printNewSecret({ id, value, expiresAt }: ClientSecret & { value: string }): string {
  return rows([
    ['secret', value],
    ['ID', id],
    ['until', at(expiresAt)],
    ['note', 'the value is kept nowhere: copy it now'],
  ])
}

export function printSecret({ id, description, hint, expiresAt }: ClientSecret): string {
  return rows([
    ['removed', id],
    ['hint', hint],
    ['description', description],
    ['until', at(expiresAt)],
  ])
}

export function printCertificate({ id, thumbprint, subject, notAfter }: RegisteredCertificate): string {
  return rows([
    ['certificate', thumbprint],
    ['ID', id],
    ['subject', subject],
    ['until', at(notAfter)],
  ])
}

export function printRules(rules: readonly FederatedCredential[]): string {
  if (rules.length === 0) return 'No federated credential yet.'
  return rules.map(printRule).join('\n\n')
}

export function printRule({ name, issuer, match, subject, audiences, keys, warnings }: FederatedCredential): string {
  return rows([
    ['federated credential', name],
    ['issuer', issuer],
    [`subject (${match})`, subject],
    ['audiences', audiences.join(', ')],
    ['keys', keys.source === 'pinned' ? 'pinned' : 'as the issuer publishes them'],
    ...warnings.map((warning) => ['WARNING', warning] as const),
  ])
}

const marks = { ok: 'ok     ', failed: 'FAILED ', skipped: 'skipped' } as const

export function printFederationTest({ accepted, aadsts, reason, checks, rules }: FederationTest): string {
  const lines = (of: FederationTest['checks']) =>
    of.map(({ name, verdict, detail }) => `${marks[verdict]}  ${name}: ${detail}`)
  return [
    accepted ? `accepted: ${reason}` : `refused${aadsts === null ? '' : ` (AADSTS${aadsts})`}: ${reason}`,
    ...lines(checks),
    ...rules.flatMap((rule) => [`${rule.accepted ? 'accepted' : 'refused'} by ${rule.name}`, ...lines(rule.checks)]),
  ].join('\n')
}
