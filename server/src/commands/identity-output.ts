import type { Audience, RoleAssignment } from '@signet/shared/api/audiences'
import type { UserIdentitySummary } from '@signet/shared/api/user-identities'
import type { IdentityLifetime, ShownIdentity } from './identity.ts'
import { at, rows } from './output.ts'

/** Words for a terminal; scripts use `--json`. */

export function printIdentities(identities: readonly UserIdentitySummary[]): string {
  if (identities.length === 0) return 'No user-assigned identity yet; create one with `signet identity create NAME`.'
  return identities
    .map(({ name, state, instances, principalId }) =>
      [name.padEnd(24), state.padEnd(7), `on ${instances}`.padEnd(8), principalId].join('  '),
    )
    .join('\n')
}

export function printIdentity(identity: ShownIdentity): string {
  const { restorableUntil } = identity
  const state = restorableUntil === null ? identity.state : `${identity.state}, restorable until ${at(restorableUntil)}`
  return [
    rows([
      ['name', identity.name],
      ['state', state],
      ['principal ID', identity.principalId],
      ['client ID', identity.clientId],
      ['resource ID', identity.resourceId],
      ['roles', identity.roles.map(({ role, audience }) => `${role} of ${audience.uri}`).join(', ') || '-'],
      ['last token', identity.lastToken ? `${at(identity.lastToken.at)} for ${identity.lastToken.audience}` : '-'],
    ]),
    ...identity.assignments.map(({ instance, state: progress, credential }) =>
      [`  ${instance.name.padEnd(24)}`, progress.padEnd(8), credential?.thumbprint ?? '-'].join('  '),
    ),
  ].join('\n')
}

export function printLifetime({ principalId, seconds }: IdentityLifetime): string {
  return rows([
    ['principal ID', principalId],
    ['lifetime of tokens', lifetimeWords(seconds, 'as the audience or the deployment says')],
  ])
}

function lifetimeWords(seconds: number | null, otherwise: string): string {
  return seconds === null ? otherwise : `${seconds} s`
}

export function printAudiences(audiences: readonly Audience[]): string {
  return audiences
    .map(({ uri, name, tokenVersion, enabled }) =>
      [uri.padEnd(40), `v${tokenVersion}`, (enabled ? 'enabled' : 'disabled').padEnd(8), name].join('  '),
    )
    .join('\n')
}

export function printAudience(audience: Audience): string {
  const { roles, lifetimeSeconds } = audience
  return rows([
    ['URI', audience.uri],
    ['name', audience.name],
    ['application ID', audience.appId],
    ['tokens', `version ${audience.tokenVersion}, ${audience.enabled ? 'enabled' : 'disabled'}`],
    ['lifetime', lifetimeWords(lifetimeSeconds, 'as the deployment says')],
    ['roles', roles.map(({ value }) => value).join(', ') || '-'],
    ['assignment', audience.assignmentRequired ? 'required' : 'not required'],
  ])
}

export function printRole({ principal, role }: RoleAssignment): string {
  return rows([
    ['role', role],
    ['identity', `${principal.name}, ${principal.principalId}`],
  ])
}
