import type { FederatedCredential, FederationCheck, SubjectMatch } from '@signet/shared/api/federation'
import type { GithubEntity, Preset } from './rule-draft.ts'

export const presetWords: Record<Preset, string> = {
  kubernetes: 'Kubernetes cluster',
  github: 'GitHub Actions',
  other: 'Another issuer',
}

export const entityWords: Record<GithubEntity, string> = {
  branch: 'Branch',
  tag: 'Tag',
  environment: 'Environment',
  'pull-request': 'Pull requests',
}

export const matchWords: Record<SubjectMatch, string> = {
  exact: 'is exactly',
  prefix: 'begins with',
  expression: 'meets the expression',
}

export const checkWords: Record<FederationCheck['name'], string> = {
  form: 'Form of the token',
  issuer: 'Issuer',
  subject: 'Subject',
  audience: 'Audience',
  times: 'Times',
  keys: 'Keys of the issuer',
  signature: 'Signature',
  principal: 'Principal',
}

/** Where the keys of an issuer come from. */
export function keysWords({ keys }: Pick<FederatedCredential, 'keys'>): string {
  if (keys.source === 'discovery') return 'By discovery'
  const { length } = keys.jwks.keys
  return length === 1 ? '1 key pinned' : `${length} keys pinned`
}
